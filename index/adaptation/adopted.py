"""The encoder that was adapted to this shop and kept: it serves in place of the one that it was trained from.

<data>/encoders/<checksum>/      a prepared folder, as `index/prepared.py` describes it
<data>/encoders/adopted.json     which of them serves, for which model, and which served before
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from index.prepared import ModelDamaged, ModelNotPrepared, Precision, find_prepared, folder_name, read_description
from kb.folders import replace_file
from kb.settings import Settings

POINTER_FILE = "adopted.json"
KEPT_ENCODERS = 2  # The one that serves, and the one that `--undo` goes back to.


@dataclass(frozen=True, slots=True)
class Adoption:
    """What the pointer says: the last of the folders serves, if the model and its weights are still the configured."""

    model: str
    weights: dict[str, str]
    folders: tuple[str, ...]


def find_serving(settings: Settings) -> Path:
    """Return the prepared folder that serves: the adapted encoder of the configured model, else the model itself."""
    base = _find_base(settings)
    adoption = read_adoption(settings.encoders_dir)
    if adoption is None or not _fits(adoption, settings, base):
        return base or find_prepared(settings.model, settings.model_dir)
    folder = settings.encoders_dir / adoption.folders[-1]
    if not folder.is_dir():
        raise ModelDamaged(f"The adapted encoder {folder} is gone. Go back with `xianzhi index adapt --undo`.")
    return folder


def read_adoption(encoders: Path) -> Adoption | None:
    """Return what was adopted, or None."""
    try:
        content = json.loads((encoders / POINTER_FILE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Adoption(str(content["model"]), dict(content["weights"]), tuple(content["folders"]))


def adopt(settings: Settings, folder: Path) -> None:
    """Let a prepared folder serve from now on; whoever serves already goes on with what it has loaded."""
    encoders = settings.encoders_dir
    base = find_prepared(settings.model, settings.model_dir)
    earlier = read_adoption(encoders)
    kept = earlier.folders if earlier is not None and _fits(earlier, settings, base) else ()
    folders = (*(name for name in kept if name != folder.name), folder.name)[-KEPT_ENCODERS:]
    adoption = Adoption(folder_name(settings.model), read_description(base).weights, folders)
    replace_file(encoders / POINTER_FILE, json.dumps(asdict(adoption)).encode())
    sweep_encoders(encoders)


def undo_adoption(settings: Settings) -> Path | None:
    """Let serve what served before; return the folder that no longer does, None where nothing was adopted."""
    encoders = settings.encoders_dir
    adoption = read_adoption(encoders)
    if adoption is None:
        return None
    if len(adoption.folders) > 1:
        earlier = Adoption(adoption.model, adoption.weights, adoption.folders[:-1])
        replace_file(encoders / POINTER_FILE, json.dumps(asdict(earlier)).encode())
    else:
        (encoders / POINTER_FILE).unlink()
    return encoders / adoption.folders[-1]


def sweep_encoders(encoders: Path, *, spare: str | None = None) -> None:
    """Remove the encoders that nothing names, and what killed exports left behind; `spare` stays."""
    adoption = read_adoption(encoders)
    named = {*(adoption.folders if adoption else ()), spare}
    for path in encoders.iterdir() if encoders.is_dir() else ():
        if path.is_dir() and path.name not in named:
            shutil.rmtree(path, ignore_errors=True)


def _find_base(settings: Settings) -> Path | None:
    try:
        return find_prepared(settings.model, settings.model_dir)
    except ModelNotPrepared:
        return None  # A replica may hold a copy of the adapted encoder alone.


def _fits(adoption: Adoption, settings: Settings, base: Path | None) -> bool:
    if adoption.model != folder_name(settings.model):
        return False
    # By what it was adapted from: the int8 file of the same model is made anew when a program makes better ones.
    return base is None or read_description(base).weights[Precision.FLOAT32] == adoption.weights[Precision.FLOAT32]
