"""Keeps the index of suggestions up to date: built beside the answering, and put in place whole."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from index.catalogue import make_catalogue
from index.suggest.index import make_suggest_index
from index.suggest.loading import LoadedHeadings, count_published, load_headings
from index.suggest.popularity import read_popularity
from kb.changes import get_revision
from kb.database import Database

log = logging.getLogger(__name__)

POPULARITY_SECONDS = 600.0  # After so long it is counted anew.
REST = 4  # Times as long as the last build took: building never takes more than a fifth of the time.
CLOSE_SECONDS = 10.0
# Public or not: all are gone through at every change, and the public headings held, a kilobyte each. Of more versions
# nothing is suggested.
MOST_VERSIONS = 200_000
NO_HEADINGS = LoadedHeadings(make_catalogue([]), [])
EMPTY = make_suggest_index(NO_HEADINGS, {}, revision=-1, known={})


class SuggestFollower:
    """Holds the newest index. A change of articles shows within a second or two; what it takes away, at once: see
    `Suggester.suggest`, which shows nothing that the database does not have.
    """

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime], most_versions: int = MOST_VERSIONS
    ) -> None:
        self.current = EMPTY
        self._most_versions = most_versions
        self._was_held = True
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._built_at = self._rested_at = float("-inf")

    def follow(self, revision: int) -> None:
        """Have the index built where it is not of this revision, or popularity is old; never waits for it."""
        now = time.monotonic()
        if self.current.revision == revision and now - self._built_at < POPULARITY_SECONDS:
            return
        with self._lock:
            is_busy = self._thread is not None and self._thread.is_alive()
            if is_busy or now < self._rested_at:
                return
            self._thread = threading.Thread(target=self._build_in_background, name="suggest-follower", daemon=True)
            self._thread.start()

    def build(self) -> None:
        """Build the index and put it in place."""
        started = time.monotonic()
        with self._database.read() as session:
            revision = get_revision(session)
            versions = count_published(session)
            is_held = versions <= self._most_versions
            loaded = load_headings(session) if is_held else NO_HEADINGS
            popularity = read_popularity(session, now=self._clock())
        if self._was_held and not is_held:
            log.warning("suggestions_left_out", extra={"versions": versions, "most": self._most_versions})
        self._was_held = is_held
        self.current = make_suggest_index(loaded, popularity, revision=revision, known=self.current.cut)
        self._built_at = time.monotonic()
        self._rested_at = self._built_at + REST * (self._built_at - started)
        log.info("suggestions_built", extra={"revision": revision, "headings": len(loaded.headings)})

    def close(self) -> None:
        """Wait for what is being built."""
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _build_in_background(self) -> None:
        try:
            self.build()
        except Exception:
            log.exception("suggestions_not_built")  # The next request tries again.
