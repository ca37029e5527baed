"""Does a generation say what the database says: the same items, for the same audience, of the same texts?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.catalogue import make_catalogue, make_entry
from index.columns import ARRAYS, read_columns
from index.doctor.observation import Level, Observation, Part, Repair
from index.embedding import DIGEST_BYTES, digest_text
from index.entry import Entry
from index.generation import (
    COLUMNS_FILE,
    DIGESTS_FILE,
    HEADINGS_FILE,
    ITEMS_FILE,
    PASSAGES_FILE,
    Manifest,
    read_entries,
)
from index.vectors import map_vectors
from kb.changes import ItemKind, get_revision, list_changed
from kb.database import Database
from kb.items import Item
from kb.knowledge import list_items

MOST_SHOWN = 3
REMEDY = "`xianzhi doctor --repair` builds it anew from the database; so does `xianzhi index build`."

ItemName = tuple[ItemKind, str]
Digests = tuple[bytes, ...]
Contents = Mapping[ItemName, list[tuple[Entry, Digests]]]


def compare_with_database(database: Database, folder: Path, manifest: Manifest) -> Iterator[Observation]:
    """Yield whether a sound generation equals the database in all that did not change since it was built."""
    with database.read() as session:
        revision = get_revision(session)
        changed = set(list_changed(session, after=manifest.revision, up_to=revision))
        expected = group_by_name(_describe(item) for item in list_items(session))
    held = group_by_name(read_contents(folder, manifest))
    differing = [
        f"{kind.value} {item_id}"
        for kind, item_id in sorted(expected.keys() | held.keys())
        if (kind, item_id) not in changed and expected.get((kind, item_id)) != held.get((kind, item_id))
    ]
    rows = [len(map_vectors(folder / name)) for name in (HEADINGS_FILE, PASSAGES_FILE)]
    if rows != [manifest.headings, manifest.passages]:
        differing.append("the number of vectors")
    if not _are_columns_of(folder):
        differing.append("the columns of its items")
    if differing:
        what = f"{manifest.name} differs from the database in {len(differing):,}: {', '.join(differing[:MOST_SHOWN])}."
        yield Observation(Part.INDEX, Level.WRONG, what, REMEDY, Repair.REBUILD, manifest.name)
        return
    behind = f"; {len(changed):,} changed since, which every start takes in" if changed else ""
    what = f"{manifest.name} is whole and equals the database: {manifest.items:,} items{behind}."
    yield Observation(Part.INDEX, Level.WELL, what, subject=manifest.name)


def _are_columns_of(folder: Path) -> bool:
    """Tell whether what is searched by says the same as the items themselves."""
    held, shares = read_columns(folder / COLUMNS_FILE)
    expected = make_catalogue(list(read_entries(folder / ITEMS_FILE)))
    same = all(np.array_equal(getattr(held, name), getattr(expected.columns, name)) for name in ARRAYS)
    return same and held.lists == expected.columns.lists and shares == expected.order_shares


def read_contents(folder: Path, manifest: Manifest) -> Iterator[tuple[Entry, Digests]]:
    """Yield each item of a generation with the digests of its headings and passages."""
    raw = (folder / DIGESTS_FILE).read_bytes()
    digests = [raw[start : start + DIGEST_BYTES] for start in range(0, len(raw), DIGEST_BYTES)]
    heading, passage = 0, manifest.headings
    for entry in read_entries(folder / ITEMS_FILE):
        own = (*digests[heading : heading + entry.headings], *digests[passage : passage + entry.passages])
        yield _without_share(entry), own
        heading, passage = heading + entry.headings, passage + entry.passages


def group_by_name(contents: Iterable[tuple[Entry, Digests]]) -> Contents:
    """Return the versions of each item under its name."""
    grouped: dict[ItemName, list[tuple[Entry, Digests]]] = defaultdict(list)
    for entry, digests in contents:
        grouped[entry.key.kind, entry.key.id].append((entry, digests))
    return grouped


def _describe(item: Item) -> tuple[Entry, Digests]:
    headings = (digest_text("question", heading) for heading in item.headings)
    passages = (digest_text("passage", passage.text) for passage in item.passages)
    return _without_share(make_entry(item, [])), (*headings, *passages)


def _without_share(entry: Entry) -> Entry:
    """Return the entry without what depends on the orders of the moment."""
    return replace(entry, met_share=1.0)
