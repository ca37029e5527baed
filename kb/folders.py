"""Publish a folder whole or not at all: write aside, flush to disk, rename."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def publish_folder(target: Path, *, mode: int = 0o755) -> Iterator[Path]:
    """Give a scratch folder to fill, then rename it to `target`; whoever publishes first wins.

    `mode` says who may enter its folders; who may read and write its files follows from it.
    Two processes may do this at once: the rename onto a folder that is there fails, and the later one is dropped.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield scratch
        for path in scratch.rglob("*"):
            path.chmod(mode if path.is_dir() else mode & 0o666)
            flush_to_disk(path)
        scratch.chmod(mode)  # mkdtemp makes it private; other users of a shared cache may read it.
        flush_to_disk(scratch)
        try:
            scratch.rename(target)
        except OSError:
            if not target.is_dir():
                raise
        flush_to_disk(target.parent)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    scratch = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.chmod(0o644)
        scratch.replace(path)
        flush_to_disk(path.parent)
    finally:
        scratch.unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Make a file's content or a folder's entries survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def lock_folder(folder: Path, name: str) -> Iterator[None]:
    """Hold the only right to something in a folder; the system lets go of it if the process dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
