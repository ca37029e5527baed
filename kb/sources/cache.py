"""What a source said lately, with its age: bounded in number and in time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kb.sources.mapping import CacheRules

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Kept(Generic[Value]):
    """A value, and how long ago its source said it."""

    value: Value
    age_seconds: float


class AnswerCache(Generic[Value]):
    """Keeps the newest answers; safe to use from several threads."""

    def __init__(self, rules: CacheRules, clock: Callable[[], float]) -> None:
        self._rules = rules
        self._clock = clock
        self._lock = threading.Lock()
        # In order of when they were put in: the first is the oldest.
        self._kept: OrderedDict[Hashable, tuple[float, Value]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable) -> Kept[Value] | None:
        """Return what is kept under a key, however old; None where nothing is."""
        with self._lock:
            self._forget_oldest()
            if key not in self._kept:
                return None
            put_at, value = self._kept[key]
            return Kept(value, max(0.0, self._clock() - put_at))

    def is_fresh(self, kept: Kept[Value]) -> bool:
        """Tell whether something kept is as good as new."""
        return kept.age_seconds <= self._rules.seconds

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value in place of what was there."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (self._clock(), value)
            self._forget_oldest()

    def drop(self, key: Hashable) -> None:
        """Forget what is kept under a key."""
        with self._lock:
            self._kept.pop(key, None)

    def _forget_oldest(self) -> None:
        oldest_allowed = self._clock() - max(self._rules.stale_seconds, self._rules.seconds)
        while self._kept:
            put_at, _ = next(iter(self._kept.values()))
            if len(self._kept) <= self._rules.size and put_at >= oldest_allowed:
                return
            self._kept.popitem(last=False)
