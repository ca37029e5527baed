"""Places for connections: a bounded number in all and from one address; who waits longest gives way to who comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol


class Guest(Protocol):
    """A connection that has a place."""

    def find_wait(self) -> float | None:
        """Return since when it is waited for what it has to send; None while it is being answered."""
        ...

    def give_way(self) -> None:
        """Close, so that another has the place."""
        ...


class ConnectionRoom:
    """The places; not for threads, as one event loop is all that comes here."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._homes: dict[Guest, str] = {}

    def __len__(self) -> int:
        return len(self._homes)

    def admit(self, guest: Guest, home: str, *, most_of_home: int) -> bool:
        """Give a place to a connection, at the cost of one that only waits; False where all are being answered.

        `home` is the address that it is counted by. Where all places are taken the home with most that wait gives one.
        """
        neighbours = [each for each, other in self._homes.items() if other == home]
        if len(neighbours) >= most_of_home and not self._clear(neighbours):
            return False
        if len(self) >= self._most and not self._clear(self._find_crowd()):
            return False
        self._homes[guest] = home
        return True

    def leave(self, guest: Guest) -> None:
        """Take the place back; who has none may leave too."""
        self._homes.pop(guest, None)

    def _find_crowd(self) -> list[Guest]:
        waiting = Counter(home for each, home in self._homes.items() if each.find_wait() is not None)
        crowded = next((home for home, _count in waiting.most_common(1)), None)
        return [each for each, home in self._homes.items() if home == crowded]

    def _clear(self, guests: Iterable[Guest]) -> bool:
        waits = [(since, place, each) for place, each in enumerate(guests) if (since := each.find_wait()) is not None]
        if not waits:
            return False
        _since, _place, longest = min(waits)
        self.leave(longest)
        longest.give_way()
        return True
