"""Generations: immutable built indexes on disk, published whole, verified before they are read.

<generations>/<name>/manifest.json        what it was built from, and the SHA-256 of every other file
<generations>/<name>/items.jsonl, items.starts, columns.npz   the catalogue: a line an item, where it begins,
                                          and what is asked of all at once
<generations>/<name>/digests.bin          one digest a vector row, so that a later build can reuse it
<generations>/<name>/{headings,passages}.npy     the vectors, a row each: mapped, not read
<generations>/<name>/{headings,passages}.codes   optional: codes of the vectors, where there are many
<generations>/<name>/texts.bin, texts.starts   what each passage says, for snippets
<generations>/<name>/lexical-{headings,full}/
<generations>/<name>/terms-{headings,full}/      optional: the terms of each document, where there are many
<generations>/<name>/words.txt, new-words.txt    the words of the base; those of them that no dictionary has
<generations>/<name>/recipe.json          optional: what was learnt from the shop's own labels
<generations>/<name>/reasons.json         optional: why customers get in touch, learnt from the cases' intents
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import accumulate
from pathlib import Path

import numpy as np
import orjson

from index.catalogue import Catalogue, assemble_catalogue
from index.columns import make_columns, read_columns, write_columns
from index.entry import Entry, map_entries
from index.mapped import map_array
from kb.articles.models import Audience, Basis
from kb.changes import ItemKind
from kb.checksums import file_sha256, list_files
from kb.errors import XianzhiError
from kb.items import ItemKey
from kb.orders.likeness import OrderFacts, OrderShares

log = logging.getLogger(__name__)

READ_TOGETHER = 4  # Files whose checksums are worked out at once: at a million passages they are four gigabytes.
GENERATION_FORMAT = 3  # Raise when older generations can no longer be read.
MANIFEST_FILE = "manifest.json"
ITEMS_FILE, ITEM_STARTS_FILE, COLUMNS_FILE = "items.jsonl", "items.starts", "columns.npz"
DIGESTS_FILE = "digests.bin"
TEXTS_FILE, TEXT_STARTS_FILE = "texts.bin", "texts.starts"
HEADINGS_FILE, PASSAGES_FILE = "headings.npy", "passages.npy"
HEADING_CODES_FILE, PASSAGE_CODES_FILE = "headings.codes", "passages.codes"
RECIPE_FILE = "recipe.json"
REASONS_FILE = "reasons.json"
WORDS_FILE, NEW_WORDS_FILE = "words.txt", "new-words.txt"
LEXICAL_HEADINGS, LEXICAL_FULL = "lexical-headings", "lexical-full"
TERM_ROWS_HEADINGS, TERM_ROWS_FULL = "terms-headings", "terms-full"
PREFIX = "g"
DAMAGED_PREFIX = "damaged-"


class GenerationDamaged(XianzhiError):
    """A file of a generation is missing or is not what was written."""

    code = "generation_damaged"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says about itself."""

    name: str
    database_id: str
    revision: int
    encoder: str
    built_at: str
    items: int
    headings: int
    passages: int
    files: dict[str, str]
    format: int = GENERATION_FORMAT


def name_generation(revision: int, *, others: Sequence[str] = ()) -> str:
    """Return a new name that sorts by revision, then by the time of building; never the same one twice.

    It sorts behind the `others` of this revision even where the clock was set back since they were built.
    """
    start = f"{PREFIX}{revision:010d}-"
    name = f"{start}{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    last = max((other for other in others if other.startswith(start)), default="")
    return name if name > last else f"{last}1"


def revision_of(name: str) -> int:
    """Return the database revision that a generation's name begins with."""
    return int(name.removeprefix(PREFIX).split("-")[0])


def list_generations(folder: Path) -> list[Path]:
    """Return the published generations, newest first."""
    return sorted((path for path in folder.glob(f"{PREFIX}[0-9]*") if path.is_dir()), reverse=True)


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest; raises `GenerationDamaged` where it cannot be read."""
    try:
        content = dict(json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8")))
        if content.pop("sha256", None) != _hash_content(content):
            raise GenerationDamaged(f"{folder / MANIFEST_FILE} is not what was written.")
        return Manifest(**content)
    except (OSError, ValueError, TypeError) as error:
        raise GenerationDamaged(f"{folder / MANIFEST_FILE} cannot be read ({error}).") from error


def verify_generation(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its checksum: a damaged file would be read without complaint and answered from wrongly.

    A folder that was renamed, or holds what nobody published with it, is none of ours either.
    """
    if manifest.name != folder.name:
        raise GenerationDamaged(f"{folder} says that it is {manifest.name}.")
    foreign = list_files(folder) - {*manifest.files, MANIFEST_FILE}
    if any(not Path(name).name.startswith(".") for name in foreign):  # A file system leaves hidden files of its own.
        raise GenerationDamaged(f"{folder / min(foreign)} was not published with its generation.")
    with ThreadPoolExecutor(READ_TOGETHER) as threads:
        sound = threads.map(partial(_is_sound, folder), manifest.files.items())
        damaged = next((name for name, whole in zip(manifest.files, sound, strict=True) if not whole), None)
    if damaged is not None:
        raise GenerationDamaged(f"{folder / damaged} is missing or damaged.")


