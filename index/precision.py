"""Measure what the int8 encoder gives up against the float one, and what it gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from index.encoder import FloatMatrix, OnnxEncoder
from index.prepared import ONNX_FILES, Precision, find_prepared

LENGTHS = (16, 32, 128)
REPEATS = 20


@dataclass(frozen=True, slots=True)
class PrecisionRow:
    """One line of the comparison; cosines and neighbours are against float32."""

    precision: Precision
    cosine_mean: float
    cosine_min: float
    neighbours_kept: float
    milliseconds: dict[int, float]
    passages_per_second: float
    megabytes: float


def compare_precisions(texts: Sequence[str], *, model: str, model_dir: Path, threads: int) -> list[PrecisionRow]:
    """Return a row for each precision, measured on texts encoded as questions one by one."""
    folder = find_prepared(model, model_dir)
    rows: list[PrecisionRow] = []
    reference: FloatMatrix | None = None
    for precision in (Precision.FLOAT32, Precision.INT8):
        encoder = OnnxEncoder(folder, precision=precision, threads=threads)
        vectors = np.concatenate([encoder.encode_questions([text]) for text in texts])
        reference = vectors if reference is None else reference
        cosines = np.sum(vectors * reference, axis=1)
        started = perf_counter()
        encoder.encode_passages(texts)
        rows.append(
            PrecisionRow(
                precision=precision,
                cosine_mean=float(cosines.mean()),
                cosine_min=float(cosines.min()),
                neighbours_kept=neighbours_kept(vectors, reference),
                passages_per_second=len(texts) / (perf_counter() - started),
                milliseconds={length: time_one_text(encoder, length) for length in LENGTHS},
                megabytes=(folder / ONNX_FILES[precision]).stat().st_size / 1e6,
            )
        )
    return rows


def neighbours_kept(vectors: FloatMatrix, reference: FloatMatrix) -> float:
    """Return the share of texts whose nearest other text is the same in both matrices."""
    return float(np.mean(nearest_other(vectors) == nearest_other(reference)))


def nearest_other(vectors: FloatMatrix) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """Return the position of each vector's nearest other vector."""
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -np.inf)
    return np.asarray(similarity.argmax(axis=1))


def time_one_text(encoder: OnnxEncoder, length: int) -> float:
    """Return the median milliseconds of one text of `length` tokens."""
    tokens = [np.arange(1000, 1000 + length, dtype=np.int64)]
    times = []
    for _ in range(REPEATS):
        started = perf_counter()
        encoder.encode_tokens(tokens)
        times.append(1000 * (perf_counter() - started))
    return median(times)
