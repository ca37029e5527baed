"""Which stretches of a text matched the question, so that a reader sees why it was found."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from index.lexical import Terms
from kb.text.common_terms import common_terms
from kb.text.normalise import normalise_keeping_positions

# Single characters match everywhere and explain nothing.
SHORTEST_TERM = 2


def telling_terms(terms: Terms) -> tuple[str, ...]:
    """Return the terms of a question that explain a match when they are seen."""
    found = {term for counts in terms.counts.values() for term in counts}
    return tuple(term for term in found if len(term) >= SHORTEST_TERM and term not in common_terms())


def find_matches(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Return the stretches of `text` that hold one of the terms, merged, in order: (start, end)."""
    clean, positions = normalise_cached(text)
    marked = bytearray(len(clean))
    for term in terms:
        start = clean.find(term)
        while start >= 0:
            marked[start : start + len(term)] = b"\1" * len(term)
            start = clean.find(term, start + 1)
    return _to_stretches(marked, positions)


# The same titles and passages are shown again and again.
normalise_cached = lru_cache(maxsize=4_096)(normalise_keeping_positions)


def _to_stretches(marked: bytearray, positions: list[int]) -> list[tuple[int, int]]:
    stretches: list[tuple[int, int]] = []
    start = marked.find(1)
    while start >= 0:
        end = marked.find(0, start)
        end = len(marked) if end < 0 else end
        stretches.append((positions[start], positions[end - 1] + 1))
        start = marked.find(1, end)
    return stretches
