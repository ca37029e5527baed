"""The prepared encoders: are the files that serve, or that an undo goes back to, the ones that were written?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from index.adaptation.adopted import find_serving, read_adoption
from index.doctor.observation import Level, Observation, Part
from index.encoder import open_tokenizer
from index.prepared import (
    ONNX_FILES,
    TOKENIZER_FILE,
    ModelDamaged,
    ModelNotPrepared,
    Precision,
    read_description,
    verify_weights,
)
from kb.errors import XianzhiError
from kb.settings import Settings

PREPARE = "Delete its folder and run `xianzhi index prepare`."
UNDO = "Go back with `xianzhi index adapt --undo`, or adapt again."


def examine_encoders(settings: Settings) -> Iterator[Observation]:
    """Yield how the encoder that serves is, and those that were adapted."""
    try:
        serving = find_serving(settings)
        adoption = read_adoption(settings.encoders_dir)
    except XianzhiError as error:
        yield Observation(Part.ENCODER, Level.WRONG, error.message)
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"What says which encoder serves cannot be read ({type(error).__name__})."
        yield Observation(Part.ENCODER, Level.WRONG, what, "Run `xianzhi index prepare`.")
        return
    adapted = [settings.encoders_dir / name for name in adoption.folders] if adoption else []
    for folder in dict.fromkeys([serving, *adapted]):
        needed = Precision(settings.precision) if folder == serving else None
        yield _examine(folder, remedy=UNDO if folder in adapted else PREPARE, needed=needed)


def _examine(folder: Path, *, remedy: str, needed: Precision | None) -> Observation:
    """Return how a folder is; the weights of the precision that serves are `needed`, others may be absent."""
    try:
        description = read_description(folder)
        for precision in Precision:
            if precision is needed or (folder / ONNX_FILES[precision]).is_file():
                verify_weights(folder, description, precision)
        # The tokenizer has no checksum of its own; one that cannot be read is noticed.
        open_tokenizer(folder / TOKENIZER_FILE, description.max_tokens)
    except (ModelDamaged, ModelNotPrepared) as error:
        return Observation(Part.ENCODER, Level.WRONG, error.message, remedy, subject=folder.name)
    except Exception as error:  # The tokenizer's binding raises plain exceptions.
        what = f"{folder} cannot be read ({type(error).__name__})."
        return Observation(Part.ENCODER, Level.WRONG, what, remedy, subject=folder.name)
    role = "serves" if needed else "is kept to go back to"
    return Observation(Part.ENCODER, Level.WELL, f"{folder.name} is whole and {role}.", subject=folder.name)
