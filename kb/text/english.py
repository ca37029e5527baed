"""Whether a Latin word is ordinary English, so that it is neither corrected nor taken for pinyin."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

DICTIONARY = Path(__file__).parent / "dictionaries" / "english.txt"

# Endings, and what may stand in their place in the word that the dictionary has.
_ENDINGS = (
    ("s", ("",)),
    ("es", ("",)),
    ("ies", ("y",)),
    ("ed", ("", "e")),
    ("ied", ("y",)),
    ("ing", ("", "e")),
    ("ly", ("",)),
    ("er", ("", "e")),
    ("ier", ("y",)),
    ("est", ("", "e")),
    ("iest", ("y",)),
    ("ily", ("y",)),
    ("ness", ("",)),
    ("able", ("", "e")),
)
_DOUBLING_ENDINGS = frozenset({"ed", "ing", "er", "est"})
_SHORTEST_STEM = 3


def is_english(word: str) -> bool:
    """Tell whether a lower-case word, or what it is formed from, is in the dictionary."""
    return word in _words() or any(stem in _words() for stem in list_stems(word))


def list_stems(word: str) -> Iterator[str]:
    """Yield the words that this one may be formed from: returned gives return, returne."""
    for ending, replacements in _ENDINGS:
        stem = word.removesuffix(ending)
        if len(stem) == len(word) or len(stem) < _SHORTEST_STEM:
            continue
        yield from (stem + replacement for replacement in replacements)
        if ending in _DOUBLING_ENDINGS and stem[-1] == stem[-2]:
            yield stem[:-1]


@cache
def _words() -> frozenset[str]:
    lines = DICTIONARY.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
