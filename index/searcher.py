"""From a question to scored candidates: three kinds of source over the same items, every score completed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.catalogue import BoolArray, IntArray
from index.fusion import Source, fuse
from index.languages import find_unread
from index.lexical import LexicalSearcher, OtherWriting, Terms, read_terms
from index.recipe import STANDARD, Recipe
from index.snapshot import Snapshot
from index.vectors import FloatVector, VectorIndex

FloatArray = NDArray[np.float64]
Done = TypeVar("Done")

# A base of so few documents is scored whole in one search: cheaper than asking again for what was not found.
WHOLE_BASE = 2_000
# So many rows are scored faster all at once, where they lie, than searched first and then scored row by row.
SCORED_WHOLE = 10_000
FEW_OWNERS = 5_000  # So many are named to a large index; of more, enough are among the best that it finds at all.
DEPTH = 64  # Hits taken from each source; their union is what is ranked.


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Items that may answer, by ordinal, best first: a completed score from every source, and the fused one."""

    ordinals: IntArray
    columns: Mapping[Source, FloatArray]
    fused: FloatArray
    best_passages: IntArray  # The row of each candidate's best passage.
    unread: BoolArray  # In another language than the question.

    def __len__(self) -> int:
        return len(self.ordinals)


def find_by_terms(
    snapshot: Snapshot,
    text: str,
    allowed: BoolArray,
    recipe: Recipe = STANDARD,
    others: Sequence[OtherWriting] = (),
) -> TermHits:
    """Return what the lexical and identifier sources find for a question; needs no vector, so it can run beside it."""
    terms = read_terms(text, weights=recipe.term_fields, others=others, segmenter=snapshot.segmenter)
    return TermHits(
        terms,
        unread=find_unread(text, snapshot.catalogue.english),
        headings=_search_lexical(snapshot.lexical_headings, snapshot.lexical_headings.search, terms, allowed),
        full=_search_lexical(snapshot.lexical_full, snapshot.lexical_full.search, terms, allowed),
        identified=_search_lexical(snapshot.lexical_full, snapshot.lexical_full.find_identifiers, terms, allowed),
    )


class SideBySide:
    """Does two things at once in a large base, where each takes milliseconds outside the interpreter."""

    def __init__(self, threads: Executor | None = None) -> None:
        self._threads = threads

    def run(self, snapshot: Snapshot, one: Callable[[], Done], other: Callable[[], Done]) -> tuple[Done, Done]:
        """Return what both return."""
        if self._threads is None or not snapshot.lexical_full.is_large:
            return one(), other()
        later = self._threads.submit(other)
        return one(), later.result()


ONE_AFTER_THE_OTHER = SideBySide()


def find_by_vector(
    snapshot: Snapshot, vector: FloatVector, allowed: BoolArray, *, both: SideBySide = ONE_AFTER_THE_OTHER
) -> VectorHits:
    """Return what lies nearest to a question; needs no terms, so they can be searched for beside it."""
    headings, passages = make_dense(snapshot.headings, vector), make_dense(snapshot.passages, vector)
    near_headings, near_passages = both.run(
        snapshot,
        lambda: headings.find(snapshot.heading_owner, allowed),
        lambda: passages.find(snapshot.passage_owner, allowed),
    )
    return VectorHits(headings, passages, near_headings, near_passages)


def complete_candidates(snapshot: Snapshot, near: VectorHits, hits: TermHits, recipe: Recipe = STANDARD) -> Candidates:
    """Return every candidate that any source of the recipe finds, best first, scored by all its sources."""
    finders: Mapping[Source, Callable[[], IntArray]] = {
        Source.DENSE_HEADING: lambda: near.near_headings,
        Source.DENSE_PASSAGE: lambda: near.near_passages,
        Source.LEXICAL_HEADING: hits.headings.best,
        Source.LEXICAL_FULL: hits.full.best,
        Source.IDENTIFIER: hits.identified.best,
    }
    found = [finders[source]() for source in recipe.weights]
    ordinals = np.unique(np.concatenate(found)).astype(np.int64) if found else np.zeros(0, np.int64)
    return _complete(snapshot, near, hits, ordinals, recipe.weights)


