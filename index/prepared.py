"""The folder of a prepared encoder: what lies in it, what it says about itself, how it is found.

<model_dir>/<name>.json                      which folder serves this name
<model_dir>/<name>-<checksum>/encoder.json   the description below
<model_dir>/<name>-<checksum>/{model.onnx, model.int8.onnx, tokenizer.json}
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from kb.checksums import file_sha256
from kb.errors import XianzhiError

BUNDLED = "bundled"
# What the bundled encoder has learnt of how customers speak: trained by `xianzhi index train-bundled`
# (docs/decisions/0010-customers-language.md).
CHANGE_FILE = Path(__file__).parent / "bundled_weights" / "customers-language.safetensors"
PREPARED_FORMAT = 1  # Raise when older prepared folders can no longer be served.
DESCRIPTION_FILE = "encoder.json"
TOKENIZER_FILE = "tokenizer.json"


class Precision(StrEnum):
    """Arithmetic of the encoder's matrix products."""

    INT8 = "int8"
    FLOAT32 = "float32"


ONNX_FILES = {Precision.FLOAT32: "model.onnx", Precision.INT8: "model.int8.onnx"}


class Pooling(StrEnum):
    """How the vectors of a text's tokens become the vector of the text."""

    MEAN = "mean"
    CLS = "cls"


class ModelNotPrepared(XianzhiError):
    """The encoder has not been turned into the files that serving reads."""

    code = "model_not_prepared"


class ModelDamaged(XianzhiError):
    """A prepared file is not the one that was written."""

    code = "model_damaged"


@dataclass(frozen=True, slots=True)
class EncoderDescription:
    """What `encoder.json` says; `weights` maps a precision to the SHA-256 of its ONNX file."""

    model: str
    dimension: int
    query_prompt: str
    passage_prompt: str
    pooling: str
    normalised: bool
    max_tokens: int
    pad_id: int
    weights: dict[str, str]
    format: int = PREPARED_FORMAT

    def to_json(self) -> str:
        """Return the content of `encoder.json`."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def folder_name(model: str) -> str:
    """Return the name a model's files go by: readable, and distinct for equally named folders."""
    if model == BUNDLED:
        # When what it has learnt changes, what was prepared before is prepared anew.
        return f"{BUNDLED}-{file_sha256(CHANGE_FILE)[:8]}"
    readable = "".join(c if c.isalnum() or c in "-_." else "-" for c in Path(model).name)
    return f"{readable}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"


def pointer_path(model: str, model_dir: Path) -> Path:
    """Return the file that says which prepared folder serves a model."""
    return model_dir / f"{folder_name(model)}.json"


def find_prepared(model: str, model_dir: Path) -> Path:
    """Return the prepared folder of a model."""
    try:
        pointer = json.loads(pointer_path(model, model_dir).read_text(encoding="utf-8"))
        folder = model_dir / str(pointer["folder"])
        read_description(folder)
    except FileNotFoundError as error:
        raise not_prepared(model) from error
    return folder


def read_description(folder: Path) -> EncoderDescription:
    """Read `encoder.json` of a prepared folder."""
    content = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
    if content.get("format") != PREPARED_FORMAT:
        raise not_prepared(str(content.get("model")))
    return EncoderDescription(**content)


def verify_weights(folder: Path, description: EncoderDescription, precision: Precision) -> Path:
    """Return the ONNX file of a precision after comparing its checksum: damaged weights give plausible vectors."""
    path = folder / ONNX_FILES[precision]
    if not path.is_file():
        raise not_prepared(description.model)
    if file_sha256(path) != description.weights[precision]:
        raise ModelDamaged(f"{path} is damaged. Delete its folder and run `xianzhi index prepare`.")
    return path


def not_prepared(model: str) -> ModelNotPrepared:
    """Return the error that tells a newcomer what to do."""
    return ModelNotPrepared(f"The encoder {model!r} is not prepared on this machine. Run `xianzhi index prepare`.")
