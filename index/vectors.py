"""Dense vectors: rows mapped from a file and compared exactly, many of them by their codes first; rows added since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.codes import Codes, open_codes
from index.encoder import FloatMatrix

FloatVector = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# An exact product with a row costs as much as comparing so many codes: few rows in scope are compared exactly.
EXACT_COSTS = 32
GATHERED = 4_096  # Rows copied together from wherever they lie; they fit a processor's own memory.


class VectorIndex:
    """An immutable set of unit vectors by row; `extra` are those behind the file's rows, compared exactly always."""

    def __init__(self, rows: FloatMatrix, extra: FloatMatrix, codes: Codes | None = None) -> None:
        self._rows = rows
        self._extra = extra
        self._codes = codes

    def __len__(self) -> int:
        return len(self._rows) + len(self._extra)

    def search(self, question: FloatVector, *, limit: int, allowed: BoolArray | None) -> tuple[IntArray, FloatVector]:
        """Return the rows nearest to the question, best first, and their inner products.

        `allowed` tells for every row whether it may be found; None allows all. A filter that lets nothing
        through finds nothing.
        """
        if allowed is not None and allowed.all():
            allowed = None
        size = len(self._rows)
        if self._codes is None or (allowed is not None and EXACT_COSTS * np.count_nonzero(allowed[:size]) < size):
            rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        else:
            within = None if allowed is None else allowed[:size]
            found = self._codes.find(question, limit=limit, allowed=within)
            more = np.arange(size, len(self))
            rows = np.append(np.sort(found), more if allowed is None else more[allowed[size:]])
        scores = self.score(question, rows)
        if len(rows) > limit:
            best = np.argpartition(-scores, limit - 1)[:limit]
            best.sort()
            rows, scores = rows[best], scores[best]
        order = np.argsort(-scores, kind="stable")
        return rows[order], scores[order]

    def score_all(self, question: FloatVector) -> FloatVector:
        """Return the inner product of the question with every row."""
        scores = self._rows @ question
        return np.append(scores, self._extra @ question) if len(self._extra) else scores

    def score(self, question: FloatVector, rows: IntArray) -> FloatVector:
        """Return the inner product of the question with each of the named rows."""
        if 2 * len(rows) > len(self):
            # Gathering most rows costs more than multiplying with all of them where they lie.
            return self.score_all(question)[rows]
        pieces = [self.read(rows[start : start + GATHERED]) @ question for start in range(0, len(rows), GATHERED)]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)

    def read(self, rows: Sequence[int] | IntArray) -> FloatMatrix:
        """Return a copy of the named rows."""
        chosen = np.asarray(rows, np.int64)
        if not len(self._extra):
            return self._rows[chosen]
        size = len(self._rows)
        copies = np.empty((len(chosen), self._rows.shape[1]), np.float32)
        old = chosen < size
        copies[old] = self._rows[chosen[old]]
        copies[~old] = self._extra[chosen[~old] - size]
        return copies

    def with_rows(self, vectors: FloatMatrix) -> VectorIndex:
        """Return the index with more rows; this one stays as it is for whoever is searching it."""
        return VectorIndex(self._rows, np.vstack([self._extra, vectors]), self._codes)


def make_vector_index(vectors: FloatMatrix, codes: Codes | None = None) -> VectorIndex:
    """Return an index of these rows."""
    return VectorIndex(vectors, np.zeros((0, vectors.shape[1]), np.float32), codes)


def write_vectors(vectors: FloatMatrix, path: Path) -> None:
    """Write rows to a file."""
    with path.open("wb") as file:
        np.save(file, np.ascontiguousarray(vectors, "<f4"), allow_pickle=False)


def map_vectors(path: Path) -> FloatMatrix:
    """Return the rows of a file without reading them; its checksum must have been compared before."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False), np.float32)


def open_vectors(path: Path, codes: Path) -> VectorIndex:
    """Open written rows, and their codes where they have any."""
    return make_vector_index(map_vectors(path), open_codes(codes))
