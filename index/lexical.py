"""Lexical search: BM25 by tantivy over character grams and jieba words, as separately weighted fields."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.cutting import CutDocument, LexicalDocument, cut_documents
from index.term_rows import SoughtTerm, TermRows
from kb.text.identifiers import find_identifiers
from kb.text.segment import Segmenter, character_grams, default_segmenter

IntArray = NDArray[np.int64]
FloatVector = NDArray[np.float32]
FloatArray = NDArray[np.float64]

OWNER = "owner"
CHARACTERS, WORDS, IDENTIFIERS = "characters", "words", "identifiers"
# Grams find what the dictionary cuts wrongly; words add what whole words are worth on top.
FIELD_WEIGHTS: Mapping[str, float] = {CHARACTERS: 1.0, WORDS: 0.4}
WRITER_HEAP_BYTES = 50_000_000
MAX_TERMS = 400  # A pasted essay is searched by its first terms; what follows adds noise and time.


@dataclass(frozen=True, slots=True)
class OtherWriting:
    """Another writing of something in the question, and what its terms count beside the question's own."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a question, by field, with how often each counts, and the query made of them."""

    counts: Mapping[str, Mapping[str, float]]
    identifiers: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: FIELD_WEIGHTS)
    query: tantivy.Query | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "query", _make_query(self.list_weights()))

    def list_weights(self) -> Iterator[tuple[str, str, float]]:
        """Yield the field, the term, and how much it counts there, for each term."""
        for name, counts in self.counts.items():
            for term, count in counts.items():
                yield name, term, self.weights[name] * count


def read_terms(
    question: str,
    *,
    weights: Mapping[str, float] = FIELD_WEIGHTS,
    others: Sequence[OtherWriting] = (),
    segmenter: Segmenter | None = None,
) -> Terms:
    """Return the terms of a question in the fields that have a weight.

    A term of another writing that the question has itself does not count twice.
    """
    cut = (segmenter or default_segmenter()).segment
    readers: Mapping[str, Callable[[str], Sequence[str]]] = {CHARACTERS: character_grams, WORDS: cut}
    texts = (question, *(other.text for other in others))
    return Terms(
        counts={name: _count_all(readers[name], question, others) for name in weights},
        weights=weights,
        identifiers=tuple(dict.fromkeys(found.value for text in texts for found in find_identifiers(text))),
    )


@dataclass(frozen=True, slots=True)
class TermLimits:
    """From how many documents on they get rows, and how many postings a question then reads.

    With all of a question's terms, time would grow with the base: the common ones stand in every tenth document.
    """

    rows_from: int = 100_000
    postings: int = 250_000


TERM_LIMITS = TermLimits()


class LexicalSearcher:
    """An unchanging view of a lexical index.

    A large one has `rows` of its first documents: by these they are scored, and what is scored is found by rare terms.
    `size` counts documents that were deleted too, as long as the index counts their terms; None where there are none.
    """

    def __init__(
        self,
        searcher: tantivy.Searcher,
        *,
        rows: TermRows | None = None,
        limits: TermLimits = TERM_LIMITS,
        size: int | None = None,
    ) -> None:
        self._searcher = searcher
        self._size = searcher.num_docs if size is None else size
        self._postings = limits.postings
        self.rows = rows

    @property
    def is_large(self) -> bool:
        """Tell whether it is searched by rare terms."""
        return self.rows is not None

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, terms: Terms, *, limit: int, among: IntArray | None = None) -> tuple[IntArray, FloatVector]:
        """Return the owners of the best documents, best first, and their BM25 scores; an owner may recur.

        Where `among` names owners, only their documents are found.
        """
        return self._run(self._make_query(terms), limit, among)

    def search_by_all(self, terms: Terms, *, limit: int, among: IntArray | None = None) -> tuple[IntArray, FloatVector]:
        """Do as `search` does, by the common terms too: among few owners that takes no time."""
        return self._run(terms.query, limit, among)

    def score(self, terms: Terms, documents: IntArray) -> FloatArray:
        """Return the BM25 scores, by all terms, of documents that have rows, by their numbers."""
        assert self.rows is not None
        return self.rows.score(self._weigh(terms), documents, size=self._size)

    def find_identifiers(
        self, terms: Terms, *, limit: int, among: IntArray | None = None
    ) -> tuple[IntArray, FloatVector]:
        """Return the owners of documents that hold one of the question's identifiers exactly."""
        clauses = [(tantivy.Occur.Should, _make_term(IDENTIFIERS, value)) for value in terms.identifiers]
        return self._run(tantivy.Query.boolean_query(clauses) if clauses else None, limit, among)

    def _make_query(self, terms: Terms) -> tantivy.Query | None:
        """Return the query for all terms; in a large index for the rarest, which are what documents differ by."""
        if not self.is_large:
            return terms.query
        left, chosen = self._postings, list[tuple[str, str, float]]()
        for sought in sorted(self._weigh(terms), key=lambda sought: (sought.documents, sought.field, sought.term)):
            left -= sought.documents
            if left < 0 and chosen:
                break
            if sought.documents:
                chosen.append((sought.field, sought.term, sought.weight))
        return _make_query(chosen)

    def _weigh(self, terms: Terms) -> list[SoughtTerm]:
        frequency = self._searcher.doc_freq
        return [SoughtTerm(name, term, weight, frequency(name, term)) for name, term, weight in terms.list_weights()]

    def _run(self, query: tantivy.Query | None, limit: int, among: IntArray | None) -> tuple[IntArray, FloatVector]:
        if query is None or limit < 1 or (among is not None and not len(among)):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        if among is not None:
            named = tantivy.Query.term_set_query(_schema(), OWNER, among.tolist())
            both = [
                (tantivy.Occur.Must, tantivy.Query.const_score_query(named, 0.0)),
                (tantivy.Occur.Must, query),
            ]
            query = tantivy.Query.boolean_query(both)
        hits = self._searcher.search(query, limit=limit, count=False).hits
        owners = self._searcher.fast_field_values(OWNER, [address for _, address in hits])
        scores = [score for score, _ in hits]
        return np.array(owners, np.int64), np.array(scores, np.float32)


