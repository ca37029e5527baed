"""What is shown of a heading: why it was found, and which stretches of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby, pairwise

from index.solutions import Stretch
from index.suggest.lexicon import BORDER, Lexicon
from index.suggest.reading import Key, Reading, Way
from index.suggest.units import Unit, cut_heading
from kb.text.common_terms import is_common


class FoundBy(StrEnum):
    """Why a heading was found: it begins so, holds the words, sounds so, or is what was probably meant."""

    PREFIX = "prefix"
    WORDS = "words"
    PINYIN = "pinyin"
    TYPO = "typo"


FOUND_BY = {Way.WRITTEN: FoundBy.WORDS, Way.PINYIN: FoundBy.PINYIN, Way.TYPO: FoundBy.TYPO}


def explain(reading: Reading, *, is_begun: bool) -> FoundBy:
    """Return why a heading was found by this reading."""
    return FoundBy.PREFIX if is_begun and reading.way is Way.WRITTEN else FOUND_BY[reading.way]


def find_stretches(heading: str, reading: Reading, lexicon: Lexicon) -> list[Stretch]:
    """Return the stretches of a heading that fit the keys: those that follow each other, and words that tell alone."""
    units = cut_heading(heading)
    fitting = _list_fitting(units, reading, lexicon)
    ends = [
        max((_find_end(u, reading.keys[key]) for key in keys if _tells(u, reading, key)), default=0)
        for u, keys in zip(units, fitting, strict=True)
    ]
    for (first, before), (second, after) in pairwise(enumerate(fitting)):
        joined = [key for key in before if key + 1 in after]
        if joined:
            ends[first] = units[first].end
            ends[second] = max(ends[second], *(_find_end(units[second], reading.keys[key + 1]) for key in joined))
    runs = groupby(zip(units, ends, strict=True), key=lambda marked: marked[1] > 0)
    return [stretch for is_marked, run in runs if is_marked for stretch in _mark(list(run))]


def _list_fitting(units: Sequence[Unit], reading: Reading, lexicon: Lexicon) -> list[list[int]]:
    """Return which keys each unit fits."""
    wanted = [frozenset(key.units.tolist()) for key in reading.keys]
    numbers = [lexicon.numbers.get(unit.form, BORDER) for unit in units]
    return [[key for key, numbers_of_key in enumerate(wanted) if number in numbers_of_key] for number in numbers]


def _tells(unit: Unit, reading: Reading, key: int) -> bool:
    """Tell whether a unit explains the find by itself: it is all that is typed, or is written so and says something."""
    is_written = unit.form.startswith(reading.keys[key].form or " ")
    return len(reading.keys) == 1 or (is_written and not is_common(unit.form))


def _find_end(unit: Unit, key: Key) -> int:
    """Of a word that was typed in part, only that part is marked; positions hold where no letter folds into two."""
    is_part = unit.form.startswith(key.form or " ") and unit.end - unit.start == len(unit.form)
    return unit.start + len(key.form) if is_part else unit.end


def _mark(run: Sequence[tuple[Unit, int]]) -> Iterator[Stretch]:
    """Yield the stretches of a run of fitting units, which does not set out with a character of any question."""
    telling = (index for index, (unit, _) in enumerate(run) if unit.start == 0 or not is_common(unit.form))
    marked = run[next(telling, 0) :]
    start = end = marked[0][0].start
    for unit, unit_end in marked:
        if unit.start > end:
            yield Stretch(start, end)
            start = unit.start
        end = unit_end
    yield Stretch(start, end)