@dataclass(frozen=True, slots=True, eq=False)
class OwnerScores:
    """The best score of each owner found, by ascending owner; `exhausted` when nothing further matches."""

    owners: IntArray
    scores: FloatArray
    exhausted: bool

    def best(self) -> IntArray:
        """Return the owners that count as found: the best of them only."""
        return self.owners[np.argsort(-self.scores, kind="stable")[:DEPTH]]

    def read(self, ordinals: IntArray) -> FloatArray:
        """Return the score of each ordinal; NaN where it was not found."""
        if not len(self.owners):
            return np.full(len(ordinals), np.nan)
        places = np.minimum(np.searchsorted(self.owners, ordinals), len(self.owners) - 1)
        return np.where(self.owners[places] == ordinals, self.scores[places], np.nan)


class TermSearch(Protocol):
    """A way of searching a lexical index for the terms of a question."""

    def __call__(self, terms: Terms, *, limit: int, among: IntArray | None = None) -> tuple[IntArray, FloatVector]:
        """Return owners and scores, best first; of the documents of some owners only, where these are named."""


@dataclass(frozen=True, slots=True)
class TermHits:
    """What the lexical sources found for the terms of a question; `unread` are the items of another language."""

    terms: Terms
    unread: BoolArray
    headings: OwnerScores
    full: OwnerScores
    identified: OwnerScores


@dataclass(frozen=True, slots=True, eq=False)
class DenseRows:
    """One kind of rows beside one question; `scores` are those of all rows, where there are few enough."""

    index: VectorIndex
    vector: FloatVector
    scores: FloatVector | None

    def find(self, owner: IntArray, allowed: BoolArray) -> IntArray:
        """Return the owners of the nearest rows in scope, best first; an owner may recur."""
        if self.scores is None:
            rows, _ = self.index.search(self.vector, limit=DEPTH, allowed=None if allowed.all() else allowed[owner])
            return owner[rows]
        rows = np.flatnonzero(allowed[owner])
        if len(rows) > DEPTH:
            rows = rows[np.argpartition(-self.scores[rows], DEPTH)[:DEPTH]]
        return owner[rows[np.argsort(-self.scores[rows], kind="stable")]]

    def score(self, rows: IntArray) -> FloatVector:
        """Return the inner product of the question with each of the named rows."""
        return self.index.score(self.vector, rows) if self.scores is None else self.scores[rows]


@dataclass(frozen=True, slots=True, eq=False)
class VectorHits:
    """The rows of both kinds beside a question, and whose are nearest to it, best first."""

    headings: DenseRows
    passages: DenseRows
    near_headings: IntArray
    near_passages: IntArray


def make_dense(index: VectorIndex, vector: FloatVector) -> DenseRows:
    """Return the rows beside a question."""
    return DenseRows(index, vector, index.score_all(vector) if len(index) <= SCORED_WHOLE else None)


def _search_lexical(index: LexicalSearcher, search: TermSearch, terms: Terms, allowed: BoolArray) -> OwnerScores:
    """Search deeper until enough hits are in scope: what is out of scope must not crowd out what is in it."""
    limit = WHOLE_BASE if len(index) <= WHOLE_BASE else DEPTH
    if index.is_large:
        in_scope = int(np.count_nonzero(allowed))
        if in_scope <= FEW_OWNERS:
            owners, scores = search(terms, limit=WHOLE_BASE, among=np.flatnonzero(allowed))
            return _keep_best(owners, scores, allowed, exhausted=len(owners) < WHOLE_BASE)
        limit = DEPTH * len(allowed) // in_scope
    while True:
        owners, scores = search(terms, limit=limit)
        found = _keep_best(owners, scores, allowed, exhausted=len(owners) < limit or limit >= len(index))
        if found.exhausted or len(found.owners) >= DEPTH // 2:
            return found
        limit *= 4


