"""Whether two texts say the same, so that copies of one answer need not fill a list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from kb.text.normalise import normalise, to_half_width

GRAM = 3
# Jaccard's index of the texts' letters in threes. Chosen by eye over 1,359 pairs of help-centre passages
# (docs/decisions/0007-asking-and-copies.md): from here on a word or two differ, and not the meaning; just below stand
# next-day beside two-day delivery, and the shop's own goods beside a seller's.
SAME_FROM = 0.95
# What differs more than this in length, or in the letters used, needs no closer look: some hundred times faster.
LENGTHS_FROM = 0.75  # Of the texts as they are written: signs and spaces count here.
LETTERS_FROM = 0.8
LETTER_BITS = 1_021
# Each of these turns a long text into another answer without much changing its grams: 7 or 15 days, may or may not.
TELLING = re.compile(
    r"\d+(?:\.\d+)?|[〇零一二两三四五六七八九十百千万半]|[不未无没非否勿]|\b(?:no|not|never)\b|n['’]t\b"
)
TEXTS_KEPT = 4_096
GRAMS_KEPT = 512  # A text's grams take some 20 kB.


def say_the_same(one: str, other: str) -> bool:
    """Tell whether two texts differ in no number, no negation, and hardly in words; signs do not count."""
    if one == other:
        return True
    if min(len(one), len(other)) < LENGTHS_FROM * max(len(one), len(other)):
        return False
    ours, theirs = _mark_letters(one), _mark_letters(other)
    if (ours & theirs).bit_count() < LETTERS_FROM * (ours | theirs).bit_count():
        return False
    first, second = _read_gist(one), _read_gist(other)
    return first.telling == second.telling and measure_overlap(first.grams, second.grams) >= SAME_FROM


def measure_overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return Jaccard's index of two sets; 0 for empty ones."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


# The same passages are shown again and again.
@lru_cache(maxsize=TEXTS_KEPT)
def _mark_letters(text: str) -> int:
    """Return a number with a bit for each letter and digit that a text uses; few of them share one."""
    used = filter(str.isalnum, set(to_half_width(text).lower()))
    return reduce(or_, (1 << ord(letter) % LETTER_BITS for letter in used), 0)


@dataclass(frozen=True, slots=True)
class _Gist:
    grams: frozenset[str]
    telling: tuple[str, ...]


@lru_cache(maxsize=GRAMS_KEPT)
def _read_gist(text: str) -> _Gist:
    clean = normalise(text)
    return _Gist(cut_grams("".join(filter(str.isalnum, clean))), tuple(TELLING.findall(clean)))


def cut_grams(letters: str) -> frozenset[str]:
    """Return every run of three characters; a shorter text is one run."""
    if not letters:
        return frozenset()
    return frozenset(letters[start : start + GRAM] for start in range(max(1, len(letters) - GRAM + 1)))
