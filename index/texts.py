"""What each passage says, by row: read from a mapped file when a solution shows it, never held in memory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.mapped import map_array
from kb.items import Item


class PassageTexts:
    """The shown texts of all passages by row; `extra` are those behind what the file holds."""

    def __init__(self, content: NDArray[np.uint8], starts: NDArray[np.int64], extra: Sequence[str]) -> None:
        self._content = content
        self._starts = starts
        self._extra = extra

    def read(self, row: int) -> str:
        """Return the text of one row."""
        size = len(self._starts) - 1
        if row >= size:
            return self._extra[row - size]
        return bytes(self._content[self._starts[row] : self._starts[row + 1]]).decode("utf-8")

    def with_rows(self, texts: Sequence[str]) -> PassageTexts:
        """Return the texts with more rows behind them."""
        return PassageTexts(self._content, self._starts, [*self._extra, *texts])


def list_texts(items: Sequence[Item]) -> list[str]:
    """Return the shown texts of the items' passages, in order of their rows."""
    return [passage.shown for item in items for passage in item.passages]


def write_texts(texts: Sequence[str], content: Path, starts: Path) -> None:
    """Write texts one behind the other, and the byte at which each begins."""
    encoded = [text.encode("utf-8") for text in texts]
    content.write_bytes(b"".join(encoded))
    starts.write_bytes(np.array([0, *accumulate(map(len, encoded))], "<i8").tobytes())


def open_texts(content: Path, starts: Path) -> PassageTexts:
    """Open written texts."""
    bounds = np.fromfile(starts, "<i8").astype(np.int64)
    return PassageTexts(map_array(content, "u1"), bounds, [])