def _keep_best(owners: IntArray, scores: FloatVector, allowed: BoolArray, *, exhausted: bool) -> OwnerScores:
    kept = allowed[owners]
    # Hits come best first, so that the first of an owner's documents is its best.
    unique, first = np.unique(owners[kept], return_index=True)
    return OwnerScores(unique, scores[kept][first].astype(np.float64), exhausted)


def _complete(
    snapshot: Snapshot, near: VectorHits, hits: TermHits, ordinals: IntArray, weights: Mapping[Source, float]
) -> Candidates:
    terms, catalogue = hits.terms, snapshot.catalogue
    headings, passages = catalogue.heading_start, catalogue.passage_start
    dense_passage, best_passages = _score_rows(near.passages.score, passages, ordinals)
    columns = {
        Source.DENSE_HEADING: _score_rows(near.headings.score, headings, ordinals)[0],
        Source.DENSE_PASSAGE: dense_passage,
        Source.LEXICAL_HEADING: _score_terms(snapshot.lexical_headings, terms, ordinals, hits.headings, headings),
        Source.LEXICAL_FULL: _score_terms(snapshot.lexical_full, terms, ordinals, hits.full, None),
        Source.IDENTIFIER: np.nan_to_num(hits.identified.read(ordinals)),
    }
    unread = hits.unread[ordinals]
    fused = fuse(columns, weights, unread)
    order = np.argsort(-fused, kind="stable")
    return Candidates(
        ordinals=ordinals[order],
        columns={source: scores[order] for source, scores in columns.items()},
        fused=fused[order],
        best_passages=best_passages[order],
        unread=unread[order],
    )


def _score_rows(
    score: Callable[[IntArray], NDArray[np.floating]], start: IntArray, ordinals: IntArray
) -> tuple[FloatArray, IntArray]:
    """Return each item's best score over its rows, and the row that gave it."""
    counts = start[ordinals + 1] - start[ordinals]
    firsts = np.cumsum(counts) - counts
    if not len(ordinals):
        return np.zeros(0), np.zeros(0, np.int64)
    rows = np.repeat(start[ordinals] - firsts, counts) + np.arange(int(counts.sum()))
    scores = score(rows).astype(np.float64)
    best = np.maximum.reduceat(scores, firsts)
    owner = np.repeat(np.arange(len(ordinals)), counts)
    is_best = scores >= best[owner]
    best_rows = np.full(len(ordinals), -1, np.int64)
    best_rows[owner[is_best][::-1]] = rows[is_best][::-1]  # Reversed: the first of equals is written last.
    return best, best_rows


def _score_terms(
    index: LexicalSearcher, terms: Terms, ordinals: IntArray, found: OwnerScores, start: IntArray | None
) -> FloatArray:
    """Return what each item's best document has to do with the terms; `start` is where its documents begin.

    With rows, by all terms: the rarest alone, which a large index is searched by, find what is near and rank it badly.
    """
    scores = found.read(ordinals)
    search: TermSearch = index.search
    missing = np.isnan(scores)
    if index.rows is not None:
        score, search = partial(index.score, terms), index.search_by_all
        missing = ordinals >= (len(index.rows) if start is None else np.searchsorted(start, len(index.rows)))
        known = ordinals[~missing]
        scores[~missing] = score(known) if start is None else _score_rows(score, start, known)[0]
    elif found.exhausted:
        return np.nan_to_num(scores)
    if missing.any():
        others = ordinals[missing]
        documents = len(others) if start is None else int((start[others + 1] - start[others]).sum())
        everything = np.ones(int(ordinals[-1]) + 1, bool)
        more = _keep_best(*search(terms, limit=documents, among=others), everything, exhausted=True)
        scores[missing] = more.read(others)
    return np.nan_to_num(scores)
