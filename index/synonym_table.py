"""Finding the terms of synonym rules in a text: the longest first, and none that would cut a word apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from kb.text.normalise import normalise

MAX_MEANINGS = 20  # Of one term.
Words = Sequence[tuple[int, str]]


class SynonymRule(Protocol):
    """Terms that mean the same; where `means` is not empty, each of the terms means that, and not the reverse."""

    @property
    def terms(self) -> tuple[str, ...]: ...

    @property
    def means(self) -> tuple[str, ...]: ...


class SynonymTable:
    """What each term of the rules means; a meaning's own meanings are not followed."""

    def __init__(self, rules: Iterable[SynonymRule]) -> None:
        self._meanings: dict[str, list[str]] = {}
        self._lengths: dict[str, list[int]] = {}
        for rule in rules:
            terms = [normalise(term) for term in rule.terms]
            for term in filter(None, terms):
                self._add(term, [normalise(meaning) for meaning in rule.means] or terms)

    def _add(self, term: str, meanings: Iterable[str]) -> None:
        known = self._meanings.setdefault(term, [])
        known += (one for one in dict.fromkeys(meanings) if one and one != term and one not in known)
        del known[MAX_MEANINGS:]
        lengths = set(self._lengths.get(term[0], ())) | {len(term)}
        self._lengths[term[0]] = sorted(lengths, reverse=True)

    def find(self, text: str, cut: Callable[[], Words]) -> Iterator[tuple[str, list[str]]]:
        """Yield the terms in a normalised text with their meanings; `cut` gives its words when they are needed."""
        words: Words | None = None
        position = 0
        while position < len(text):
            end = position + 1
            for length in self._lengths.get(text[position], ()):
                term = text[position : position + length]
                # A slice at the text's end may be short, and a shorter term: that one has its own turn.
                if len(term) < length or term not in self._meanings:
                    continue
                words = cut() if words is None else words
                if _stands_alone(text, position, position + length, words):
                    yield term, self._meanings[term]
                    end = position + length
                    break
            position = end


def _stands_alone(text: str, start: int, end: int, words: Words) -> bool:
    """Whether a stretch cuts no word: Latin words are whole, Chinese ones inside a longer word but not across two."""
    if _is_latin(text[start]) and start and _is_latin(text[start - 1]):
        return False
    if _is_latin(text[end - 1]) and end < len(text) and _is_latin(text[end]):
        return False
    for first, word in words:
        last = first + len(word)
        if first < start < last < end or start < first < end < last:
            return False
        if end - start == 1 and first <= start < last and len(word) > 1:
            return False
    return True


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
