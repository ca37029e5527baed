"""The live index: the newest generation plus every change since, seen by the next match.

generation (immutable)              ->  a private copy of its term indexes, vectors in memory
change log of the database          ->  applied to both, then one new snapshot takes the old one's place
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.build import Builder, Progress, report_nothing
from index.catalogue import make_entry
from index.documents import full_documents, heading_documents
from index.embedding import embed_items
from index.encoder import Encoder
from index.entry import Entry
from index.generation import (
    HEADING_CODES_FILE,
    HEADINGS_FILE,
    LEXICAL_FULL,
    LEXICAL_HEADINGS,
    NEW_WORDS_FILE,
    PASSAGE_CODES_FILE,
    PASSAGES_FILE,
    REASONS_FILE,
    RECIPE_FILE,
    TERM_ROWS_FULL,
    TERM_ROWS_HEADINGS,
    TEXT_STARTS_FILE,
    TEXTS_FILE,
    WORDS_FILE,
    Manifest,
    find_newest,
    list_generations,
    open_catalogue,
    revision_of,
)
from index.learnt import read_learnt
from index.lexical import TERM_LIMITS, LexicalIndex, TermLimits, copy_lexical
from index.live_folder import LiveFolder
from index.reasons.model import ReasonModel
from index.reasons.storage import read_reasons
from index.snapshot import Snapshot
from index.term_rows import open_term_rows
from index.texts import list_texts, open_texts
from index.vectors import open_vectors
from index.vocabulary import read_vocabulary
from kb.changes import INDEXED_KINDS, NEWEST_REVISION, ItemKind, get_revision, list_changed
from kb.database import Database
from kb.identity import ensure_identity
from kb.items import Item
from kb.knowledge import find_items
from kb.orders.population import sample_contexts
from kb.text.segment import Segmenter

log = logging.getLogger(__name__)

ItemName = tuple[ItemKind, str]
MOST_CHANGES_AT_ONCE = 50  # Encoding what is new of these holds up a match for a second or two; more would not do.
LOADED_BESIDE_FROM = 20_000  # Items: a generation of fewer is verified and loaded in less than a second.
RETRY_SECONDS = 5.0  # Between two attempts to take in what could not be written.


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Changes:
    """What happened since a revision: the items that changed, and what those that remain are now."""

    revision: int
    changed: Sequence[ItemName]
    items: Sequence[Item]
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a match goes by: the index, and the revision that the database had reached, behind which it may be."""

    snapshot: Snapshot
    revision: int


@dataclass(frozen=True, slots=True)
class _Lexical:
    """This process's own copies of the term indexes."""

    headings: LexicalIndex
    full: LexicalIndex


