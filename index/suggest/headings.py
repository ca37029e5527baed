"""Headings as one long row of units, and how much of what was typed each of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index.catalogue import BoolArray, IntArray
from index.suggest.lexicon import BORDER, Lexicon
from index.suggest.reading import Key, Reading
from kb.text.common_terms import is_common

_Values = TypeVar("_Values", NDArray[np.int32], NDArray[np.bool_])
FloatArray = NDArray[np.float32]
LEAST_WEIGHT = 0.05  # Of what nearly every heading holds.
COMMON = 0.25  # Of their weight, what words keep that occur in any question.


class HeadingIndex:
    """The headings of a base, never changed once made."""

    def __init__(self, cut: Sequence[Sequence[str]]) -> None:
        self.lexicon = Lexicon(list(dict.fromkeys(form for forms in cut for form in forms)))
        numbers = self.lexicon.numbers
        self.sizes = np.array([len(forms) for forms in cut], np.int32)
        row = [BORDER]
        for forms in cut:
            row += (numbers[form] for form in forms)
            row.append(BORDER)
        self._row = np.array(row, np.int32)
        # The places of each unit, and beside them what a search asks of a place: whose it is, and what stands behind.
        self._places = np.argsort(self._row, kind="stable").astype(np.int32)
        places = self._places
        owner = np.concatenate([[0], np.repeat(np.arange(len(cut)), self.sizes + 1)]).astype(np.int32)
        self._owners = owner[places]
        self._behind = np.append(self._row[1:], np.int32(BORDER))[places]
        self._is_first = np.append(np.int32(BORDER), self._row[:-1])[places] == BORDER
        self._first = np.searchsorted(self._row[places], np.arange(len(numbers) + 2))

    def __len__(self) -> int:
        return len(self.sizes)

    def weigh(self, reading: Reading) -> tuple[FloatArray, float]:
        """Return of each heading the weight of what it holds of a reading, and the weight of all of it.

        Units, and pairs of them side by side, count by how few headings hold them (Spärck Jones 1972).
        """
        held = np.zeros(len(self), np.float32)
        total = 0.0
        for key, following in zip_longest(reading.keys, reading.keys[1:]):
            slices = self._find_slices(key)
            owners = _join(self._owners, slices)
            total += self._add(held, owners, is_common=is_common(key.form))
            if following is not None:
                beside = self._make_table(following)[_join(self._behind, slices)]
                is_pair_common = is_common(f"{key.form}{following.form}")
                total += self._add(held, owners[beside], is_common=is_pair_common)
        return held, total

    def find_begun(self, reading: Reading) -> IntArray:
        """Return the headings that begin with a reading."""
        first, *others = reading.keys
        slices = self._find_slices(first)
        is_first = _join(self._is_first, slices)
        owners, places = _join(self._owners, slices)[is_first], _join(self._places, slices)[is_first]
        for offset, key in enumerate(others, 1):
            # What is longer than a heading has met its border, which is no unit, before it can leave the row.
            fits = self._make_table(key)[self._row[places + offset]]
            owners, places = owners[fits], places[fits]
        return np.asarray(owners, np.int64)

    def _find_slices(self, key: Key) -> list[slice]:
        return [slice(self._first[unit], self._first[unit + 1]) for unit in key.units]

    def _make_table(self, key: Key) -> BoolArray:
        table = np.zeros(len(self.lexicon.numbers) + 1, bool)
        table[key.units] = True
        return table

    def _add(self, held: FloatArray, owners: NDArray[np.int32], *, is_common: bool) -> float:
        """Add the weight of something to the headings that hold it, and return the weight."""
        holds = np.zeros(len(self), bool)
        holds[owners] = True
        share = (len(self) + 1.0) / (np.count_nonzero(holds) + 0.5)
        weight = max(float(np.log(share)), LEAST_WEIGHT) * (COMMON if is_common else 1.0)
        held += holds * np.float32(weight)
        return weight


def _join(values: _Values, slices: Sequence[slice]) -> _Values:
    if len(slices) == 1:
        return values[slices[0]]
    return np.concatenate([values[one] for one in slices]) if slices else values[:0]
