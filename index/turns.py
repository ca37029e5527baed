"""Turns at computing: as many matches at once as there are cores for; those beyond wait where they cost nothing.

Threads that want the interpreter at the same time take it from each other, and from the event loop, hundreds of times a
second: with twice as many as cores no more is answered, and who is refused is told later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

from index.deadline import Deadline

LOOK_SECONDS = 0.05  # How soon it is seen that somebody hung up, and gives up their place.


class Turns:
    """So many turns, taken by threads; nobody waits for one longer than the answer is waited for."""

    def __init__(self, most: int) -> None:
        self._free = Semaphore(most)

    @contextmanager
    def take(self, deadline: Deadline) -> Iterator[None]:
        """Have a turn; raises `DeadlinePassed` where none is free in time."""
        while not self._free.acquire(timeout=max(0.0, min(deadline.seconds_left, LOOK_SECONDS))):
            deadline.check()
        try:
            yield
        finally:
            self._free.release()