class LiveIndex:
    """Follows the database; `snapshot()` is never older than what was committed when it was called."""

    def __init__(  # noqa: PLR0913  # What it works with, and its limits.
        self,
        database: Database,
        encoder: Encoder,
        folder: Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        retry_seconds: float = RETRY_SECONDS,
        loaded_beside_from: int = LOADED_BESIDE_FROM,
        term_limits: TermLimits = TERM_LIMITS,
    ) -> None:
        self.database = database
        self.encoder = encoder
        self.folder = folder
        self.clock = clock
        self.retry_seconds = retry_seconds
        self.loaded_beside_from = loaded_beside_from
        self.term_limits = term_limits
        self._identity = ensure_identity(database)
        self._lock = threading.Lock()
        self._live: LiveFolder | None = None
        self._lexical: _Lexical | None = None
        self._current: Snapshot | None = None
        self._background: threading.Thread | None = None
        self._retry_at = 0.0  # By the monotonic clock.

    def open(self, *, on_progress: Progress = report_nothing) -> Snapshot:
        """Open the newest sound generation, building one where there is none, and catch up with the database."""
        with self._lock:
            self._reload(on_progress=on_progress)
        return self.snapshot(wait=True)

    def snapshot(self, *, wait: bool = False) -> Snapshot:
        """Return the index as of the database's newest commit, or one before it as `look` says."""
        return self.look(wait=wait).snapshot

    def look(self, *, wait: bool = False) -> Sight:
        """Return the index as of the database's newest commit, and that commit's revision.

        A large import, or another process's generation of a large base, is taken in beside the matches, which meanwhile
        answer from the state before it; `wait` waits.
        Where the disk is full they go on answering from it too: texts are checked again when they are loaded.
        """
        current = self._require_current()
        revision = self._read_revision()
        if current.revision == revision:
            return Sight(current, revision)
        if not wait and (time.monotonic() < self._retry_at or self._is_far_behind(current, revision)):
            return Sight(current, revision)
        try:
            with self._lock:
                current = self._catch_up(self._require_current())
            return Sight(current, current.revision)
        except OSError:
            self._pause()
            if wait:
                raise
            return Sight(self._require_current(), revision)

    def _pause(self) -> None:
        """Note that the changes could not be taken in, and leave them for a while: each attempt encodes them."""
        log.exception("catch_up_failed")
        self._retry_at = time.monotonic() + self.retry_seconds

    def _require_current(self) -> Snapshot:
        if self._current is None:
            raise RuntimeError("LiveIndex.open() must come first")
        return self._current

    def _is_far_behind(self, current: Snapshot, revision: int) -> bool:
        """Tell whether another thread takes in a large import or generation, and start one where that is needed."""
        if self._background is not None and self._background.is_alive():
            return True
        if self._is_overtaken(current):
            if len(current.catalogue) < self.loaded_beside_from:
                return False
        elif revision - current.revision <= MOST_CHANGES_AT_ONCE:
            return False
        self._background = threading.Thread(target=self._catch_up_in_background, name="follower", daemon=True)
        self._background.start()
        return True

    def _catch_up_in_background(self) -> None:
        try:
            with self._lock:
                self._catch_up(self._require_current())
        except Exception:
            self._pause()  # A later match tries again.

    @property
    def is_open(self) -> bool:
        """Whether a generation is loaded."""
        return self._current is not None

    @property
    def reasons(self) -> ReasonModel | None:
        """Why customers get in touch, as the loaded generation has learnt it; never waits for the index to catch up."""
        current = self._current
        return None if current is None else current.reasons

    def close(self) -> None:
        """Remove this process's private files."""
        self._current = self._lexical = None
        if self._live is not None:
            self._live.close()
            self._live = None

    def _reload(self, *, on_progress: Progress = report_nothing) -> Snapshot:
        newest = self._find_newest()
        if newest is None:
            builder = Builder(self.database, self.encoder, self.folder)
            builder.build(now=self.clock(), on_progress=on_progress)
            newest = self._find_newest()
        if newest is None:
            raise RuntimeError("the generation that was just built is gone")
        return self._load(*newest)

    def _read_revision(self) -> int:
        return self.database.read_number(NEWEST_REVISION)

    def _find_newest(self) -> tuple[Path, Manifest] | None:
        return find_newest(
            self.folder,
            database_id=self._identity,
            encoder=self.encoder.fingerprint.digest(),
            up_to=self._read_revision(),
        )

    def _catch_up(self, current: Snapshot) -> Snapshot:
        if self._is_overtaken(current):
            newest = self._find_newest()
            if newest is not None and newest[1].revision > current.revision:
                current = self._load(*newest)
        if self._read_revision() < current.revision:
            current = self._reload()  # A backup was restored: what we hold is of a future that never came.
        changes = self._read_changes(current)
        if changes.revision != current.revision:
            current = self._apply(current, changes)
            log.info("changes_applied", extra={"revision": changes.revision, "items": len(changes.changed)})
        self._current = current
        return current

    def _is_overtaken(self, current: Snapshot) -> bool:
        """Tell by names alone whether another process has published a later generation."""
        generations = list_generations(self.folder)
        return bool(generations) and revision_of(generations[0].name) > current.revision

    def _load(self, folder: Path, manifest: Manifest) -> Snapshot:
        self._live = self._live or LiveFolder(self.folder.with_name("live"))
        # A folder of its own each time: the same generation may be loaded again.
        own = Path(tempfile.mkdtemp(prefix=f"{manifest.name}-", dir=self._live.path))
        for name in (LEXICAL_HEADINGS, LEXICAL_FULL):
            copy_lexical(folder / name, own / name)
        segmenter = Segmenter((folder / NEW_WORDS_FILE).read_text(encoding="utf-8").splitlines())
        lexical = _Lexical(
            *(
                LexicalIndex(own / name, segmenter, rows=open_term_rows(folder / rows), limits=self.term_limits)
                for name, rows in ((LEXICAL_HEADINGS, TERM_ROWS_HEADINGS), (LEXICAL_FULL, TERM_ROWS_FULL))
            )
        )
        snapshot = Snapshot(
            generation=manifest.name,
            revision=manifest.revision,
            catalogue=open_catalogue(folder),
            headings=open_vectors(folder / HEADINGS_FILE, folder / HEADING_CODES_FILE),
            passages=open_vectors(folder / PASSAGES_FILE, folder / PASSAGE_CODES_FILE),
            texts=open_texts(folder / TEXTS_FILE, folder / TEXT_STARTS_FILE),
            lexical_headings=lexical.headings.searcher(),
            lexical_full=lexical.full.searcher(),
            vocabulary=read_vocabulary(folder / WORDS_FILE),
            segmenter=segmenter,
            learnt=read_learnt(folder / RECIPE_FILE),
            reasons=read_reasons(folder / REASONS_FILE),
        )
        self._lexical, self._current = lexical, snapshot
        log.info("generation_loaded", extra={"generation": manifest.name, "revision": manifest.revision})
        return snapshot

    def _read_changes(self, current: Snapshot) -> _Changes:
        with self.database.read() as session:
            revision = get_revision(session)
            changed = [
                name
                for name in list_changed(session, after=current.revision, up_to=revision)
                if name[0] in INDEXED_KINDS
            ]
            items = find_items(session, changed)
            population = sample_contexts(session, now=self.clock()) if items else []
        return _Changes(revision, changed, items, [make_entry(item, population) for item in items])

    def _apply(self, current: Snapshot, changes: _Changes) -> Snapshot:
        """Return the snapshot after the changes: the changed items' old rows dead, their new ones appended."""
        items, first = changes.items, len(current.catalogue)
        embedded = embed_items(items, self.encoder, known={}, on_progress=lambda done, total: None)
        gone = [ordinal for name in changes.changed for ordinal in current.catalogue.find_ordinals(*name)]
        lexical = self._lexical
        assert lexical is not None
        if changes.changed:
            lexical.headings.change(gone=gone, size=first, added=heading_documents(items, first=first))
            lexical.full.change(gone=gone, size=first, added=full_documents(items, first=first))
        return Snapshot(
            generation=current.generation,
            revision=changes.revision,
            catalogue=current.catalogue.without_items(changes.changed).with_entries(changes.entries),
            headings=current.headings.with_rows(embedded.headings),
            passages=current.passages.with_rows(embedded.passages),
            texts=current.texts.with_rows(list_texts(items)),
            lexical_headings=lexical.headings.searcher(),
            lexical_full=lexical.full.searcher(),
            vocabulary=current.vocabulary.with_items(items) if items else current.vocabulary,
            segmenter=current.segmenter,
            learnt=current.learnt,
            reasons=current.reasons,
        )
