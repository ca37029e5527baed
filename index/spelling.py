"""Misspelt Latin words: refnud for refund, when the base has one word so near and the dictionary has not this one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.vocabulary import Vocabulary
from kb.text.english import is_english

MAX_WORDS = 20  # Looked at in one text.
# That hold the right word: an English one, and any other.
FEWEST_ITEMS, FEWEST_ITEMS_OF_NAMES = 2, 3
TWO_ERRORS_FROM = 8  # Letters; Damerau 1964: four in five misspellings have one error.
_WORD = re.compile(r"(?<![a-z0-9_.@/'-])[a-z]{5,20}(?![a-z0-9_@/']|[-.][a-z0-9])")


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A word of the text and the word of the base that it is read as."""

    start: int
    end: int
    read_as: str
    certainty: float


class SpellingReader:
    """Finds Latin words that are nearly one of the base's."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def read(self, text: str) -> Iterator[Misspelling]:
        """Yield the misspellings of a normalised text in its order."""
        for _, match in zip(range(MAX_WORDS), _WORD.finditer(text), strict=False):
            word = match[0]
            if word in self._vocabulary or is_english(word):
                continue
            right = self._find_right(word)
            if right is not None:
                certainty = 0.9 if OSA.distance(word, right) == 1 else 0.75
                yield Misspelling(*match.span(), right, certainty)

    def _find_right(self, word: str) -> str | None:
        """Return the word that is nearest; None where there are several. Iphone is no phone: words begin alike."""
        most = 2 if len(word) >= TWO_ERRORS_FROM else 1
        nearest: list[tuple[int, str]] = []
        for length in range(len(word) - most, len(word) + most + 1):
            choices = self._vocabulary.list_latin(length)
            for other, distance, _ in process.extract_iter(word, choices, scorer=OSA.distance, score_cutoff=most):
                if _begin_alike(word, other):
                    nearest.append((int(distance), other))
        nearest = sorted(one for one in nearest if self._is_worth_reading(one[1]))
        if not nearest or (len(nearest) > 1 and nearest[0][0] == nearest[1][0]):
            return None
        return nearest[0][1]

    def _is_worth_reading(self, word: str) -> bool:
        return self._vocabulary.count(word) >= (FEWEST_ITEMS if is_english(word) else FEWEST_ITEMS_OF_NAMES)


def _begin_alike(word: str, other: str) -> bool:
    """Whether two words begin with the same letter, or with the same two the other way round."""
    return word[0] == other[0] or word[:2] == other[1::-1]