class LexicalIndex:
    """A lexical index on disk that documents can be added to and taken from."""

    def __init__(
        self,
        folder: Path,
        segmenter: Segmenter | None = None,
        *,
        rows: TermRows | None = None,
        limits: TermLimits = TERM_LIMITS,
    ) -> None:
        self._segmenter = segmenter or default_segmenter()
        self._folder, self._rows, self._limits = folder, rows, limits
        self._index = tantivy.Index.open(str(folder))
        _register_tokenizer(self._index)
        self._writer: tantivy.IndexWriter | None = None

    def searcher(self) -> LexicalSearcher:
        """Return a view of what is committed now."""
        self._index.reload()
        searcher, size = self._index.searcher(), _count_documents(self._folder)
        return LexicalSearcher(searcher, rows=self._rows, limits=self._limits, size=size)

    def change(self, *, gone: Iterable[int], size: int, added: Iterable[LexicalDocument]) -> None:
        """Take out every document of the owners that are gone, put in the added ones, and commit.

        Owners from `size` on are taken out as well: an earlier attempt to add them may have died half-way.
        Raises OSError where it cannot be written; trying again later is safe.
        """
        try:
            if self._writer is None:
                self._writer = self._index.writer(WRITER_HEAP_BYTES, 1)
            # By query: `delete_documents_by_term` takes a Python number for a signed one, and deletes nothing.
            self._writer.delete_documents_by_query(tantivy.Query.term_set_query(_schema(), OWNER, list(gone)))
            beyond = tantivy.Query.range_query(_schema(), OWNER, tantivy.FieldType.Unsigned, lower_bound=size)
            self._writer.delete_documents_by_query(beyond)
            for document in cut_documents(added, self._segmenter):
                self._writer.add_document(_make_document(document))
            self._writer.commit()
        except ValueError as error:  # A full disk, to tantivy's binding; the writer is dead then.
            self._writer = None
            raise OSError(f"The terms of new texts cannot be written: {error}") from error


def _count_documents(folder: Path) -> int:
    """Return how many documents the index counts: deleted ones too, until it makes their segment anew."""
    described = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    return sum(int(segment["max_doc"]) for segment in described["segments"])


def write_lexical(documents: Iterable[LexicalDocument], folder: Path, segmenter: Segmenter | None = None) -> None:
    """Write an index of these documents into an empty folder."""
    writer = LexicalWriter(folder)
    writer.add(cut_documents(documents, segmenter or default_segmenter()))
    writer.close()


class LexicalWriter:
    """Writes a new index into an empty folder; it can be opened once this is closed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        index = tantivy.Index(_schema(), str(folder))
        _register_tokenizer(index)
        self._writer = index.writer(WRITER_HEAP_BYTES, 1)

    def add(self, documents: Iterable[CutDocument]) -> None:
        """Put in more documents."""
        for document in documents:
            self._writer.add_document(_make_document(document))

    def close(self) -> None:
        """Commit, and wait until all is written."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        for lock in self._folder.glob(".tantivy-*.lock"):
            lock.unlink()


def copy_lexical(source: Path, target: Path) -> None:
    """Give a process its own writable copy: segment files never change and are linked, the rest is copied."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.suffix == ".json" or path.name.startswith("."):
            shutil.copy2(path, target / path.name)
        else:
            try:
                (target / path.name).hardlink_to(path)
            except OSError:  # Another file system, or one without links.
                shutil.copy2(path, target / path.name)


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(OWNER, indexed=True, fast=True)
    for name in (CHARACTERS, WORDS, IDENTIFIERS):
        builder.add_text_field(name, tokenizer_name="given", index_option="freq")
    return builder.build()


def _register_tokenizer(index: tantivy.Index) -> None:
    # Terms are cut by us and joined with spaces: tantivy's own tokenizers know no Chinese.
    index.register_tokenizer("given", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def _make_document(document: CutDocument) -> tantivy.Document:
    made = tantivy.Document()
    made.add_unsigned(OWNER, document.owner)
    made.add_text(CHARACTERS, document.characters)
    made.add_text(WORDS, document.words)
    made.add_text(IDENTIFIERS, document.identifiers)
    return made


def _make_query(terms: Iterable[tuple[str, str, float]]) -> tantivy.Query | None:
    """Return the query for these terms; every index here has the same schema, so one serves them all."""
    boosted = [tantivy.Query.boost_query(_make_term(name, term), weight) for name, term, weight in terms]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in boosted]) if boosted else None


def _make_term(name: str, value: str) -> tantivy.Query:
    return tantivy.Query.term_query(_schema(), name, value, index_option="freq")


def _count_all(
    read: Callable[[str], Sequence[str]], question: str, others: Sequence[OtherWriting]
) -> Mapping[str, float]:
    counts: dict[str, float] = {}
    for term in read(question):
        if term in counts or len(counts) < MAX_TERMS:
            counts[term] = counts.get(term, 0.0) + 1.0
    further = {term: other.weight for other in reversed(others) for term in read(other.text)}
    for term, weight in further.items():
        if term not in counts and len(counts) < MAX_TERMS:
            counts[term] = weight
    return counts
