"""A circuit breaker: whatever failed several times in a row is left alone for a while, then tried once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum

from kb.sources.mapping import BreakerRules


class BreakerState(StrEnum):
    """Whether calls go through: all, none, or one to see."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Lets calls through or not; whoever is let through says how it ended. Safe to use from several threads."""

    def __init__(self, rules: BreakerRules, clock: Callable[[], float]) -> None:
        self._rules = rules
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._tried_at: float | None = None

    @property
    def state(self) -> BreakerState:
        """Whether calls go through at this moment."""
        with self._lock:
            return self._state()

    def admit(self) -> bool:
        """Tell whether a call may be made; in the half-open state only the first one that asks."""
        with self._lock:
            state = self._state()
            if state is BreakerState.HALF_OPEN:
                # Counted from the trial's begin: one that never ends is followed by another.
                self._tried_at = self._clock()
            return state is not BreakerState.OPEN

    def succeed(self) -> None:
        """Note that a call was answered."""
        with self._lock:
            self._failures = 0
            self._opened_at = self._tried_at = None

    def fail(self) -> None:
        """Note that a call was not."""
        with self._lock:
            self._failures += 1
            if self._opened_at is not None or self._failures >= self._rules.failures:
                self._opened_at, self._tried_at = self._clock(), None

    def _state(self) -> BreakerState:
        if self._opened_at is None:
            return BreakerState.CLOSED
        since = max(self._opened_at, self._tried_at or self._opened_at)
        return BreakerState.HALF_OPEN if self._clock() - since >= self._rules.seconds else BreakerState.OPEN
