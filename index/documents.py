"""What is searched by terms: the documents of items, cut on every core, in a term index and, of many, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from index.cutting import CutDocument, LexicalDocument, cut_documents
from index.generation import LEXICAL_FULL, LEXICAL_HEADINGS, TERM_ROWS_FULL, TERM_ROWS_HEADINGS
from index.lexical import CHARACTERS, WORDS, LexicalWriter
from index.spreading import Spread
from index.term_rows import CutRows, cut_rows, write_term_rows
from kb.items import Item
from kb.text.segment import Segmenter

CUT_TOGETHER = 500  # Items whose texts are sent to another process at once.


def heading_documents(items: Sequence[Item], *, first: int) -> Iterator[LexicalDocument]:
    """Yield one document a heading, so that each question variant is matched on its own."""
    for owner, item in enumerate(items, first):
        for heading in item.headings:
            yield LexicalDocument(owner, heading)


def full_documents(items: Sequence[Item], *, first: int) -> Iterator[LexicalDocument]:
    """Yield one document an item, with all its text."""
    for owner, item in enumerate(items, first):
        yield LexicalDocument(owner, item.full_text)


@dataclass(frozen=True, slots=True)
class _Texts:
    """The documents of both kinds of some items."""

    headings: list[LexicalDocument]
    full: list[LexicalDocument]


@dataclass(frozen=True, slots=True)
class _Cut:
    """Documents of one kind, cut into terms, and their rows where these are wanted."""

    documents: list[CutDocument]
    rows: CutRows | None


@dataclass(frozen=True, slots=True)
class DocumentsWriter:
    """Writes the documents of items into a generation; rows where there are at least so many of a kind."""

    folder: Path
    new_words: tuple[str, ...]
    with_rows_from: int
    spread: Spread

    def write(self, items: Sequence[Item]) -> Iterator[int]:
        """Write the documents of these items, and yield meanwhile how many items are done."""
        sizes = sum(len(item.headings) for item in items), len(items)
        with_rows = tuple(size >= self.with_rows_from for size in sizes)
        indexes = LexicalWriter(self.folder / LEXICAL_HEADINGS), LexicalWriter(self.folder / LEXICAL_FULL)
        with ExitStack() as opened:
            rows = [
                opened.enter_context(write_term_rows(self.folder / name)) if wanted else None
                for name, wanted in zip((TERM_ROWS_HEADINGS, TERM_ROWS_FULL), with_rows, strict=True)
            ]
            for cut in self.spread(partial(_cut, self.new_words, with_rows), _list_texts(items)):
                for index, writer, part in zip(indexes, rows, cut, strict=True):
                    index.add(part.documents)
                    if writer is not None and part.rows is not None:
                        writer.add(part.rows)
                yield cut[-1].documents[-1].owner + 1
        for index in indexes:
            index.close()


def _list_texts(items: Sequence[Item]) -> Iterator[_Texts]:
    for first in range(0, len(items), CUT_TOGETHER):
        some = items[first : first + CUT_TOGETHER]
        yield _Texts(list(heading_documents(some, first=first)), list(full_documents(some, first=first)))


def _cut(new_words: tuple[str, ...], with_rows: tuple[bool, ...], texts: _Texts) -> tuple[_Cut, _Cut]:
    # All together: a heading stands in the full text too, and is cut once.
    cut = list(cut_documents([*texts.headings, *texts.full], _make_segmenter(new_words)))
    headings, full = cut[: len(texts.headings)], cut[len(texts.headings) :]
    of_headings, of_full = with_rows
    return _make_cut(headings, with_rows=of_headings), _make_cut(full, with_rows=of_full)


def _make_cut(documents: list[CutDocument], *, with_rows: bool) -> _Cut:
    texts = ({CHARACTERS: document.characters, WORDS: document.words} for document in documents)
    return _Cut(documents, cut_rows(texts) if with_rows else None)


@lru_cache(maxsize=1)
def _make_segmenter(new_words: tuple[str, ...]) -> Segmenter:
    return Segmenter(new_words)
