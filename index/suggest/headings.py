"""Headings as one long row of units: where in it stands what a key can mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.catalogue import BoolArray
from index.suggest.lexicon import BORDER, Lexicon
from index.suggest.reading import Key

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places of the row: whose heading each lies in, which unit follows, and whether the heading begins there."""

    owners: Numbers
    following: Numbers
    is_first: BoolArray
    positions: Numbers


class HeadingIndex:
    """The headings of a base, never changed once made."""

    def __init__(self, cut: Sequence[Sequence[str]]) -> None:
        self.lexicon = Lexicon(list(dict.fromkeys(form for forms in cut for form in forms)))
        self.sizes = np.array([len(forms) for forms in cut], np.int32)
        numbers = self.lexicon.numbers
        row = [BORDER]
        for forms in cut:
            row += (numbers[form] for form in forms)
            row.append(BORDER)
        self._row = np.array(row, np.int32)
        owners = np.concatenate([[0], np.repeat(np.arange(len(cut)), self.sizes + 1)]).astype(np.int32)
        is_first = np.append(BORDER, self._row[:-1]) == BORDER
        # Sorted by unit, so that what is asked of the places of one lies side by side.
        order = np.argsort(self._row, kind="stable").astype(np.int32)
        following = np.append(self._row[1:], np.int32(BORDER))
        self._sorted = Places(owners[order], following[order], is_first[order], order)
        self._bounds = np.searchsorted(self._row[order], np.arange(len(numbers) + 2)).tolist()

    def __len__(self) -> int:
        return len(self.sizes)

    def find(self, key: Key) -> Places:
        """Return the places of whatever a key can mean."""
        slices = [slice(self._bounds[unit], self._bounds[unit + 1]) for unit in key.units.tolist()]
        if len(slices) == 1:
            return self._take(slices[0])
        chosen = np.concatenate([self._sorted.positions[:0], *(np.arange(one.start, one.stop) for one in slices)])
        return self._take(chosen)

    def list_meant(self, key: Key) -> BoolArray:
        """Return of each unit whether a key can mean it."""
        meant = np.zeros(len(self.lexicon.numbers) + 1, bool)
        meant[key.units] = True
        return meant

    def read(self, positions: Numbers) -> Numbers:
        """Return the units at positions of the row."""
        return self._row[positions]

    def _take(self, chosen: slice | Numbers) -> Places:
        whole = self._sorted
        return Places(whole.owners[chosen], whole.following[chosen], whole.is_first[chosen], whole.positions[chosen])
