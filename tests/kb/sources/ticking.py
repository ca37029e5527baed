"""A clock of seconds that stands still until it is moved."""

from __future__ import annotations


class TickingClock:
    """Returns the seconds it was moved to."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds
