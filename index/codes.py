"""Compact codes of many vectors: a million are compared within milliseconds, and the best then exactly.

Two numbers of a vector become a code of four bits (product quantisation, Jégou, Douze and Schmid 2011), compared in
registers (André, Kermarrec and Le Scouarnec 2017), and near vectors lie in one cell.
Why not a graph: docs/decisions/0015-a-million.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.cores import count_cores

FloatMatrix = NDArray[np.float32]
FloatVector = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

CODED_FROM = 100_000  # Fewer rows are compared exactly in ten milliseconds.
CELLS = 512
LEARNT_FROM = 50_000  # Rows that cells and codes are learnt from.
ROWS_A_CELL = 40  # Of those; fewer learn nothing that holds for the others.
VALUES_A_CODE, CODE_BITS = 2, 4
ROUNDS = 8
SEED = 20_261_115
# So many times more than are asked for are found by their codes, for the exact product to choose from.
CHOSEN_FROM = 32
NEAR_CELLS = 3 / 8  # Of all, looked into without a filter.
# Of all rows; a filter that lets fewer through may leave out just those cells that lie near, so all are looked into.
NEARLY_ALL = 0.75


class Codes:
    """The codes of some rows of unit vectors."""

    def __init__(self, coded: faiss.IndexIVFPQFastScan) -> None:
        self._coded = coded

    def __len__(self) -> int:
        return int(self._coded.ntotal)

    def find(self, question: FloatVector, *, limit: int, allowed: BoolArray | None) -> IntArray:
        """Return rows among which the `limit` nearest very probably are, in no order; `allowed` tells which may be."""
        faiss.omp_set_num_threads(1)  # Of the thread that calls: requests are what runs side by side.
        selector, cells = None, max(1, int(NEAR_CELLS * self._coded.nlist))
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))  # type: ignore[call-arg, arg-type]
            if np.count_nonzero(allowed) < NEARLY_ALL * len(allowed):
                cells = self._coded.nlist
        parameters = faiss.IVFSearchParameters(nprobe=cells, sel=selector)  # type: ignore[call-arg]
        wanted = min(CHOSEN_FROM * limit, len(self))
        _, rows = self._coded.search(question[None, :], wanted, params=parameters)
        return np.asarray(rows[0][rows[0] >= 0], np.int64)


def make_codes(vectors: FloatMatrix) -> Codes:
    """Return the codes of these rows; the same rows always give the same."""
    size, dimension = vectors.shape
    chosen = np.random.default_rng(SEED).permutation(size)[:LEARNT_FROM]
    cells = max(1, min(CELLS, len(chosen) // ROWS_A_CELL))
    pieces = dimension // VALUES_A_CODE if dimension % VALUES_A_CODE == 0 else dimension
    coarse = faiss.IndexFlatIP(dimension)
    coded = faiss.IndexIVFPQFastScan(coarse, dimension, cells, pieces, CODE_BITS, faiss.METRIC_INNER_PRODUCT)
    coded.by_residual = False  # One table of distances then serves all cells.
    coded.cp.niter = ROUNDS
    coded.pq.cp.min_points_per_centroid = 1  # Said aloud by FAISS otherwise, once a pair of numbers.
    with _all_cores():
        coded.train(np.ascontiguousarray(vectors[np.sort(chosen)]))
        coded.add(np.ascontiguousarray(vectors))
    return Codes(coded)


@contextmanager
def _all_cores() -> Iterator[None]:
    """Let FAISS use every core meanwhile."""
    faiss.omp_set_num_threads(count_cores())
    try:
        yield
    finally:
        faiss.omp_set_num_threads(1)


def write_codes(codes: Codes, path: Path) -> None:
    """Write codes to a file."""
    faiss.write_index(codes._coded, str(path))


def open_codes(path: Path) -> Codes | None:
    """Open written codes, whose checksum must have been compared before; None where there are none."""
    if not path.is_file():
        return None
    coded: faiss.IndexIVFPQFastScan = faiss.read_index(str(path))  # type: ignore[assignment]
    return Codes(coded)
