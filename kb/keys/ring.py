"""Every key that opens the service: those of the settings, and the stored ones, followed as they change."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from kb.access import ApiKey, find_key
from kb.audit.trail import read_clock
from kb.database import Database
from kb.errors import XianzhiError
from kb.keys.models import KeyState
from kb.keys.repository import NEWEST_REVISION, StoredKey, list_stored
from kb.keys.use_notes import Refusal, write_refusals, write_uses
from kb.keys.written import hash_key, read_key_id

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 1.0  # What another process revokes ends here within two, for reading takes time too.
NOTES_SECONDS = 30.0  # So many uses are written together.
TRUSTED_SECONDS = 60.0  # A database that is away for longer may hold a revocation that nobody here has seen.
USES_NOTED_EVERY = timedelta(minutes=10)
REFUSALS_NOTED_EVERY = timedelta(hours=1)
CLOSE_SECONDS = 5.0


class KeysUnreadable(XianzhiError):
    """Whether a stored key still holds cannot be known."""

    code = "keys_unreadable"

    def __init__(self) -> None:
        super().__init__("Whether this key still holds cannot be read at the moment. Try again.")


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key that was offered, and whether it opens anything; `key_id` only of a stored one."""

    key: ApiKey
    state: KeyState = KeyState.IN_FORCE
    key_id: str | None = None


class KeyRing:
    """Finds keys; between `follow_keys`'s beginning and end it knows the stored ones too."""

    def __init__(
        self,
        fixed: Sequence[ApiKey] = (),
        *,
        is_required: bool = False,
        clock: Callable[[], datetime] = read_clock,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fixed = tuple(fixed)
        self._clock = clock
        self._timer = timer
        self._is_guarded = is_required or bool(fixed)
        self._stored: Mapping[str, StoredKey] = {}
        self._revision: int | None = None
        # Or a thread that read before a revocation, and goes on after it, would put the key in force again.
        self._reading = threading.Lock()
        self._read_at = timer()
        # Both have an entry for a stored key at most.
        self._used_at: dict[str, datetime] = {}
        self._refused: dict[str, Refusal] = {}

    @property
    def is_guarded(self) -> bool:
        """Whether a key is asked for: where one is required or there is one, and for good, also when none holds."""
        return self._is_guarded

    @property
    def fixed_names(self) -> frozenset[str]:
        """The names of the keys in the settings."""
        return frozenset(key.name for key in self._fixed if key.name)

    def find(self, offered: bytes) -> FoundKey | None:
        """Return the key that was offered, also one that has ended; None for what is no key.

        Raises `KeysUnreadable` where a stored key may have been revoked meanwhile.
        """
        text = offered.decode("ascii", "replace")
        key_id = read_key_id(text)
        stored = self._stored.get(key_id) if key_id else None
        if stored is None:
            key = find_key(self._fixed, offered)
            return None if key is None else FoundKey(key)
        if not compare_digest(hash_key(text), stored.digest):
            return None
        if self._timer() - self._read_at > TRUSTED_SECONDS:
            raise KeysUnreadable
        return FoundKey(stored.key, stored.find_state(self._clock()), key_id)

    def note_use(self, found: FoundKey) -> None:
        """Remember that a key was used; it is written with others, every ten minutes at most."""
        if found.key_id is not None:
            self._used_at[found.key_id] = self._clock()

    def note_refusal(self, found: FoundKey, request_id: str) -> None:
        """Remember that a key was used after its end; one an hour stands in the audit trail."""
        if found.key_id is not None:
            self._refused[found.key_id] = Refusal(self._clock(), found.state, request_id)

    def read(self, database: Database) -> None:
        """Read the stored keys where any has changed."""
        with self._reading:
            self._read(database)

    def write_notes(self, database: Database) -> None:
        """Write when keys were used, and which were used after their end, as far as that is due."""
        uses = {key_id: at for key_id, at in dict(self._used_at).items() if self._is_use_due(key_id, at)}
        refused = {key_id: one for key_id, one in dict(self._refused).items() if self._is_refusal_due(key_id, one)}
        if not uses and not refused:
            return
        with database.write() as session:
            write_uses(session, uses)
            write_refusals(session, refused, not_since=REFUSALS_NOTED_EVERY)
        with self._reading:
            self._revision = None  # Uses change no revision.
            self._read(database)

    def _read(self, database: Database) -> None:
        began = self._timer()
        revision = database.read_number(NEWEST_REVISION)
        if revision != self._revision:
            with database.read() as session:
                self._stored = list_stored(session)
            self._is_guarded = self._is_guarded or revision > 0
            self._revision = revision
        self._read_at = began

    def _is_use_due(self, key_id: str, at: datetime) -> bool:
        stored = self._stored.get(key_id)
        return stored is not None and (stored.used_at is None or at - stored.used_at >= USES_NOTED_EVERY)

    def _is_refusal_due(self, key_id: str, refusal: Refusal) -> bool:
        stored = self._stored.get(key_id)
        return stored is not None and (
            stored.refused_at is None or refusal.at - stored.refused_at >= REFUSALS_NOTED_EVERY
        )


@contextmanager
def follow_keys(ring: KeyRing, database: Database, *, seconds: float = FOLLOW_SECONDS) -> Iterator[None]:
    """Have the ring know the stored keys meanwhile; the first reading is done when this begins."""
    ring.read(database)
    closing = threading.Event()
    thread = threading.Thread(target=_follow, args=(ring, database, closing, seconds), name="key-follower", daemon=True)
    thread.start()
    try:
        yield
    finally:
        closing.set()
        thread.join(CLOSE_SECONDS)


def _follow(ring: KeyRing, database: Database, closing: threading.Event, seconds: float) -> None:
    written_at = time.monotonic()
    while not closing.wait(seconds):
        _try(ring.read, database)
        if time.monotonic() - written_at >= NOTES_SECONDS:
            _try(ring.write_notes, database)
            written_at = time.monotonic()
    _try(ring.write_notes, database)


def _try(work: Callable[[Database], None], database: Database) -> None:
    try:
        work(database)
    except Exception as error:  # Whatever it was, the thread goes on: it is what ends revoked keys.
        log.warning("keys_not_followed", extra={"error": type(error).__name__})
