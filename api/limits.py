"""How many requests a key or an address may make: a bucket of tokens each, filled steadily, in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil

from starlette.datastructures import Headers
from starlette.types import Scope

MOST_BUCKETS = 10_000  # About 2 MB; past them the one that was idle longest is forgotten, and would be full again.
BURST_SECONDS = 10  # So much of the steady rate may come at once.
FEWEST_AT_ONCE = 10
# Who has no right key can only guess or be mistaken.
WRONG_KEYS_PER_MINUTE = 60
UNREADABLE = "unreadable"
HOME_PREFIX = 64  # Whoever has one IPv6 address has 2 ** 64 of them.


Address = IPv4Address | IPv6Address


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class Limiter:
    """Counts what each caller takes; with a rate of 0 everybody may take whatever they like."""

    def __init__(self, per_minute: int, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / 60
        self._most = max(FEWEST_AT_ONCE, self._per_second * BURST_SECONDS)
        self._timer = timer
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, caller: str) -> int:
        """Take one and return 0, or return in how many seconds there will be one."""
        if not self._per_second:
            return 0
        now = self._timer()
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = _Bucket(self._most, now)
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(caller)
        bucket.tokens = min(self._most, bucket.tokens + (now - bucket.filled_at) * self._per_second)
        bucket.filled_at = now
        if bucket.tokens < 1:
            return max(1, ceil((1 - bucket.tokens) / self._per_second))
        bucket.tokens -= 1
        return 0


class Limits:
    """The three limits of one process: of a key, of a visitor's address, and of whoever has no right key."""

    def __init__(
        self,
        *,
        of_key: int,
        of_address: int,
        proxies: Sequence[str] = (),
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.of_keys = Limiter(of_key, timer=timer)
        self.of_addresses = Limiter(of_address, timer=timer)
        self.of_strangers = Limiter(WRONG_KEYS_PER_MINUTE, timer=timer)
        self._knows_proxies = bool(proxies)

    def find_visitor(self, scope: Scope) -> str | None:
        """Return what a visitor is counted by, or None for those who cannot be told from each other.

        That is so on this machine, and behind a proxy of our network's that was forgotten in the settings: counted by
        its address, all visitors would share one limit.
        """
        address = find_address(scope)
        if address is None or self._knows_proxies:
            return self.find_caller(scope)
        is_forgotten = address.is_private and "x-forwarded-for" in Headers(scope=scope)
        return None if address.is_loopback or is_forgotten else find_home(scope)

    def find_caller(self, scope: Scope) -> str | None:
        """Return what any sender is counted by: all for whom a named proxy forwards no address, together."""
        home = find_home(scope)
        return UNREADABLE if home is None and self._knows_proxies else home


def find_address(scope: Scope) -> Address | None:
    """Return the address that a request comes from, or None where it has none: from a socket of this machine's."""
    client = scope.get("client")
    try:
        address = ip_address(client[0]) if client else None
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def find_home(scope: Scope) -> str | None:
    """Return what the sender of a request is counted by: an IPv4 address, or a home's network of IPv6 ones."""
    address = find_address(scope)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), HOME_PREFIX), strict=False))
    return None if address is None else str(address)


def lies_within(scope: Scope, networks: Sequence[str]) -> bool:
    """Tell whether a request comes from one of the networks; where none is named, from anywhere."""
    address = find_address(scope)
    return not networks or (address is not None and any(address in ip_network(network) for network in networks))
