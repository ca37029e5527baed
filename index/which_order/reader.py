"""What the vectors of one encoder tell of a question: its situation, and which thing it is about.

`xianzhi eval which-order ROWS --fit --keep` learns it for the encoder in use.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from index.encoder import Encoder, FloatMatrix, FloatVector
from index.which_order.evidence import Signal
from index.which_order.situations import SITUATIONS
from index.which_order.things import ThingReader
from kb.errors import XianzhiError

READER_FILE = Path(__file__).parent / "reader.npz"
# Another machine's arithmetic changes a vector by less, another encoder by more.
SAME_ENCODER = 0.98
# What numpy and zipfile raise over bytes that are not what they were.
DAMAGE = (OSError, EOFError, ValueError, TypeError, KeyError, RuntimeError, BadZipFile, zlib.error)
PROBES = ("走到哪了", "钱怎么还没退给我", "Where is my package right now")


class ReaderDamaged(XianzhiError):
    """The file of the reader is not one that was written by its fit."""

    code = "order_reader_damaged"


@dataclass(frozen=True, slots=True, eq=False)
class SituationReader:
    """Classifies the vectors of questions.

    `mean` of sayings; `matrix` (dimension, situations) and `bias` of the classifier; `directions` in which situations
    differ, as rows of length 1.
    """

    mean: FloatVector
    matrix: FloatMatrix
    bias: FloatVector
    directions: FloatMatrix

    def read(self, vector: FloatVector) -> FloatVector:
        """Return how likely a question with this vector speaks from each of SITUATIONS."""
        scores = (vector - self.mean) @ self.matrix + self.bias
        powers: FloatVector = np.exp(scores - scores.max())
        likely: FloatVector = powers / powers.sum()
        return likely

    def without_situation(self, vector: FloatVector) -> FloatVector:
        """Return what vectors of questions say besides their situation: what kind of thing they are about."""
        rest = vector - self.mean
        without = rest - (rest @ self.directions.T) @ self.directions
        return np.asarray(without, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class OrderReader:
    """Reads situations and things, and what to weigh that evidence with; `probes` are the vectors of PROBES."""

    situations: SituationReader
    things: ThingReader
    probes: FloatMatrix
    weights: Mapping[Signal, float]
    clear: float

    def suits(self, encoder: Encoder) -> bool:
        """Tell whether an encoder's vectors are those it was learnt from, by those of a few sayings."""
        if encoder.fingerprint.dimension != len(self.situations.mean):
            return False
        return bool((np.asarray(encoder.encode_questions(PROBES)) * self.probes).sum(1).min() >= SAME_ENCODER)

    def save(self, path: Path) -> None:
        """Write it to a file."""
        np.savez_compressed(
            path,
            mean=self.situations.mean,
            matrix=self.situations.matrix.astype(np.float16),
            bias=self.situations.bias,
            directions=self.situations.directions.astype(np.float16),
            gate=self.things.gate,
            item_mean=self.things.mean,
            left=self.things.left.astype(np.float16),
            right=self.things.right.astype(np.float16),
            numbers=np.array([self.things.bias, self.things.sharpness, self.things.same, self.clear]),
            probes=self.probes,
            weights=np.array([self.weights[signal] for signal in Signal]),
        )


def load_reader(path: Path = READER_FILE) -> OrderReader:
    """Read it from a file; raises `ReaderDamaged`."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        reader = _read(arrays)
    except DAMAGE as error:
        raise ReaderDamaged(f"{path} cannot be read. Take it from the repository again, or fit it anew.") from error
    situations, things = reader.situations, reader.things
    if situations.matrix.shape != (len(situations.mean), len(SITUATIONS)):
        raise ReaderDamaged(f"{path} was learnt for other situations. Fit it anew: docs/which-order.md.")
    dimension, count = situations.matrix.shape
    vectors = (situations.directions.shape[-1:], things.gate.shape, things.mean.shape, things.left.shape[:1])
    fits = all(shape == (dimension,) for shape in vectors) and things.left.shape == things.right.shape
    fits = fits and situations.bias.shape == (count,) and reader.probes.shape == (len(PROBES), dimension)
    if not fits or not all(np.isfinite(array).all() for array in arrays.values()):
        raise ReaderDamaged(f"{path} holds numbers that cannot be. Take it from the repository again, or fit it anew.")
    return reader


def _read(arrays: Mapping[str, FloatMatrix]) -> OrderReader:
    bias, sharpness, same, clear = arrays["numbers"].tolist()
    return OrderReader(
        SituationReader(
            mean=arrays["mean"],
            matrix=arrays["matrix"].astype(np.float32),
            bias=arrays["bias"],
            directions=arrays["directions"].astype(np.float32),
        ),
        ThingReader(
            gate=arrays["gate"],
            bias=bias,
            sharpness=sharpness,
            mean=arrays["item_mean"],
            left=arrays["left"].astype(np.float32),
            right=arrays["right"].astype(np.float32),
            same=same,
        ),
        probes=arrays["probes"],
        weights=dict(zip(Signal, arrays["weights"].tolist(), strict=True)),
        clear=clear,
    )


def find_reader(encoder: Encoder) -> OrderReader | None:
    """Return the reader where it suits an encoder; None where there is none for it, and words alone must do."""
    if not READER_FILE.is_file():
        return None
    reader = load_reader()
    return reader if reader.suits(encoder) else None
