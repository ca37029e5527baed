"""How Chinese sounds: the syllables of characters and words without tones, and Latin letters cut into syllables."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice, product

Syllables = tuple[str, ...]

RARE_SHARE = 0.05  # A reading of fewer of the known words that a character stands in is left out.
MAX_WORD_READINGS = 6
LONGEST_SYLLABLE = 6
# GB/T 16159 without tones; ü is typed as v. By initial: the finals that it takes.
_FINALS = {
    "": "a ai an ang ao e ei en er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
# Initials and finals that speakers of the south, and voice typing, take for one another.
_ALIKE_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"))
_ALIKE_FINALS = ("ing", "eng", "ang")


def read_character(character: str) -> Syllables:
    """Return the syllables that a character is read as, the most common first; none if it is not Chinese."""
    return _readings(character)


@lru_cache(maxsize=65536)
def read_word(word: str) -> tuple[Syllables, ...]:
    """Return how a Chinese word is read: one way where the word is known, else what its characters allow."""
    known = _phrases().get(word)
    if known is not None and len(known) == len(word):
        return (tuple(_without_tone(readings[0]) for readings in known),)
    return tuple(islice(product(*map(_readings, word)), MAX_WORD_READINGS))


@lru_cache(maxsize=1024)
def fold_sound(syllable: str) -> str:
    """Return one form for all syllables that are easily taken for this one."""
    for initial, folded in _ALIKE_INITIALS:
        if syllable.startswith(initial):
            syllable = folded + syllable.removeprefix(initial)
            break
    return syllable[:-1] if syllable.endswith(_ALIKE_FINALS) else syllable


def fold_sounds(syllables: Sequence[str]) -> Syllables:
    """Fold each syllable."""
    return tuple(map(fold_sound, syllables))


def list_syllable_ends(letters: str, start: int) -> Iterator[int]:
    """Yield where a syllable that begins at `start` can end, longest first."""
    for end in range(min(len(letters), start + LONGEST_SYLLABLE), start, -1):
        if letters[start:end] in SYLLABLES:
            yield end


def is_pinyin(letters: str) -> bool:
    """Tell whether lower-case letters can be cut into syllables without a rest."""
    reachable = {0}
    for start in range(len(letters)):
        if start in reachable:
            reachable.update(list_syllable_ends(letters, start))
    return bool(letters) and len(letters) in reachable


@lru_cache(maxsize=32768)
def _readings(character: str) -> Syllables:
    listed = _characters().get(ord(character), "") if len(character) == 1 else ""
    syllables = [one for one in map(_without_tone, listed.split(",")) if one in SYLLABLES]
    heard = _heard_readings().get(character, Counter())
    least = RARE_SHARE * heard.total()
    return tuple(dict.fromkeys(one for one in syllables if one == syllables[0] or (heard and heard[one] >= least)))


@cache
def _heard_readings() -> dict[str, Counter[str]]:
    """Count how each character is read in the known words."""
    heard: dict[str, Counter[str]] = {}
    for word, readings in _phrases().items():
        for character, reading in zip(word, readings, strict=False):
            syllable = _without_tone(reading[0])
            if syllable in SYLLABLES:
                heard.setdefault(character, Counter())[syllable] += 1
    return heard


@lru_cache(maxsize=4096)
def _without_tone(reading: str) -> str:
    plain = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(character for character in plain if character.isascii())


@cache
def _characters() -> Mapping[int, str]:
    from pypinyin.pinyin_dict import pinyin_dict

    characters: Mapping[int, str] = pinyin_dict
    return characters


@cache
def _phrases() -> Mapping[str, list[list[str]]]:
    from pypinyin.phrases_dict import phrases_dict

    phrases: Mapping[str, list[list[str]]] = phrases_dict
    return phrases
