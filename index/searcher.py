"""From a question to scored candidates: three kinds of source over the same items, every score completed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.catalogue import BoolArray, IntArray, Scope
from index.fusion import Source, fuse
from index.lexical import LexicalSearcher, Terms
from index.snapshot import Snapshot
from index.vectors import FloatVector, VectorIndex

FloatArray = NDArray[np.float64]

DEPTH = 100  # Hits taken from each source; their union is what is ranked.


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Items that may answer, by ordinal, best first: a completed score from every source, and the fused one."""

    ordinals: IntArray
    columns: Mapping[Source, FloatArray]
    fused: FloatArray
    best_passages: IntArray  # The row of each candidate's best passage.

    def __len__(self) -> int:
        return len(self.ordinals)


def search(snapshot: Snapshot, terms: Terms, vector: FloatVector, scope: Scope) -> Candidates:
    """Return every candidate in scope for a question, best first."""
    allowed = snapshot.catalogue.select(scope)
    found = [
        _search_dense(snapshot.headings, snapshot.heading_owner, vector, allowed),
        _search_dense(snapshot.passages, snapshot.passage_owner, vector, allowed),
    ]
    headings = _search_lexical(snapshot.lexical_headings, terms, allowed)
    full = _search_lexical(snapshot.lexical_full, terms, allowed)
    identified = _keep_allowed(*snapshot.lexical_full.find_identifiers(terms, limit=DEPTH), allowed)
    everything = [*found, headings.owners(), full.owners(), np.array(list(identified), np.int64)]
    ordinals = np.unique(np.concatenate(everything)).astype(np.int64)
    hits = _LexicalHits(headings, full, identified)
    return _complete(snapshot, vector, terms, ordinals, hits)


@dataclass(frozen=True, slots=True)
class _OwnerHits:
    """The best score of each owner found, and whether nothing further matches at all."""

    scores: Mapping[int, float]
    exhausted: bool

    def owners(self) -> IntArray:
        return np.fromiter(self.scores, np.int64, len(self.scores))


@dataclass(frozen=True, slots=True)
class _LexicalHits:
    """What the lexical sources found."""

    headings: _OwnerHits
    full: _OwnerHits
    identified: Mapping[int, float]


def _search_dense(index: VectorIndex, owner: IntArray, vector: FloatVector, allowed: BoolArray) -> IntArray:
    rows, _ = index.search(vector, limit=DEPTH, allowed=None if allowed.all() else allowed[owner])
    return owner[rows]


def _search_lexical(index: LexicalSearcher, terms: Terms, allowed: BoolArray) -> _OwnerHits:
    """Search deeper until enough hits are in scope: what is out of scope must not crowd out what is in it."""
    limit = DEPTH
    while True:
        owners, scores = index.search(terms, limit=limit)
        kept = _keep_allowed(owners, scores, allowed)
        exhausted = len(owners) < limit
        if exhausted or len(kept) >= DEPTH // 2:
            return _OwnerHits(kept, exhausted)
        limit *= 4


def _keep_allowed(owners: IntArray, scores: FloatVector, allowed: BoolArray) -> dict[int, float]:
    best: dict[int, float] = {}
    for owner, score in zip(owners.tolist(), scores.tolist(), strict=True):
        if allowed[owner]:
            best[owner] = max(best.get(owner, 0.0), score)
    return best


def _complete(
    snapshot: Snapshot,
    vector: FloatVector,
    terms: Terms,
    ordinals: IntArray,
    hits: _LexicalHits,
) -> Candidates:
    catalogue = snapshot.catalogue
    dense_heading, _ = _score_rows(snapshot.headings, catalogue.heading_start, vector, ordinals)
    dense_passage, best_passages = _score_rows(snapshot.passages, catalogue.passage_start, vector, ordinals)
    heading_rows = np.diff(catalogue.heading_start)
    columns = {
        Source.DENSE_HEADING: dense_heading,
        Source.DENSE_PASSAGE: dense_passage,
        Source.LEXICAL_HEADING: _score_terms(
            snapshot.lexical_headings, terms, ordinals, hits.headings, int(heading_rows[ordinals].sum())
        ),
        Source.LEXICAL_FULL: _score_terms(snapshot.lexical_full, terms, ordinals, hits.full, len(ordinals)),
        Source.IDENTIFIER: np.array([hits.identified.get(int(o), 0.0) for o in ordinals], np.float64),
    }
    fused = fuse(columns)
    order = np.argsort(-fused, kind="stable")
    return Candidates(
        ordinals=ordinals[order],
        columns={source: scores[order] for source, scores in columns.items()},
        fused=fused[order],
        best_passages=best_passages[order],
    )


def _score_rows(
    index: VectorIndex, start: IntArray, vector: FloatVector, ordinals: IntArray
) -> tuple[FloatArray, IntArray]:
    """Return each item's best inner product over its rows, and the row that gave it."""
    counts = start[ordinals + 1] - start[ordinals]
    firsts = np.cumsum(counts) - counts
    if not len(ordinals):
        return np.zeros(0), np.zeros(0, np.int64)
    rows = np.repeat(start[ordinals] - firsts, counts) + np.arange(int(counts.sum()))
    scores = index.score(vector, rows).astype(np.float64)
    best = np.maximum.reduceat(scores, firsts)
    owner = np.repeat(np.arange(len(ordinals)), counts)
    is_best = scores >= best[owner]
    best_rows = np.full(len(ordinals), -1, np.int64)
    best_rows[owner[is_best][::-1]] = rows[is_best][::-1]  # Reversed: the first of equals is written last.
    return best, best_rows


def _score_terms(
    index: LexicalSearcher, terms: Terms, ordinals: IntArray, hits: _OwnerHits, documents: int
) -> FloatArray:
    scores = dict(hits.scores)
    if not hits.exhausted:
        missing = np.array([o for o in ordinals.tolist() if o not in scores], np.int64)
        scores |= index.score(terms, missing, documents=documents)
    return np.array([scores.get(o, 0.0) for o in ordinals.tolist()], np.float64)
