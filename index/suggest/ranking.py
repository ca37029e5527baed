"""Which articles to suggest: how well a heading fits what was typed, then how much it has been used lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.catalogue import BoolArray, IntArray
from index.suggest.headings import HeadingIndex
from index.suggest.reading import Reading, Way
from index.suggest.weighing import FloatArray, Weigher

# What a whole cover is worth when it takes another reading than the letters themselves.
WORTH = {Way.WRITTEN: 1.0, Way.PINYIN: 0.95, Way.TYPO: 0.75}
FROM_THE_BEGINNING = 0.15  # Added where the heading begins with what was typed.
BREVITY = 0.05  # Added to a heading that holds nothing else, in part to others.
POPULARITY = 0.05  # Added to the most used article, in part to others: it decides between those that fit alike.
# A heading must hold this much of what was typed, or else, but by a hint, this many units' worth that no other has.
LEAST_COVER = 0.5
ENOUGH = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Of each heading how well it fits, below 0 where it does not, by which reading, and whether it begins with it."""

    fit: FloatArray
    reading: NDArray[np.int8]
    is_begun: BoolArray


@dataclass(frozen=True, slots=True)
class Place:
    """An article's best heading."""

    article: int
    heading: int
    reading: int
    is_begun: bool


def measure_fits(index: HeadingIndex, readings: Sequence[Reading]) -> Fits:
    """Return how well each heading fits, by whichever reading it fits best."""
    weigher = Weigher(index)
    best = Fits(np.full(len(index), -1.0, np.float32), np.zeros(len(index), np.int8), np.zeros(len(index), bool))
    begun = np.zeros(len(index), bool)
    for number, reading in enumerate(readings):
        held, whole = weigher.weigh(reading)
        begins = weigher.find_begun(reading)
        begun[begins] = True
        enough = whole if reading.is_hint else ENOUGH * np.log(len(index) + 1.0)
        fitting = np.flatnonzero(held >= min(LEAST_COVER * whole, enough))
        fit = held[fitting] * np.float32(WORTH[reading.way] / whole) + begun[fitting] * np.float32(FROM_THE_BEGINNING)
        fit += np.minimum(np.float32(BREVITY * len(reading.keys)) / index.sizes[fitting], np.float32(BREVITY))
        is_better = fit > best.fit[fitting]
        better = fitting[is_better]
        best.fit[better], best.reading[better], best.is_begun[better] = fit[is_better], number, begun[better]
        begun[begins] = False
    return best


def place_articles(fits: Fits, starts: IntArray, allowed: BoolArray, popularity: FloatArray, limit: int) -> list[Place]:
    """Return the best articles that are allowed; an article's headings lie from its start to that of the next."""
    best = np.maximum.reduceat(fits.fit, starts[:-1])
    fitting = np.flatnonzero(allowed & (best > 0))
    score = best[fitting] + POPULARITY * popularity[fitting]
    places = []
    for article in fitting[np.argsort(-score, kind="stable")[:limit]]:
        first = int(starts[article])
        heading = first + int(np.argmax(fits.fit[first : starts[article + 1]]))
        places.append(Place(int(article), heading, int(fits.reading[heading]), bool(fits.is_begun[heading])))
    return places
