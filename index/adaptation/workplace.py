"""The folder of one adaptation: what is done stands there as files, so that a killed run is taken up where it was.

<data>/adaptation/plan.json        what was asked for: a run with other wishes begins anew or not at all
<data>/adaptation/lessons.json     what is trained on
<data>/adaptation/checkpoints/     of the training
<data>/adaptation/trained/         the trained model, and what every check of it said
<data>/adaptation/prepared.json    which folder of <data>/encoders it was exported to
<data>/adaptation/runs/            the runs that were compared
<data>/adaptation/decided.json     the generation built with the encoder that is to be kept
<data>/adaptation/outcome.json     how it ended: the next one begins anew
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kb.errors import XianzhiError
from kb.folders import replace_file

LOCK_FILE = ".adaptation.lock"

Note = Mapping[str, str | float | None]


class AdaptationRunning(XianzhiError):
    """Another process adapts the encoder already."""

    code = "adaptation_running"


class AdaptationDiffers(XianzhiError):
    """A run with other wishes was begun and not finished."""

    code = "adaptation_differs"


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where one adaptation keeps what it has done."""

    folder: Path

    @property
    def lessons(self) -> Path:
        """What is trained on."""
        return self.folder / "lessons.json"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.folder / "checkpoints"

    @property
    def trained(self) -> Path:
        """The folder of the trained model."""
        return self.folder / "trained"

    @property
    def prepared(self) -> Path:
        """The file that names the exported encoder."""
        return self.folder / "prepared.json"

    @property
    def decided(self) -> Path:
        """The file that says that the encoder is to be kept."""
        return self.folder / "decided.json"

    @property
    def runs(self) -> Path:
        """The folder of the runs compared."""
        return self.folder / "runs"

    @property
    def curves(self) -> Path:
        """The picture of the learning curves."""
        return self.folder / "curves.png"

    @property
    def _plan(self) -> Path:
        return self.folder / "plan.json"

    @property
    def _outcome(self) -> Path:
        return self.folder / "outcome.json"

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Be the only one who adapts; raises `AdaptationRunning`. The system lets go of it if the process dies."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with (self.folder.parent / LOCK_FILE).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AdaptationRunning("The encoder is being adapted already. Wait for it to end.") from error
            yield

    def begin(self, plan: Note, *, restart: bool) -> bool:
        """Take up the run of this plan, or begin one; tell whether one was taken up. Raises `AdaptationDiffers`."""
        begun = None if restart or self._outcome.is_file() else read_json(self._plan)
        if begun is not None and begun != dict(plan):
            changed = ", ".join(sorted(name for name in {*begun, *plan} if begun.get(name) != plan.get(name)))
            raise AdaptationDiffers(
                f"A run was begun that differs in: {changed}. Finish it with the same options, or add --restart."
            )
        if begun is None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            replace_file(self._plan, json.dumps(dict(plan)).encode())
        return begun is not None

    def finish(self, outcome: Note) -> None:
        """Note how it ended, and remove what is large and of no more use."""
        replace_file(self._outcome, json.dumps(dict(outcome), ensure_ascii=False).encode())
        for folder in (self.checkpoints, self.trained):
            shutil.rmtree(folder, ignore_errors=True)


def read_json(path: Path) -> Note | None:
    """Return the content of a small file; None where it is not there."""
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
