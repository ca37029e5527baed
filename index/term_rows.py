"""The terms of each document, a row each: a named one is scored at once, where a term index goes through many.

Rows are mapped from four files, and give the score that the term index would: BM25 (Robertson and Zaragoza 2009, with
the constants and the rounded lengths of tantivy, which are Lucene's). Why: docs/decisions/0015-a-million.md.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from index.mapped import map_array

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

K1, B = 1.2, 0.75
MOST_COUNTED = 65_535  # Of one term in one document.
NAMES_KEPT = 50_000  # While rows are made.
TOGETHER = 128  # Documents scored at once: however long they are, their terms fit the memory.
SIEVE = np.uint32(0xFFFF)
# What stands in them, in the order of `CutRows`.
FILES: Mapping[str, str] = {"starts.bin": "<i8", "names.bin": "<u4", "counts.bin": "<u2", "lengths.bin": "u1"}
TOTALS_FILE = "totals.json"


@dataclass(frozen=True, slots=True)
class SoughtTerm:
    """A term of a question: the field it is sought in, how much it counts, and in how many documents it stands."""

    field: str
    term: str
    weight: float
    documents: int


@dataclass(frozen=True, slots=True)
class CutRows:
    """The rows of some documents: where each begins, its terms by name with their counts, and its rounded lengths."""

    starts: IntArray
    names: NDArray[np.uint32]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.uint8]
    totals: Mapping[str, int]


class TermRows:
    """The rows of the documents that a generation was built with, in their order; safe to read from many threads."""

    def __init__(self, rows: CutRows) -> None:
        self._rows = rows
        self._fields = list(rows.totals)
        # tantivy's own, which a document's length is compared with.
        self._average = np.array([total / max(len(self), 1) for total in rows.totals.values()])

    def __len__(self) -> int:
        return len(self._rows.starts) - 1

    def score(self, sought: Sequence[SoughtTerm], documents: IntArray, *, size: int) -> FloatArray:
        """Return what the terms are worth in each of the named documents, of `size` that the term index holds."""
        scores = np.zeros(len(documents))
        known = [one for one in sought if one.documents and one.field in self._fields]
        if not known or not len(documents):
            return scores
        names = np.array([name_term(one.field, one.term) for one in known], np.uint32)
        order = np.argsort(names)
        asked = _Asked(
            names[order],
            np.array([self._fields.index(one.field) for one in known])[order],
            np.array([one.weight * measure_rarity(one.documents, size) for one in known])[order],
        )
        for start in range(0, len(documents), TOGETHER):
            scores[start : start + TOGETHER] = self._score(asked, documents[start : start + TOGETHER])
        return scores

    def _score(self, asked: _Asked, documents: IntArray) -> FloatArray:
        starts, ends = self._rows.starts[documents], self._rows.starts[documents + 1]
        held = np.concatenate([self._rows.names[start:end] for start, end in zip(starts, ends, strict=True)])
        maybe = np.flatnonzero(asked.sieve[held & SIEVE])
        terms = np.minimum(np.searchsorted(asked.names, held[maybe]), len(asked.names) - 1)
        is_hit = asked.names[terms] == held[maybe]
        hits, terms = maybe[is_hit], terms[is_hit]
        behind = np.cumsum(ends - starts)
        rows = np.searchsorted(behind, hits, side="right")
        counts = self._rows.counts[ends[rows] - behind[rows] + hits].astype(np.float64)
        fields = asked.fields[terms]
        relative = LENGTHS[self._rows.lengths[documents[rows], fields]] / self._average[fields]
        worth = asked.worth[terms] * (1 + K1) * counts / (counts + K1 * (1 - B + B * relative))
        return np.bincount(rows, worth, len(documents)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The terms of a question by ascending name: their fields' places, and what they are worth; `sieve` is of names.

    Nearly all terms of a document are none of the question's, which the last bits of a name tell at once.
    """

    names: NDArray[np.uint32]
    fields: IntArray
    worth: FloatArray
    sieve: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        sieve = np.zeros(int(SIEVE) + 1, bool)
        sieve[self.names & SIEVE] = True
        object.__setattr__(self, "sieve", sieve)


def measure_rarity(documents: int, size: int) -> float:
    """Return the weight of a term that stands in so many documents of all."""
    return float(np.log1p((size - documents + 0.5) / (documents + 0.5)))


def name_term(field: str, term: str) -> int:
    """Return a number for a term in a field; that two of a question's terms and a document's share one is very rare."""
    return zlib.crc32(f"{field} {term}".encode())


def cut_rows(documents: Iterable[Mapping[str, str]]) -> CutRows:
    """Return the rows of documents, each given by field as its terms with spaces between; all have the same fields."""
    starts, names, counts, lengths = [0], list[int](), list[int](), list[int]()
    name = lru_cache(NAMES_KEPT)(name_term)
    totals = Counter[str]()
    for document in documents:
        for in_field, text in document.items():
            terms = text.split()
            totals[in_field] += len(terms)
            lengths.append(len(terms))
            for term, count in Counter(terms).items():
                names.append(name(in_field, term))
                counts.append(min(count, MOST_COUNTED))
        starts.append(len(names))
    return CutRows(
        np.array(starts, np.int64),
        np.array(names, np.uint32),
        np.array(counts, np.uint16),
        _round_lengths(lengths).reshape(len(starts) - 1, max(len(totals), 1)),
        totals,
    )


class TermRowsWriter:
    """Appends rows to open files."""

    def __init__(self, files: Sequence[BinaryIO]) -> None:
        self._files = files
        self._written = 0
        self.totals = Counter[str]()
        files[0].write(np.zeros(1, "<i8").tobytes())

    def add(self, rows: CutRows) -> None:
        """Put in more rows."""
        parts: Sequence[NDArray[Any]] = (rows.starts[1:] + self._written, rows.names, rows.counts, rows.lengths)
        for file, kind, values in zip(self._files, FILES.values(), parts, strict=True):
            file.write(values.astype(kind).tobytes())
        self._written += len(rows.names)
        self.totals.update(rows.totals)


@contextmanager
def write_term_rows(folder: Path) -> Iterator[TermRowsWriter]:
    """Give what writes rows, part after part, into a new folder."""
    folder.mkdir()
    with ExitStack() as files:
        writer = TermRowsWriter([files.enter_context((folder / name).open("wb")) for name in FILES])
        yield writer
    (folder / TOTALS_FILE).write_text(json.dumps(writer.totals), encoding="utf-8")


def open_term_rows(folder: Path) -> TermRows | None:
    """Map written rows, whose checksums must have been compared before; None where there are none."""
    if not folder.is_dir():
        return None
    totals: dict[str, int] = json.loads((folder / TOTALS_FILE).read_text(encoding="utf-8"))
    starts, names, counts, lengths = (map_array(folder / name, kind) for name, kind in FILES.items())
    return TermRows(CutRows(starts, names, counts, lengths.reshape(len(starts) - 1, max(len(totals), 1)), totals))


def _list_lengths() -> Iterator[int]:
    """Yield the 256 lengths that are told apart: all up to 40, and then eight between each and its double."""
    yield from range(40)
    length, step = 40, 2
    for number in range(256 - 40):
        yield length
        length += step
        if number % 8 == 7:
            step *= 2


LENGTHS = np.array(list(_list_lengths()), np.float64)


def _round_lengths(lengths: Sequence[int]) -> NDArray[np.uint8]:
    return (np.searchsorted(LENGTHS, np.array(lengths, np.float64), side="right") - 1).astype(np.uint8)
