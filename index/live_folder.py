"""A process's private folder: gone when the process closes it, swept by the next one if it was killed."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from pathlib import Path

from kb.folders import lock_folder

PREFIX = "live-"
LOCK_FILE = ".lock"


class LiveFolder:
    """Holds a lock inside its folder for as long as the process lives."""

    def __init__(self, parent: Path) -> None:
        # Under the lock: nobody may sweep a folder between its making and its locking.
        with lock_folder(parent, ".live.lock"):
            _sweep(parent)
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            self._lock = (self.path / LOCK_FILE).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def _sweep(parent: Path) -> None:
    """Remove the folders of processes that died: nobody holds their lock any more."""
    for path in parent.glob(f"{PREFIX}*"):
        try:
            with (path / LOCK_FILE).open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError):
            continue  # In use, or gone meanwhile.
