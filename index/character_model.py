"""How likely Chinese characters follow one another: counted in the knowledge base, backed by the dictionary."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache, lru_cache
from itertools import pairwise

from index.vocabulary import Vocabulary
from kb.text.segment import default_segmenter

# Witten and Bell 1991: a character with many different followers is likely to have one more. At least so many.
FEWEST_FOLLOWERS = 5
# The base's own character shares count as much as the dictionary's once it has this many characters.
EVEN_SHARE = 20_000
# Of a character's occurrences, how many open a dictionary word of two: the rest could be followed by anything.
INSIDE_WORDS = 0.5
UNSEEN = 1e-7
# Past customers misspell too: of what no dictionary has, so many occurrences are no evidence.
MISSPELT = 2
KEPT_PAIRS = 16_384


class CharacterModel:
    """Log likelihoods of runs of Chinese characters in this knowledge base."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._count = vocabulary.count_run
        self._count_followers = vocabulary.count_followers
        self._characters = vocabulary.characters
        self.association = lru_cache(maxsize=KEPT_PAIRS)(self._associate)

    def log_likelihood(self, run: str) -> float:
        """Return how likely each character follows the one before it; a run's first character is given."""
        return sum(math.log(self._follows(first, then)) for first, then in pairwise(run))

    def _associate(self, first: str, then: str) -> float:
        """Return by how much two characters stand together more often than by chance, never below none."""
        return max(0.0, math.log(self._follows(first, then) / self._share(then)))

    def log_share(self, character: str) -> float:
        """Return how likely a character is wherever it stands."""
        return math.log(self._share(character))

    def _follows(self, first: str, then: str) -> float:
        own = self._count(first + then)
        if not default_segmenter().frequencies().get(first + then):
            own = max(own - MISSPELT, 0)
        followers = max(self._count_followers(first), FEWEST_FOLLOWERS)
        return (own + followers * self._expected(first, then)) / (self._count(first) + followers)

    def _expected(self, first: str, then: str) -> float:
        in_dictionary = _characters()[first]
        together = default_segmenter().frequencies().get(first + then, 0) / in_dictionary if in_dictionary else 0.0
        return INSIDE_WORDS * min(together, 1.0) + (1 - INSIDE_WORDS) * self._share(then)

    def _share(self, character: str) -> float:
        own = self._characters / (self._characters + EVEN_SHARE)
        counted = self._count(character) / self._characters if self._characters else 0.0
        return own * counted + (1 - own) * _characters()[character] / _total() + UNSEEN


@cache
def _characters() -> Counter[str]:
    """How often each character occurs in the words of the dictionary."""
    counts: Counter[str] = Counter()
    for word, frequency in default_segmenter().frequencies().items():
        if frequency:
            for character in word:
                counts[character] += frequency
    return counts


@cache
def _total() -> int:
    return _characters().total()
