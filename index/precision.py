"""Measure what smaller files of the encoder give up against the float one, and what they gain."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from index.encoder import FloatMatrix, OnnxEncoder, open_tokenizer
from index.prepared import (
    DESCRIPTION_FILE,
    ONNX_FILES,
    TOKENIZER_FILE,
    Precision,
    read_description,
    verify_weights,
)
from kb.checksums import file_sha256
from kb.errors import InvalidInput, XianzhiError

if TYPE_CHECKING:
    from index.quantise import Quantiser

SAMPLE_ARTICLES = Path(__file__).parents[1] / "data" / "sample" / "articles.jsonl"
LENGTHS = (16, 32, 128)
REPEATS = 40


class QuantiserNotInstalled(XianzhiError):
    """The library that makes int8 files is not installed: serving does without it."""

    code = "quantiser_not_installed"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoder to be measured."""

    variant: str
    encoder: OnnxEncoder
    megabytes: float


@dataclass(frozen=True, slots=True)
class PrecisionRow:
    """One line of the comparison; cosines and neighbours are against float32, `milliseconds` by tokens."""

    variant: str
    megabytes: float
    cosine_mean: float
    cosine_min: float
    neighbours_kept: float
    milliseconds: dict[int, float]
    passages_per_second: float


def read_texts(path: Path | None) -> list[str]:
    """Return the lines of a file, or the question variants of the sample knowledge base."""
    if path is None:
        articles = SAMPLE_ARTICLES.read_text("utf-8").splitlines()
        return [question for article in articles for question in json.loads(article)["questions"]]
    lines = [line for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
    if len(lines) < 2:
        raise InvalidInput(f"{path} holds fewer than two texts. Write one text a line.")
    return lines


def open_precisions(folder: Path, *, threads: int) -> Iterator[Candidate]:
    """Yield the prepared files, float32 first."""
    for precision in (Precision.FLOAT32, Precision.INT8):
        yield open_candidate(precision.value, folder, precision, threads)


def open_variants(folder: Path, *, threads: int, only: Collection[str] = ()) -> Iterator[Candidate]:
    """Yield float32, then every variant (or `only` those), made of it in a folder that lives until the next one."""
    quantisers = load_quantisers()
    yield open_candidate(Precision.FLOAT32.value, folder, Precision.FLOAT32, threads)
    for name, quantiser in quantisers.items():
        if only and name not in only:
            continue
        with TemporaryDirectory() as scratch:
            write_variant(folder, Path(scratch), quantiser)
            yield open_candidate(name, Path(scratch), Precision.INT8, threads)


def load_quantisers() -> Mapping[str, Quantiser]:
    """Return the variants by name; the one way from here to onnx, which serving does without."""
    try:
        from index.quantise import VARIANTS
    except ModuleNotFoundError as error:
        raise QuantiserNotInstalled(
            f"Making variants needs the package {error.name!r}. Install the extra `prepare`: pip install '.[prepare]'"
        ) from error
    return VARIANTS


def write_variant(folder: Path, target: Path, quantiser: Quantiser) -> None:
    """Make a prepared folder whose int8 file is what a quantiser makes of the float file."""
    from index.quantise import calibration_samples

    description = read_description(folder)
    tokenizer = open_tokenizer(folder / TOKENIZER_FILE, description.max_tokens)
    samples = calibration_samples(
        tokenizer, query_prompt=description.query_prompt, passage_prompt=description.passage_prompt
    )
    weights = target / ONNX_FILES[Precision.INT8]
    logging.disable(logging.WARNING)  # onnxruntime asks for a preparation of the graph that the export has done.
    try:
        quantiser(verify_weights(folder, description, Precision.FLOAT32), weights, samples)
    finally:
        logging.disable(logging.NOTSET)
    shutil.copyfile(folder / TOKENIZER_FILE, target / TOKENIZER_FILE)
    described = replace(description, weights={Precision.INT8.value: file_sha256(weights)})
    (target / DESCRIPTION_FILE).write_text(described.to_json(), encoding="utf-8")


def open_candidate(variant: str, folder: Path, precision: Precision, threads: int) -> Candidate:
    """Open one file of a prepared folder."""
    megabytes = (folder / ONNX_FILES[precision]).stat().st_size / 1e6
    return Candidate(variant, OnnxEncoder(folder, precision=precision, threads=threads), megabytes)


def compare_precisions(
    texts: Sequence[str], candidates: Iterable[Candidate], *, lengths: Sequence[int] = LENGTHS
) -> Iterator[PrecisionRow]:
    """Yield a row for each candidate against the first, measured on texts encoded as questions one by one."""
    reference: FloatMatrix | None = None
    for candidate in candidates:
        encoder = candidate.encoder
        vectors = np.concatenate([encoder.encode_questions([text]) for text in texts])
        reference = vectors if reference is None else reference
        cosines = np.sum(vectors * reference, axis=1)
        started = perf_counter()
        encoder.encode_passages(texts)
        yield PrecisionRow(
            variant=candidate.variant,
            megabytes=candidate.megabytes,
            cosine_mean=float(cosines.mean()),
            cosine_min=float(cosines.min()),
            neighbours_kept=neighbours_kept(vectors, reference),
            passages_per_second=len(texts) / (perf_counter() - started),
            milliseconds={length: time_one_text(encoder, length) for length in lengths},
        )


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
