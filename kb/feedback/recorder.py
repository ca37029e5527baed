"""Records matches beside the answering: a bounded queue, and one thread that writes in batches.

Nothing here blocks or fails a match. What does not fit the queue is dropped and counted; while the database is away the
queue waits, and the process goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kb.database import Database
from kb.feedback.models import AnsweredMatch
from kb.feedback.repository import drop_replaced, insert_matches, prune_matches
from kb.handovers.service import prune_handovers
from kb.notices.touches import list_shown, note_shown

log = logging.getLogger(__name__)

CAPACITY = 512  # Seconds of full load; a body has up to a megabyte, so that many are not a few.
BATCH = 64
GATHER_SECONDS = 0.1  # A batch waits so long for company: one disk flush serves all that came meanwhile.
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0
PRUNE_EVERY_SECONDS = 3_600.0
PRUNED_AT_ONCE = 500  # Between batches others get at the database.
CLOSE_SECONDS = 5.0
AWAY = (OperationalError, InterfaceError, PoolTimeout)


class RecordOutcome(StrEnum):
    """What became of a match that was to be recorded."""

    WRITTEN = "written"
    DROPPED = "dropped"


CountRecords = Callable[[RecordOutcome, int], None]


@dataclass(frozen=True, slots=True)
class RecordingRules:
    """Whether matches are recorded, how long they are kept, and how many may wait to be written."""

    records: bool = True
    kept: timedelta = timedelta(days=90)
    capacity: int = CAPACITY


class MatchRecorder:
    """Takes matches from any thread, and writes them from one of its own between `start` and `close`."""

    def __init__(
        self, database: Database, rules: RecordingRules, *, clock: Callable[[], datetime], count: CountRecords
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._count = count
        self._changed = threading.Condition()
        self._waiting: deque[AnsweredMatch] = deque()
        self._done = 0  # How many left the queue, written or not.
        self._failures = 0  # Attempts in a row that found the database away.
        self._is_hurried = False
        self._is_closing = False
        self._pruned_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="match-recorder", daemon=True)

    @property
    def is_on(self) -> bool:
        """Whether matches are recorded."""
        return self._rules.records

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def record(self, match: AnsweredMatch) -> None:
        """Put a match in the queue, or drop it where the queue is full; never waits for the database."""
        if not self.is_on:
            return
        with self._changed:
            fits = len(self._waiting) < self._rules.capacity and not self._is_closing
            if fits:
                self._waiting.append(match)
                # Of those between nobody is told: the thread would wake for each, only to wait on.
                if len(self._waiting) in (1, BATCH):
                    self._changed.notify_all()
        if not fits:
            self._count(RecordOutcome.DROPPED, 1)

    def flush(self, *, timeout_seconds: float = CLOSE_SECONDS) -> bool:
        """Wait until all that was recorded before is written; False where the database is away or time runs out."""
        with self._changed:
            target = self._done + len(self._waiting)
            if self._done >= target:
                return True
            failures = self._failures
            self._is_hurried = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._done >= target or self._failures > failures, timeout_seconds)
            return self._done >= target

    def close(self) -> None:
        """Write what waits, as far as the database lets us in good time, and stop."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)
        with self._changed:
            left = len(self._waiting)
            self._waiting.clear()
        if left:
            self._count(RecordOutcome.DROPPED, left)
            log.error("match_records_lost", extra={"matches": left})

    def _run(self) -> None:
        while True:
            batch = self._take_batch()
            if batch:
                self._finish(batch, self._write(batch))
            if self._is_closing and (self._failures or not self._waiting):
                return
            if not self._is_closing:
                self._prune_if_due()

    def _take_batch(self) -> list[AnsweredMatch]:
        """Wait for matches, a moment longer for their company, and return the oldest; they stay in the queue."""
        with self._changed:
            if self._failures:
                pause = min(FIRST_RETRY_SECONDS * 2 ** (self._failures - 1), LONGEST_RETRY_SECONDS)
                self._changed.wait_for(lambda: self._is_closing or self._is_hurried, pause)
            else:
                self._changed.wait_for(lambda: self._waiting or self._is_closing, self._seconds_to_prune())
                if self._waiting:
                    self._changed.wait_for(self._is_worth_writing, GATHER_SECONDS)
            self._is_hurried = False
            return list(islice(self._waiting, BATCH))

    def _is_worth_writing(self) -> bool:
        return self._is_hurried or self._is_closing or len(self._waiting) >= BATCH

    def _write(self, batch: Sequence[AnsweredMatch]) -> int | None:
        """Return how many were written, or None where the database is away; what it refuses is left out."""
        try:
            with self._database.write() as session:
                insert_matches(session, batch)
                drop_replaced(session, batch)
                note_shown(session, list_shown(batch))
        except AWAY as error:
            log.warning("match_records_delayed", extra={"error": type(error).__name__, "waiting": len(self._waiting)})
            return None
        except Exception as error:  # Whatever one match brings, the thread goes on: it has the next ones to write.
            if len(batch) == 1:
                log.error("match_record_refused", extra={"error": type(error).__name__})
                return 0
            # One that cannot be stored must not take the others along, nor stand in their way for ever.
            return self._write_each(batch)
        return len(batch)

    def _write_each(self, batch: Sequence[AnsweredMatch]) -> int | None:
        written = 0
        for match in batch:
            done = self._write([match])
            if done is None:
                # Some are written, and must not be written twice: the whole batch leaves the queue.
                return written or None
            written += done
        return written

    def _finish(self, batch: Sequence[AnsweredMatch], written: int | None) -> None:
        with self._changed:
            if written is None:
                self._failures += 1
            else:
                self._failures = 0
                for _ in batch:
                    self._waiting.popleft()
                self._done += len(batch)
            self._changed.notify_all()
        if written:
            self._count(RecordOutcome.WRITTEN, written)
        if written is not None and written < len(batch):
            self._count(RecordOutcome.DROPPED, len(batch) - written)

    def _seconds_to_prune(self) -> float:
        if self._pruned_at is None:
            return 0.0
        return max(self._pruned_at + PRUNE_EVERY_SECONDS - time.monotonic(), 0.0)

    def _prune_if_due(self) -> None:
        if self._failures or self._seconds_to_prune() > 0.0:
            return
        self._pruned_at = time.monotonic()
        before = self._clock() - self._rules.kept
        try:
            while True:
                with self._database.write() as session:
                    matches = prune_matches(session, before=before, limit=PRUNED_AT_ONCE)
                    handovers = prune_handovers(session, before=before, limit=PRUNED_AT_ONCE)
                is_more = PRUNED_AT_ONCE in (matches, handovers)
                if matches or handovers:
                    log.info("matches_pruned", extra={"matches": matches, "handovers": handovers})
                if not is_more or self._is_closing or self._waiting:
                    break
        except SQLAlchemyError as error:
            log.warning("prune_failed", extra={"error": type(error).__name__})
            return
        if is_more:
            self._pruned_at = None  # Interrupted by matches: go on after them.


@contextmanager
def open_recorder(
    database: Database, rules: RecordingRules, *, clock: Callable[[], datetime], count: CountRecords
) -> Iterator[MatchRecorder]:
    """Yield a recorder at work; what waits is written before it closes."""
    recorder = MatchRecorder(database, rules, clock=clock, count=count)
    recorder.start()
    try:
        yield recorder
    finally:
        recorder.close()
