"""How likely a question speaks from each situation, by its vector: a linear classifier learnt from labelled sayings.

`xianzhi eval which-order ROWS --fit --keep` learns it for the encoder in use (eval/which_order_sayings.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from index.encoder import Encoder, FloatMatrix, FloatVector
from index.which_order.evidence import Signal
from index.which_order.situations import SITUATIONS
from kb.errors import XianzhiError

READER_FILE = Path(__file__).parent / "situation_reader.npz"
# Another machine's arithmetic changes a vector by less, another encoder by more.
SAME_ENCODER = 0.98
PROBES = ("走到哪了", "钱怎么还没退给我", "Where is my package right now")


class ReaderDamaged(XianzhiError):
    """The file of the situation reader is not one that was written by its fit."""

    code = "situation_reader_damaged"


@dataclass(frozen=True, slots=True, eq=False)
class SituationReader:
    """Classifies the vectors of one encoder, and what to weigh its evidence with.

    `mean` of sayings; `matrix` (dimension, situations) and `bias` of the classifier; `directions` in which situations
    differ, as rows of length 1; `probes` are the encoder's vectors of PROBES; `weights` and `clear` go with it.
    """

    mean: FloatVector
    matrix: FloatMatrix
    bias: FloatVector
    directions: FloatMatrix
    probes: FloatMatrix
    weights: Mapping[Signal, float]
    clear: float

    def read(self, vector: FloatVector) -> FloatVector:
        """Return how likely a question with this vector speaks from each of SITUATIONS."""
        scores = (vector - self.mean) @ self.matrix + self.bias
        powers: FloatVector = np.exp(scores - scores.max())
        likely: FloatVector = powers / powers.sum()
        return likely

    def without_situation(self, vector: FloatVector) -> FloatVector:
        """Return what a question's vector says besides its situation: what kind of thing it is about."""
        rest: FloatVector = vector - self.mean
        return rest - self.directions.T @ (self.directions @ rest)

    def suits(self, encoder: Encoder) -> bool:
        """Tell whether an encoder's vectors are those it was learnt from, by those of a few sayings."""
        if encoder.fingerprint.dimension != len(self.mean):
            return False
        return bool((np.asarray(encoder.encode_questions(PROBES)) * self.probes).sum(1).min() >= SAME_ENCODER)

    def save(self, path: Path) -> None:
        """Write it to a file."""
        np.savez_compressed(
            path,
            mean=self.mean,
            matrix=self.matrix.astype(np.float16),
            bias=self.bias,
            directions=self.directions.astype(np.float16),
            probes=self.probes,
            weights=np.array([self.weights[signal] for signal in Signal]),
            clear=np.array(self.clear),
        )


def load_reader(path: Path = READER_FILE) -> SituationReader:
    """Read it from a file; raises `ReaderDamaged`."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        reader = SituationReader(
            mean=arrays["mean"],
            matrix=arrays["matrix"].astype(np.float32),
            bias=arrays["bias"],
            directions=arrays["directions"].astype(np.float32),
            probes=arrays["probes"],
            weights=dict(zip(Signal, arrays["weights"].tolist(), strict=True)),
            clear=float(arrays["clear"]),
        )
    except (OSError, EOFError, ValueError, TypeError, KeyError, BadZipFile) as error:
        raise ReaderDamaged(f"{path} cannot be read. Take it from the repository again, or fit it anew.") from error
    if reader.matrix.shape != (len(reader.mean), len(SITUATIONS)):
        raise ReaderDamaged(f"{path} was learnt for other situations. Fit it anew: docs/which-order.md.")
    dimension, situations = reader.matrix.shape
    numbers = (reader.mean, reader.matrix, reader.bias, reader.directions, reader.probes)
    fits = reader.bias.shape == (situations,) and reader.directions.shape[-1:] == (dimension,)
    if not fits or reader.probes.shape != (len(PROBES), dimension) or not all(np.isfinite(n).all() for n in numbers):
        raise ReaderDamaged(f"{path} holds numbers that cannot be. Take it from the repository again, or fit it anew.")
    return reader


def find_reader(encoder: Encoder) -> SituationReader | None:
    """Return the reader where it suits an encoder; None where there is none for it, and words alone must do."""
    if not READER_FILE.is_file():
        return None
    reader = load_reader()
    return reader if reader.suits(encoder) else None
