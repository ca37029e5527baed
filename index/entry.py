"""What the index remembers of one item besides its vectors and terms; many of them, read from a file one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import overload

import numpy as np
from numpy.typing import NDArray

from kb.articles.models import Audience, Basis
from kb.items import ItemKey
from kb.orders.likeness import OrderFacts

ENTRIES_KEPT = 50_000  # Of those that were read; some forty megabytes.


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index remembers of one item besides its vectors and terms."""

    key: ItemKey
    audience: Audience
    language: str
    category: tuple[str, ...]
    basis: Basis
    effective_from: int
    effective_to: int
    applies_when: object
    headings: int
    passages: int
    met_share: float = 1.0  # Of orders, how many meet the condition.
    outcome: str | None = None
    remedy: str | None = None
    order_facts: OrderFacts | None = None  # Of a case, when it was closed.


class Entries(Sequence[Entry]):
    """Entries in a mapped file, a line each, and those behind it; a line is read when its entry is asked for."""

    def __init__(self, read: Callable[[int], Entry], size: int, extra: Sequence[Entry]) -> None:
        self._read = read
        self._size = size
        self._extra = extra

    def __len__(self) -> int:
        return self._size + len(self._extra)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...

    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        if type(place) is int and 0 <= place < self._size:  # Hundreds of times a match.
            return self._read(place)
        if isinstance(place, slice):
            return [self[ordinal] for ordinal in range(*place.indices(len(self)))]
        ordinal = place + len(self) if place < 0 else place
        if not 0 <= ordinal < len(self):
            raise IndexError(place)
        return self._read(int(ordinal)) if ordinal < self._size else self._extra[ordinal - self._size]

    def with_more(self, entries: Sequence[Entry]) -> Entries:
        """Return the entries with more behind them."""
        return Entries(self._read, self._size, [*self._extra, *entries])


def map_entries(content: NDArray[np.uint8], starts: NDArray[np.int64], parse: Callable[[bytes], Entry]) -> Entries:
    """Return the entries of a mapped file whose lines begin where `starts` says; the last ones read are kept."""

    @lru_cache(ENTRIES_KEPT)
    def read(ordinal: int) -> Entry:
        return parse(content[starts[ordinal] : starts[ordinal + 1]].tobytes())

    return Entries(read, len(starts) - 1, [])


def list_entries(entries: Sequence[Entry]) -> Entries:
    """Return entries that are all in memory."""
    return Entries(entries.__getitem__, 0, entries)
