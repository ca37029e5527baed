"""Words that the dictionary lacks, learned from a knowledge base: what it cuts apart although it belongs together.

Two measures, as is usual for Chinese: pointwise mutual information of the pieces (Church and Hanks 1990), and how
many different neighbours the whole has on either side (accessor variety, Feng, Chen, Deng and Zheng 2004).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kb.items import Item
from kb.text.function_characters import FUNCTION_CHARACTERS
from kb.text.normalise import normalise
from kb.text.segment import Segmenter, default_segmenter

MAX_HEADINGS = 200_000
MAX_CHARACTERS = 200  # Of one heading.
LONGEST_WORD = 6  # Characters.
MOST_PIECES = 3
FEWEST_OCCURRENCES = 5
LEAST_INFORMATION = 5.0  # Bits by which the pieces stand together more often than by chance.
FEWEST_NEIGHBOURS = 4
# Nor do words begin or end with what says when and how.
_NEVER_INSIDE = FUNCTION_CHARACTERS | frozenset("才仅再已来完出")
_HAN = re.compile("[\u4e00-\u9fff]+")
_NAME = re.compile("(?=.*[\u4e00-\u9fff])[\u4e00-\u9fffa-z0-9]{2,12}")
Run = tuple[str, ...]


def learn_words(items: Iterable[Item], *, segmenter: Segmenter | None = None) -> list[str]:
    """Return the words to add to the segmenter, sorted: learned ones, and names of products and labels whole."""
    cutter = segmenter or default_segmenter()
    headings: dict[str, None] = {}
    names: set[str] = set()
    for item in items:
        names.update(filter(_NAME.fullmatch, map(normalise, item.labels)))
        if len(headings) < MAX_HEADINGS:
            headings.update(dict.fromkeys(normalise(heading[:MAX_CHARACTERS]) for heading in item.headings))
    runs = [run for heading in headings for run in _cut_runs(heading, cutter)]
    unknown = (name for name in names if len(cutter.cut(name)) > 1)
    return sorted({*_find_together(runs), *unknown})


def _cut_runs(text: str, cutter: Segmenter) -> Iterator[Run]:
    """Yield the Chinese words that stand side by side."""
    for run in _HAN.finditer(text):
        yield tuple(word for _, word in cutter.cut(run[0]))


def _find_together(runs: Sequence[Run]) -> list[str]:
    counts: Counter[Run] = Counter(piece for run in runs for _, piece in _list_pieces(run, 1))
    total = sum(count for piece, count in counts.items() if len(piece) == 1)
    candidates = {
        piece
        for piece, count in counts.items()
        if len(piece) > 1 and count >= FEWEST_OCCURRENCES and _is_bound(piece, counts, total)
    }
    left, right = _count_neighbours(runs, candidates)
    return [
        "".join(piece) for piece in candidates if left[piece] >= FEWEST_NEIGHBOURS and right[piece] >= FEWEST_NEIGHBOURS
    ]


def _list_pieces(run: Run, fewest: int) -> Iterator[tuple[int, Run]]:
    """Yield the stretches of a run that could be a word, and where each begins."""
    for start in range(len(run)):
        for size in range(fewest, min(MOST_PIECES, len(run) - start) + 1):
            piece = run[start : start + size]
            if size == 1 or _may_be_word("".join(piece)):
                yield start, piece


def _may_be_word(text: str) -> bool:
    return len(text) <= LONGEST_WORD and _NEVER_INSIDE.isdisjoint(text)


def _is_bound(piece: Run, counts: Counter[Run], total: int) -> bool:
    """Whether the parts stand together more often than by chance wherever the stretch is parted."""
    together = counts[piece] / total
    for border in range(1, len(piece)):
        first, second = counts[piece[:border]], counts[piece[border:]]
        if not first or not second:
            return False
        if math.log2(together * total * total / (first * second)) < LEAST_INFORMATION:
            return False
    return True


def _count_neighbours(runs: Sequence[Run], candidates: set[Run]) -> tuple[Counter[Run], Counter[Run]]:
    """Return how many different words stand before and behind each; every edge of a sentence is one more."""
    left: dict[Run, set[str]] = {}
    right: dict[Run, set[str]] = {}
    left_edges: Counter[Run] = Counter()
    right_edges: Counter[Run] = Counter()
    for run in runs:
        for start, piece in _list_pieces(run, 2):
            if piece not in candidates:
                continue
            end = start + len(piece)
            if start:
                left.setdefault(piece, set()).add(run[start - 1])
            else:
                left_edges[piece] += 1
            if end < len(run):
                right.setdefault(piece, set()).add(run[end])
            else:
                right_edges[piece] += 1
    for edges, neighbours in ((left_edges, left), (right_edges, right)):
        edges.update({piece: len(words) for piece, words in neighbours.items()})
    return left_edges, right_edges
