"""Checkpoints of a training: one that was being written when the process died is never taken up again."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from kb.checksums import checksum_files
from kb.folders import flush_to_disk, replace_file

SEAL_FILE = "sealed.json"
NAME = re.compile(r"checkpoint-(\d+)")


def seal_checkpoint(folder: Path) -> None:
    """Mark a checkpoint as whole: its files are on the disk, and their checksums beside them."""
    for path in folder.rglob("*"):
        flush_to_disk(path)
    replace_file(folder / SEAL_FILE, json.dumps(checksum_files(folder)).encode())


def find_checkpoint(folder: Path) -> Path | None:
    """Return the latest whole checkpoint, None where there is none; those that are not whole are removed."""
    found = [path for path in folder.glob("checkpoint-*") if NAME.fullmatch(path.name)]
    for path in sorted(found, key=_read_step, reverse=True):
        if is_whole(path):
            return path
        shutil.rmtree(path, ignore_errors=True)
    return None


def is_whole(folder: Path) -> bool:
    """Tell whether a checkpoint was sealed and is as it was then."""
    try:
        sealed = json.loads((folder / SEAL_FILE).read_bytes())
    except (OSError, ValueError):
        return False
    files = checksum_files(folder)
    files.pop(SEAL_FILE, None)
    return bool(files == sealed)


def _read_step(path: Path) -> int:
    match = NAME.fullmatch(path.name)
    assert match is not None
    return int(match[1])
