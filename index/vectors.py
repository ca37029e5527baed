"""Dense vectors: exact inner-product search with FAISS, and vectors added since it was built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import FloatMatrix

FloatVector = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# One thread a search: requests are what runs side by side, and a flat scan of 100,000 rows takes ten milliseconds.
faiss.omp_set_num_threads(1)


class VectorIndex:
    """An immutable set of unit vectors by row; `extra` are the rows behind those that FAISS holds."""

    def __init__(self, base: faiss.IndexFlatIP, extra: FloatMatrix) -> None:
        self._base = base
        self._extra = extra
        self._vectors = _view_rows(base)

    def __len__(self) -> int:
        return len(self._vectors) + len(self._extra)

    def search(self, question: FloatVector, *, limit: int, allowed: BoolArray | None) -> tuple[IntArray, FloatVector]:
        """Return the rows nearest to the question, best first, and their inner products.

        `allowed` tells for every row whether it may be found; None allows all. A filter that lets nothing
        through finds nothing.
        """
        rows, scores = self._search_base(question, limit, allowed)
        if len(self._extra):
            more = self._extra @ question
            more_rows = np.arange(len(self._vectors), len(self), dtype=np.int64)
            if allowed is not None:
                kept = allowed[len(self._vectors) :]
                more, more_rows = more[kept], more_rows[kept]
            rows, scores = np.append(rows, more_rows), np.append(scores, more)
        best = np.argsort(-scores, kind="stable")[:limit]
        return rows[best], scores[best]

    def score_all(self, question: FloatVector) -> FloatVector:
        """Return the inner product of the question with every row."""
        scores = self._vectors @ question
        return np.append(scores, self._extra @ question) if len(self._extra) else scores

    def score(self, question: FloatVector, rows: IntArray) -> FloatVector:
        """Return the inner product of the question with each of the named rows."""
        size = len(self._vectors)
        if 2 * len(rows) > len(self):
            # Gathering most rows costs more than multiplying with all of them where they lie.
            return self.score_all(question)[rows]
        if not len(self._extra):
            return np.asarray(self._vectors[rows] @ question, np.float32)
        scores = np.empty(len(rows), np.float32)
        old = rows < size
        scores[old] = self._vectors[rows[old]] @ question
        scores[~old] = self._extra[rows[~old] - size] @ question
        return scores

    def read(self, rows: Sequence[int] | IntArray) -> FloatMatrix:
        """Return a copy of the named rows."""
        chosen = np.asarray(rows, np.int64)
        size = len(self._vectors)
        copies = np.empty((len(chosen), self._base.d), np.float32)
        old = chosen < size
        copies[old] = self._vectors[chosen[old]]
        copies[~old] = self._extra[chosen[~old] - size]
        return copies

    def with_rows(self, vectors: FloatMatrix) -> VectorIndex:
        """Return the index with more rows; this one stays as it is for whoever is searching it."""
        return VectorIndex(self._base, np.vstack([self._extra, vectors]))

    def _search_base(
        self, question: FloatVector, limit: int, allowed: BoolArray | None
    ) -> tuple[IntArray, FloatVector]:
        size = len(self._vectors)
        parameters = None
        if allowed is not None and not allowed[:size].all():
            bits = np.packbits(allowed[:size], bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))  # type: ignore[call-arg, arg-type]
        if size == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        scores, rows = self._base.search(question[None, :], min(limit, size), params=parameters)
        found = rows[0] >= 0
        return rows[0][found].astype(np.int64), scores[0][found]


def make_vector_index(vectors: FloatMatrix) -> VectorIndex:
    """Return an index of these rows."""
    base = faiss.IndexFlatIP(vectors.shape[1])
    base.add(np.ascontiguousarray(vectors))
    return VectorIndex(base, np.zeros((0, vectors.shape[1]), np.float32))


def write_vectors(vectors: FloatMatrix, path: Path) -> None:
    """Write an index of these rows to a file."""
    base = faiss.IndexFlatIP(vectors.shape[1])
    base.add(np.ascontiguousarray(vectors))
    faiss.write_index(base, str(path))


def open_vectors(path: Path) -> VectorIndex:
    """Open a written index; its checksum must have been compared before."""
    base: faiss.IndexFlatIP = faiss.read_index(str(path))  # type: ignore[assignment]
    return VectorIndex(base, np.zeros((0, base.d), np.float32))


def _view_rows(base: faiss.IndexFlatIP) -> FloatMatrix:
    """Return FAISS's own rows without copying them."""
    if base.ntotal == 0:
        return np.zeros((0, base.d), np.float32)
    flat = faiss.rev_swig_ptr(base.get_xb(), base.ntotal * base.d)
    return np.asarray(flat.reshape(base.ntotal, base.d), np.float32)
