"""Which items go by one name, and which of them are versions of one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
NameArray = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The ordinals that go by each name: sorted once, and a few beside them that came later."""

    ordered: NameArray
    ordinals: IntArray
    later: Mapping[int, tuple[int, ...]]

    def find(self, name: int) -> Iterator[int]:
        """Yield the ordinals of a name, lowest first."""
        wanted = np.uint64(name)
        first, last = np.searchsorted(self.ordered, wanted), np.searchsorted(self.ordered, wanted, side="right")
        yield from self.ordinals[first:last].tolist()
        yield from self.later.get(name, ())

    def with_more(self, names: NameArray, *, first: int) -> Names:
        """Return the names with more items behind the known ones."""
        later = dict(self.later)
        for ordinal, name in enumerate(names.tolist(), first):
            later[name] = (*later.get(name, ()), ordinal)
        return Names(self.ordered, self.ordinals, later)


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """The items that there are several versions of, one item behind the other, oldest version first."""

    ordinals: IntArray
    starts: IntArray  # Where each item's versions begin among the ordinals.

    def keep_newest(self, allowed: BoolArray) -> None:
        """Leave of each item's allowed versions only the newest one allowed."""
        if not len(self.starts):
            return
        newest = np.maximum.reduceat(np.where(allowed[self.ordinals], self.ordinals, -1), self.starts)
        counts = np.diff(np.append(self.starts, len(self.ordinals)))
        allowed[self.ordinals] &= self.ordinals == np.repeat(newest, counts)

    def with_more(self, other: Versions) -> Versions:
        """Return these and the versions of other items."""
        starts = np.append(self.starts, other.starts + len(self.ordinals))
        return Versions(np.append(self.ordinals, other.ordinals), starts)


def make_names(names: NameArray) -> Names:
    """Return the ordinals by name."""
    order = np.argsort(names, kind="stable")
    return Names(names[order], order.astype(np.int64), {})


def find_versions(names: NameArray, *, first: int) -> Versions:
    """Return which of these items share a name; `first` is the ordinal of the first one."""
    order = np.argsort(names, kind="stable").astype(np.int64)
    ordered = names[order]
    same_as_before = np.append(False, ordered[1:] == ordered[:-1])[: len(ordered)]
    same_as_next = np.append(same_as_before[1:], False)[: len(ordered)]
    several = same_as_before | same_as_next
    return Versions(order[several] + first, np.flatnonzero(~same_as_before[several]))
