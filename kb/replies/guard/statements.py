"""What a cited text states: every figure, date and number in it, and where."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from kb.orders.words import Language
from kb.replies.guard.claims import Found
from kb.replies.guard.reading import find_claims
from kb.text.sentences import split_sentences

CACHED_TEXTS = 64
MAX_TEXT = 50_000  # What lies beyond supports nothing: longer than any rule is.


@dataclass(frozen=True, slots=True)
class Statements:
    """A text and where it first states each thing."""

    text: str
    places: Mapping[str, int]

    def find(self, claim: Found) -> int | None:
        """Return where the text says the same as a claim, or None."""
        keys = claim.keys
        if claim.day is not None and claim.clock is not None:
            day = next((self.places[key] for key in claim.day.list_keys() if key in self.places), None)
            keys = () if day is None else claim.clock.list_keys()
        place = next((self.places[key] for key in keys if key in self.places), None)
        if place is None and claim.number:  # In a table a number may stand without its unit.
            return self.places.get(f"bare:{claim.number}")
        return place

    def quote(self, place: int) -> str:
        """Return the sentence in which something is stated."""
        sentences, ends = _split(self.text)
        return sentences[bisect_right(ends, place)].strip()


def read_statements(text: str, language: Language) -> Statements:
    """Return what a text states, as far as it is read."""
    places: dict[str, int] = {}
    for found in find_claims(text[:MAX_TEXT], language):
        for key in found.stated:
            places.setdefault(key, found.start)
        if found.number and not found.unit:
            places.setdefault(f"bare:{found.number}", found.start)
    return Statements(text, places)


@lru_cache(CACHED_TEXTS)
def _split(text: str) -> tuple[Sequence[str], Sequence[int]]:
    sentences = split_sentences(text)
    return sentences, list(accumulate(map(len, sentences)))
