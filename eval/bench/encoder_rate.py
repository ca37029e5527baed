"""How fast the encoder alone is, and how much of the machine's arithmetic it uses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from index.encoder import OnnxEncoder, TokenIds
from index.prepared import BUNDLED

BATCH_SIZES = (1, 2, 4, 8, 16, 32)
BATCH_SECONDS = 0.5
MATRIX_SIZE, MATRIX_SECONDS = 1024, 1.0
# Multiplications and additions a token in the matrix products of the bundled encoder: 12 layers of 4 x 384 x 384 and
# 2 x 384 x 1536; what attention adds is below a tenth for texts of questions' length.
FLOP_A_TOKEN = {BUNDLED: 2 * 12 * (4 * 384**2 + 2 * 384 * 1536)}


@dataclass(frozen=True, slots=True)
class EncoderRate:
    """Questions a second at the best batch size."""

    per_second: float
    batch: int


@dataclass(frozen=True, slots=True)
class MachineUse:
    """Arithmetic a second of processor time: the encoder's, and of a float32 matrix product."""

    encoder_gflops: float
    matrix_gflops: float

    @property
    def share(self) -> float:
        """The encoder's over the matrix product's; above 1 where the machine multiplies integers faster."""
        return self.encoder_gflops / self.matrix_gflops


def measure_encoder(encoder: OnnxEncoder, questions: Sequence[str], *, lanes: int = 1) -> EncoderRate:
    """Return the best rate over several batch sizes, of texts of one length together, on so many threads at once."""
    tokens = sorted(encoder.tokenise_questions(questions), key=len)
    rates = {size: _measure_batches(encoder, tokens, size, lanes) for size in BATCH_SIZES if size <= len(tokens)}
    best = max(rates, key=rates.__getitem__)
    return EncoderRate(rates[best], best)


def measure_machine(encoder: OnnxEncoder, questions: Sequence[str]) -> MachineUse | None:
    """Return the arithmetic rates of the bundled encoder and of this machine; None for another encoder."""
    flop = FLOP_A_TOKEN.get(encoder.description.model)
    if flop is None:
        return None
    tokens = encoder.tokenise_questions(questions)
    spent = _spend_time(lambda: [encoder.encode_tokens([text]) for text in tokens])
    left = np.ones((MATRIX_SIZE, MATRIX_SIZE), np.float32)
    products, product_time = 0, 0.0
    while product_time < MATRIX_SECONDS:
        product_time += _spend_time(lambda: left @ left)
        products += 1
    return MachineUse(
        encoder_gflops=flop * sum(len(text) for text in tokens) / spent / 1e9,
        matrix_gflops=2 * MATRIX_SIZE**3 * products / product_time / 1e9,
    )


def _measure_batches(encoder: OnnxEncoder, tokens: Sequence[TokenIds], size: int, lanes: int) -> float:
    started = time.perf_counter()
    deadline = started + BATCH_SECONDS
    starts = range(0, len(tokens) - size + 1, size)

    def work(lane: int) -> int:
        done = 0
        while time.perf_counter() < deadline:
            start = starts[(lane * len(starts) // lanes + done // size) % len(starts)]
            encoder.encode_tokens(tokens[start : start + size])
            done += size
        return done

    with ThreadPoolExecutor(lanes) as threads:
        done = sum(threads.map(work, range(lanes)))
    return done / (time.perf_counter() - started)


def _spend_time(work: Callable[[], object]) -> float:
    """Return the processor time that something took: whatever else runs on the machine does not count."""
    started = time.process_time()
    work()
    return time.process_time() - started
