"""Build a generation from the database: encode what is new, reuse what an earlier generation encoded."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

import numpy as np

from index.catalogue import make_entry
from index.codes import CODED_FROM, make_codes, write_codes
from index.documents import DocumentsWriter
from index.embedding import DIGEST_BYTES, EmbeddedItems, Known, embed_items
from index.encoder import Encoder
from index.generation import (
    DIGESTS_FILE,
    HEADING_CODES_FILE,
    HEADINGS_FILE,
    NEW_WORDS_FILE,
    PASSAGE_CODES_FILE,
    PASSAGES_FILE,
    PREFIX,
    REASONS_FILE,
    RECIPE_FILE,
    TEXT_STARTS_FILE,
    TEXTS_FILE,
    WORDS_FILE,
    Manifest,
    find_newest,
    find_of_any_format,
    list_generations,
    name_generation,
    revision_of,
    write_catalogue,
    write_manifest,
)
from index.learnt import Learnt, read_learnt, write_learnt
from index.lexical import TERM_LIMITS, TermLimits
from index.new_words import learn_words
from index.reasons.learning import learn_reasons, read_experience
from index.reasons.storage import write_reasons
from index.spreading import spread_over_cores
from index.texts import list_texts, write_texts
from index.vectors import map_vectors, write_vectors
from index.vocabulary import count_words
from kb.changes import get_revision
from kb.checksums import checksum_files
from kb.database import Database
from kb.folders import lock_folder, publish_folder
from kb.identity import ensure_identity
from kb.items import Item
from kb.knowledge import list_items
from kb.orders.population import sample_contexts

log = logging.getLogger(__name__)

KEPT_GENERATIONS = 2
Progress = Callable[[str, int, int], None]
Newest = tuple[Path, Manifest] | None


class Forget(Enum):
    """Says that a build is to hand on nothing that was learnt."""

    FORGET = "forget"


FORGET = Forget.FORGET


def report_nothing(_step: str, _done: int, _total: int) -> None:
    """Take progress and say nothing."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds generations of one database with one encoder into one folder."""

    database: Database
    encoder: Encoder
    folder: Path
    coded_from: int = CODED_FROM  # Rows of one kind.
    term_limits: TermLimits = TERM_LIMITS

    def build(
        self, *, now: datetime, on_progress: Progress = report_nothing, learnt: Learnt | Forget | None = None
    ) -> Manifest:
        """Build and publish a generation of the database as it is now; one builder works at a time.

        What was learnt is handed on from the newest generation, unless something else is given, or `FORGET`.
        """
        identity = ensure_identity(self.database)
        with lock_folder(self.folder, ".build.lock"):
            self._sweep()
            on_progress("read", 0, 1)
            with self.database.read() as session:
                revision = get_revision(session)
                items = list(list_items(session))
                population = sample_contexts(session, now=now)
                experience = read_experience(session, now=now)
            newest = self._find_newest(identity, revision)
            known = _read_known(newest)
            kept = self._find_learnt(identity, revision) if learnt is None else learnt
            name = name_generation(revision, others=[path.name for path in list_generations(self.folder)])
            with publish_folder(self.folder / name) as scratch:
                write_catalogue(scratch, [make_entry(item, population) for item in items])
                if isinstance(kept, Learnt):
                    write_learnt(kept, scratch / RECIPE_FILE)
                reasons = learn_reasons(experience)
                if reasons is not None:
                    write_reasons(reasons, scratch / REASONS_FILE)
                embedded = self._fill(scratch, items, known, on_progress)
                manifest = Manifest(
                    name=name,
                    database_id=identity,
                    revision=revision,
                    encoder=self.encoder.fingerprint.digest(),
                    built_at=now.isoformat(),
                    items=len(items),
                    headings=len(embedded.headings),
                    passages=len(embedded.passages),
                    files=checksum_files(scratch),
                )
                write_manifest(scratch, manifest)
            self._prune(name)
        log.info("generation_published", extra={"generation": name, "items": manifest.items})
        return manifest

    def _fill(self, folder: Path, items: Sequence[Item], known: Known, on_progress: Progress) -> EmbeddedItems:
        embedded = embed_items(
            items,
            self.encoder,
            known=known,
            on_progress=lambda done, total: on_progress("encode", done, total),
        )
        for vectors, file, codes_file in (
            (embedded.headings, HEADINGS_FILE, HEADING_CODES_FILE),
            (embedded.passages, PASSAGES_FILE, PASSAGE_CODES_FILE),
        ):
            write_vectors(vectors, folder / file)
            if len(vectors) >= self.coded_from:
                write_codes(make_codes(vectors), folder / codes_file)
        write_texts(list_texts(items), folder / TEXTS_FILE, folder / TEXT_STARTS_FILE)
        (folder / DIGESTS_FILE).write_bytes(b"".join(embedded.digests))
        on_progress("terms", 0, len(items))
        new_words = learn_words(items)
        (folder / NEW_WORDS_FILE).write_text("\n".join(new_words), encoding="utf-8")
        with spread_over_cores(len(items)) as spread:
            count_words(items, spread=spread).write(folder / WORDS_FILE)
            writer = DocumentsWriter(folder, tuple(new_words), with_rows_from=self.term_limits.rows_from, spread=spread)
            for done in writer.write(items):
                on_progress("terms", done, len(items))
        return embedded

    def _find_newest(self, identity: str, revision: int) -> Newest:
        return find_newest(self.folder, database_id=identity, encoder=self.encoder.fingerprint.digest(), up_to=revision)

    def _find_learnt(self, identity: str, revision: int) -> Learnt | None:
        encoder = self.encoder.fingerprint.digest()
        path = find_of_any_format(self.folder, RECIPE_FILE, database_id=identity, encoder=encoder, up_to=revision)
        return None if path is None else read_learnt(path)

    def _sweep(self) -> None:
        """Remove what killed builds left behind; nobody else builds while we hold the lock."""
        for path in self.folder.glob(f".{PREFIX}[0-9]*"):
            shutil.rmtree(path, ignore_errors=True)

    def _prune(self, built: str) -> None:
        """Remove old generations, and those that a restored backup has undone; never the one just built."""
        others = [path for path in list_generations(self.folder) if path.name != built]
        # We hold the lock, so nobody has published since we read our revision: a later one is of a lost future,
        # and would be taken for the truth as soon as other changes have reached its number.
        undone = [path for path in others if revision_of(path.name) > revision_of(built)]
        kept = [path for path in others if path not in undone][: KEPT_GENERATIONS - 1]
        for path in others:
            if path not in kept:
                _remove(path)


def _remove(generation: Path) -> None:
    """Remove a generation, out of sight first: removed half-way, it would be taken for a damaged one."""
    hidden = generation.with_name(f".{generation.name}.gone")
    with suppress(FileNotFoundError):  # Another process has set it aside.
        generation.rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def _read_known(newest: Newest) -> Known:
    """Return the vectors of the newest generation by digest."""
    if newest is None:
        return {}
    path, manifest = newest
    raw = (path / DIGESTS_FILE).read_bytes()
    vectors = np.vstack([map_vectors(path / name) for name in (HEADINGS_FILE, PASSAGES_FILE)])
    size = manifest.headings + manifest.passages
    return {raw[n * DIGEST_BYTES : (n + 1) * DIGEST_BYTES]: vectors[n] for n in range(size)}
