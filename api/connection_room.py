"""Places for connections: a bounded number in all and from one address; who waits longest gives way to who comes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Protocol

# Of an IPv6 address, what a provider gives to one customer: within it, addresses cost nothing.
OF_ONE_CUSTOMER = 64


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

    def __init__(self, *, most: int, most_per_address: int) -> None:
        self._most = most
        self._most_per_address = most_per_address
        self._addresses: dict[Guest, str] = {}

    def __len__(self) -> int:
        return len(self._addresses)

    def admit(self, guest: Guest, address: str) -> bool:
        """Give a place to a connection, at the cost of one that only waits; False where all are being answered."""
        neighbours = [each for each, from_where in self._addresses.items() if from_where == address]
        if len(neighbours) >= self._most_per_address and not self._clear(neighbours):
            return False
        if len(self) >= self._most and not self._clear(self._addresses):
            return False
        self._addresses[guest] = address
        return True

    def leave(self, guest: Guest) -> None:
        """Take the place back; who has none may leave too."""
        self._addresses.pop(guest, None)

    def _clear(self, guests: Iterable[Guest]) -> bool:
        waits = [(since, place, each) for place, each in enumerate(guests) if (since := each.find_wait()) is not None]
        if not waits:
            return False
        _since, _place, longest = min(waits)
        self.leave(longest)
        longest.give_way()
        return True


def name_neighbourhood(address: str) -> str:
    """Return what counts as one address: of IPv6 the part that one customer of a provider has."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:  # A socket of the system's own has none.
        return address
    if known.version == 4:
        return address
    return str(ipaddress.ip_network((known, OF_ONE_CUSTOMER), strict=False))
