"""Terms that say nothing about what a question is about."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kb.text.function_characters import FUNCTION_CHARACTERS

DICTIONARY = Path(__file__).parent / "dictionaries" / "common_terms.txt"


@cache
def common_terms() -> frozenset[str]:
    """Return the terms that occur in any question, Chinese pairs and English words."""
    lines = DICTIONARY.read_text(encoding="utf-8").splitlines()
    return frozenset(term for line in lines if not line.startswith("#") for term in line.split())


def is_common(term: str) -> bool:
    """Tell whether a term, or a single character, occurs in any question."""
    return term in common_terms() or term in FUNCTION_CHARACTERS