def _is_sound(folder: Path, file: tuple[str, str]) -> bool:
    name, expected = file
    return (folder / name).is_file() and file_sha256(folder / name) == expected


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, the last file of a generation, with a checksum of itself."""
    content = asdict(manifest)
    text = json.dumps({**content, "sha256": _hash_content(content)}, indent=1, ensure_ascii=False)
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")


def set_aside(folder: Path) -> None:
    """Take a damaged generation out of use, but keep it for whoever wants to look."""
    target = folder.with_name(DAMAGED_PREFIX + folder.name)
    shutil.rmtree(target, ignore_errors=True)
    try:
        folder.rename(target)
    except FileNotFoundError:
        return  # Another process was quicker.
    log.error("generation_set_aside", extra={"generation": folder.name, "kept_as": str(target)})


def find_newest(folder: Path, *, database_id: str, encoder: str, up_to: int) -> tuple[Path, Manifest] | None:
    """Return the newest sound generation of this database, encoder and format; damaged ones are set aside.

    A generation from a later revision than `up_to` belongs to a database that was since restored: not used.
    """
    for path in list_generations(folder):
        try:
            manifest = read_manifest(path)
            if not _fits(manifest, database_id, encoder, up_to):
                continue
            verify_generation(path, manifest)
        except GenerationDamaged as error:
            log.error("generation_damaged", extra={"generation": path.name, "reason": error.message})
            set_aside(path)
            continue
        return path, manifest
    return None


def find_of_any_format(folder: Path, name: str, *, database_id: str, encoder: str, up_to: int) -> Path | None:
    """Return a file of the newest generation of this database and encoder, whatever its format, where it is sound.

    For what is handed on from one generation to the next: a newer program must not forget what a shop has learnt.
    """
    for path in list_generations(folder):
        try:
            manifest = read_manifest(path)
        except GenerationDamaged:
            continue
        if not _is_of(manifest, database_id, encoder, up_to):
            continue
        is_there = name in manifest.files and _is_sound(path, (name, manifest.files[name]))
        return path / name if is_there else None
    return None


def write_catalogue(folder: Path, entries: Sequence[Entry]) -> None:
    """Write the catalogue: a line an item, where each line begins, and the columns that are read at once."""
    lines = [orjson.dumps(entry) + b"\n" for entry in entries]
    (folder / ITEMS_FILE).write_bytes(b"".join(lines))
    (folder / ITEM_STARTS_FILE).write_bytes(np.array([0, *accumulate(map(len, lines))], "<i8").tobytes())
    shares = OrderShares().with_more(entry.order_facts for entry in entries if entry.order_facts)
    write_columns(make_columns(entries), shares, folder / COLUMNS_FILE)


def open_catalogue(folder: Path) -> Catalogue:
    """Open a written catalogue; an item's line is read when its entry is asked for."""
    starts = np.fromfile(folder / ITEM_STARTS_FILE, "<i8").astype(np.int64)
    columns, shares = read_columns(folder / COLUMNS_FILE)
    return assemble_catalogue(map_entries(map_array(folder / ITEMS_FILE, "u1"), starts, _read_entry), columns, shares)


def read_entries(path: Path) -> Iterator[Entry]:
    """Yield the catalogue's entries in order."""
    with path.open("rb") as file:
        yield from map(_read_entry, file)


def _read_entry(line: bytes) -> Entry:
    values = orjson.loads(line)
    key = values.pop("key")
    audience, basis = Audience(values.pop("audience")), Basis(values.pop("basis"))
    item_key = ItemKey(ItemKind(key["kind"]), key["id"], key["version"])
    category = tuple(values.pop("category"))
    facts = _read_order_facts(values.pop("order_facts", None))
    return Entry(key=item_key, audience=audience, basis=basis, category=category, order_facts=facts, **values)


def _read_order_facts(values: dict[str, dict[str, list[str]]] | None) -> OrderFacts | None:
    if values is None:
        return None
    return OrderFacts({fact: tuple(marks) for fact, marks in values["marks"].items()})


def _hash_content(content: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _fits(manifest: Manifest, database_id: str, encoder: str, up_to: int) -> bool:
    return manifest.format == GENERATION_FORMAT and _is_of(manifest, database_id, encoder, up_to)


def _is_of(manifest: Manifest, database_id: str, encoder: str, up_to: int) -> bool:
    same = manifest.database_id == database_id and manifest.encoder == encoder
    return same and manifest.revision <= up_to
