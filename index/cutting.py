"""Documents and the terms that they are cut into, before any index knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from kb.text.identifiers import find_identifiers
from kb.text.segment import Segmenter, character_grams

LINES_KEPT = 10_000  # Headings stand in two indexes, and a shop's set phrases in many texts.


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """A text to be found by its terms, and the item it belongs to."""

    owner: int
    text: str


@dataclass(frozen=True, slots=True)
class CutDocument:
    """A document cut into terms, which stand joined by spaces."""

    owner: int
    characters: str
    words: str
    identifiers: str


def cut_documents(documents: Iterable[LexicalDocument], segmenter: Segmenter) -> Iterator[CutDocument]:
    """Yield the documents cut into terms; a line that several of them hold is cut once while it is remembered."""
    cut = lru_cache(LINES_KEPT)(partial(_cut_line, segmenter))
    for document in documents:
        lines = [cut(line) for line in document.text.split("\n")]
        characters, words, identifiers = (" ".join(filter(None, terms)) for terms in zip(*lines, strict=True))
        yield CutDocument(document.owner, characters, words, identifiers)


def _cut_line(segmenter: Segmenter, line: str) -> tuple[str, str, str]:
    identifiers = " ".join(identifier.value for identifier in find_identifiers(line))
    return " ".join(character_grams(line)), " ".join(segmenter.segment(line)), identifiers
