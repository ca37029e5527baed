"""How a question is typed, key by key: what stands in the field after each."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache

from index.suggest.units import Unit, cut_units
from kb.text.normalise import normalise
from kb.text.pinyin import read_character, read_word
from kb.text.segment import default_segmenter

SHORTEST_MISSPELT = 4
OFFERED = 6  # Characters of one sound that an input method shows first: a slip takes one of them.


class Typing(StrEnum):
    """A way to type."""

    CHARACTERS = "characters"
    COMPOSING = "input method"
    PINYIN = "pinyin"
    INITIALS = "initials"
    SLIP = "one slip"


def list_states(text: str, typing: Typing, chance: random.Random) -> list[str]:
    """Return what stands in the field after each key; nothing where a text cannot be typed so."""
    return list(_STATES[typing](normalise(text), chance))


def _type_characters(text: str, _chance: random.Random) -> Iterator[str]:
    yield from (text[:size] for size in range(1, len(text) + 1))


def _compose(text: str, chance: random.Random) -> Iterator[str]:
    """Yield a text whose words are typed in pinyin and chosen once they are whole."""
    done = ""
    for start, word in [] if text.isascii() else default_segmenter().cut(text):
        done += text[len(done) : start]
        yield from (done + state for state in list(_type_characters(_spell(word), chance))[:-1])
        done += word
        yield done


def _type_pinyin(text: str, chance: random.Random) -> Iterator[str]:
    words = [] if text.isascii() else default_segmenter().cut(text)
    return _type_characters("".join(_spell(word) for _, word in words), chance)


def _type_initials(text: str, chance: random.Random) -> Iterator[str]:
    units = [] if text.isascii() else cut_units(text)
    return _type_characters("".join(_spell(unit.form)[:1] for unit in units), chance)


def _type_with_slip(text: str, chance: random.Random) -> Iterator[str]:
    """Yield a text with one character that sounds like the right one, or two letters the wrong way round."""
    units = [unit for unit in cut_units(text) if _can_slip(unit)]
    if units:
        unit = chance.choice(units)
        slipped = _swap(unit.form, chance) if unit.is_latin else chance.choice(_list_alike(unit.form))
        yield from _type_characters(text[: unit.start] + slipped + text[unit.end :], chance)


_STATES: Mapping[Typing, Callable[[str, random.Random], Iterator[str]]] = {
    Typing.CHARACTERS: _type_characters,
    Typing.COMPOSING: _compose,
    Typing.PINYIN: _type_pinyin,
    Typing.INITIALS: _type_initials,
    Typing.SLIP: _type_with_slip,
}


def _spell(word: str) -> str:
    """Return a word's letters in pinyin; one that is no Chinese is itself."""
    return "".join(next(iter(read_word(word)), ())) or word


def _can_slip(unit: Unit) -> bool:
    if unit.is_latin:
        return unit.form.isalpha() and len(unit.form) >= SHORTEST_MISSPELT
    return bool(_list_alike(unit.form))


def _swap(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _list_alike(character: str) -> list[str]:
    return [
        other for sound in read_character(character)[:1] for other in _offered().get(sound, ()) if other != character
    ]


@cache
def _offered() -> Mapping[str, list[str]]:
    """The characters that are commonest in words, by their first sound."""
    counts: dict[str, int] = {}
    for word, count in default_segmenter().frequencies().items():
        for character in word:
            counts[character] = counts.get(character, 0) + count
    offered: dict[str, list[str]] = {}
    for character in sorted(counts, key=lambda one: -counts[one]):
        alike = offered.setdefault(next(iter(read_character(character)), ""), [])
        if len(alike) < OFFERED:
            alike.append(character)
    return offered
