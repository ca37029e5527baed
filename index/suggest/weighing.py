"""How much of what was typed each heading holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from index.catalogue import IntArray
from index.suggest.headings import HeadingIndex, Places
from index.suggest.reading import Key, Reading
from kb.text.common_terms import is_common

FloatArray = NDArray[np.float32]
LEAST_WEIGHT = 0.05  # Of what nearly every heading holds.
COMMON = 0.25  # Of their weight, what words keep that occur in any question.


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """The headings that hold something, each once, and what it weighs."""

    headings: IntArray
    weight: float


class Weigher:
    """Weighs the readings of one text; what they have in common is looked up once."""

    def __init__(self, index: HeadingIndex) -> None:
        self._index = index
        self._places: dict[Key, Places] = {}
        self._held: dict[tuple[Key, Key | None], _Held] = {}

    def weigh(self, reading: Reading) -> tuple[FloatArray, float]:
        """Return of each heading the weight of what it holds of a reading, and the weight of all of it.

        Units, and pairs of them side by side, count by how few headings hold them (Spärck Jones 1972).
        """
        held = np.zeros(len(self._index), np.float32)
        total = 0.0
        for key, following in zip_longest(reading.keys, reading.keys[1:]):
            for part in (None,) if following is None else (None, following):
                found = self._find_held(key, part)
                held[found.headings] += np.float32(found.weight)
                total += found.weight
        return held, total

    def find_begun(self, reading: Reading) -> IntArray:
        """Return the headings that begin with a reading."""
        first, *others = reading.keys
        places = self._find_places(first)
        owners, positions = places.owners[places.is_first], places.positions[places.is_first]
        for offset, key in enumerate(others, 1):
            # What is longer than a heading has met its border, which is no unit, before it can leave the row.
            fits = self._index.list_meant(key)[self._index.read(positions + offset)]
            owners, positions = owners[fits], positions[fits]
        return np.asarray(owners, np.int64)

    def _find_places(self, key: Key) -> Places:
        if key not in self._places:
            self._places[key] = self._index.find(key)
        return self._places[key]

    def _find_held(self, key: Key, following: Key | None) -> _Held:
        """Return which headings hold a key, or the pair of it and the following one."""
        known = self._held.get((key, following))
        if known is None:
            places = self._find_places(key)
            owners = places.owners
            if following is not None:
                owners = owners[self._index.list_meant(following)[places.following]]
            form = key.form if following is None else f"{key.form}{following.form}"
            known = self._held[key, following] = self._make_held(owners, is_common=is_common(form))
        return known

    def _make_held(self, owners: NDArray[np.int32], *, is_common: bool) -> _Held:
        holds = np.zeros(len(self._index), bool)
        holds[owners] = True
        headings = np.flatnonzero(holds)
        weight = float(np.log((len(self._index) + 1.0) / (len(headings) + 0.5)))
        return _Held(headings, max(weight, LEAST_WEIGHT) * (COMMON if is_common else 1.0))
