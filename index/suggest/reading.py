"""The ways a half-typed question can be meant: as written, as pinyin, or as a slip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby

from index.catalogue import IntArray
from index.suggest.letters import Sound, cut_letters
from index.suggest.lexicon import Lexicon
from index.suggest.units import Unit
from kb.text.english import is_english
from kb.text.function_characters import FUNCTION_CHARACTERS
from kb.text.pinyin import is_pinyin
from kb.text.segment import default_segmenter

KNOWN_FREQUENCY = 10  # Words of the dictionary's corpus that are rarer may be misspellings of common ones.


class Way(Enum):
    """How what was typed is taken."""

    WRITTEN = auto()
    PINYIN = auto()
    TYPO = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """What stands in one place of what was typed: the units that it can mean, and its form where it is as written."""

    units: IntArray
    form: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One way to take what was typed: its keys in order; a hint where letters only begin what they stand for."""

    way: Way
    keys: tuple[Key, ...]
    is_hint: bool = False


def list_readings(typed: Sequence[Unit], lexicon: Lexicon) -> list[Reading]:
    """Return the ways to take what was typed, of which any unit may be meant."""
    if not typed:
        return []
    written = tuple(_take_as_written(unit, lexicon, is_last=unit is typed[-1]) for unit in typed)
    readings = [Reading(Way.WRITTEN, written)]
    readings += _list_pinyin(typed, written, lexicon)
    loose = _find_loose(typed)
    slips = tuple(
        _take_as_slip(unit, key, lexicon, is_last=unit is typed[-1]) if unit.is_latin or unit.start in loose else key
        for unit, key in zip(typed, written, strict=True)
    )
    if slips != written:
        readings.append(Reading(Way.TYPO, slips))
    return [reading for reading in readings if any(len(key.units) for key in reading.keys)]


def _find_loose(typed: Sequence[Unit]) -> set[int]:
    """Return where characters stand side by side that make up no word: one alone may be what it is."""
    loose: set[int] = set()
    for is_chinese, run in groupby(typed, key=lambda unit: not unit.is_latin):
        units = list(run) if is_chinese else []
        words = default_segmenter().cut("".join(unit.form for unit in units))
        for is_known, stretch in groupby(words, key=lambda word: _is_known(word[1])):
            places = [start + offset for start, word in stretch for offset in range(len(word))]
            if not is_known and len(places) > 1:
                loose.update(units[place].start for place in places)
    return loose


def _is_known(word: str) -> bool:
    return word in FUNCTION_CHARACTERS or (
        len(word) > 1 and default_segmenter().frequencies().get(word, 0) > KNOWN_FREQUENCY
    )


def _take_as_written(unit: Unit, lexicon: Lexicon, *, is_last: bool) -> Key:
    if not unit.is_latin:
        return Key(lexicon.find(unit.form), unit.form)
    exact = lexicon.find(unit.form)
    return Key(lexicon.find_beginning(unit.form) if is_last or not len(exact) else exact, unit.form)


def _take_as_slip(unit: Unit, written: Key, lexicon: Lexicon, *, is_last: bool) -> Key:
    if not unit.is_latin:
        return Key(lexicon.find_alike(unit.form))
    return written if len(written.units) else Key(lexicon.find_near(unit.form, may_go_on=is_last))


def _list_pinyin(typed: Sequence[Unit], written: Sequence[Key], lexicon: Lexicon) -> Iterator[Reading]:
    """Yield the likeliest ways to take the Latin words as pinyin; nothing where none can be."""
    if _is_english(typed):
        return
    ways = [_cut(unit, lexicon, is_last=unit is typed[-1]) for unit in typed]
    sounds = {sound for cuts in ways for sounds in cuts for sound in sounds}
    heard = {sound: Key(lexicon.find_sounding(sound)) for sound in sounds}
    for choice in range(max(map(len, ways))):
        keys: list[Key] = []
        is_hint = False
        for cuts, key in zip(ways, written, strict=True):
            chosen = cuts[min(choice, len(cuts) - 1)] if cuts else ()
            is_hint |= any(sound.is_open for sound in chosen[:-1])
            keys += [heard[sound] for sound in chosen] or [key]
        yield Reading(Way.PINYIN, tuple(keys), is_hint)


def _cut(unit: Unit, lexicon: Lexicon, *, is_last: bool) -> list[tuple[Sound, ...]]:
    if not unit.form.isascii() or not unit.form.isalpha():
        return []
    # App is no pinyin where the base has the word; fan and men may be either.
    if unit.form in lexicon.numbers and not all(map(is_pinyin, unit.parts)):
        return []
    return cut_letters(unit.parts, is_last=is_last)


def _is_english(typed: Sequence[Unit]) -> bool:
    """Tell whether more letters are of English words that are no pinyin than of pinyin that is no English word."""
    pinyin = english = 0
    for unit in typed:
        may_be_pinyin, may_be_english = all(map(is_pinyin, unit.parts)), unit.is_latin and is_english(unit.form)
        pinyin += len(unit.form) * (may_be_pinyin and not may_be_english)
        english += len(unit.form) * (may_be_english and not may_be_pinyin)
    return english > pinyin
