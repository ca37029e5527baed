"""Restore a backup into an empty data folder: verified first, the database last, so that half of it is nothing."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from kb.backup.copying import BackupUnsupported, DatabaseContents, OnProgress, verify_database
from kb.backup.manifest import (
    DATABASE_FILE,
    MANIFEST_FILE,
    BackupDamaged,
    BackupManifest,
    read_manifest,
    verify_files,
)
from kb.errors import InvalidInput
from kb.folders import flush_to_disk
from kb.settings import PREFIX, Settings

OWNERS_ONLY = 0o600
SCRATCH_PREFIX = ".restore-"


class FolderNotEmpty(InvalidInput):
    """What is there would be overwritten."""

    code = "folder_not_empty"


def restore_backup(source: Path, settings: Settings, *, on_progress: OnProgress) -> BackupManifest:
    """Restore a backup's folder or `.tar` file into the configured data folder.

    Raises `FolderNotEmpty` where anything is in it, `BackupDamaged` where the backup is not what was written; then
    nothing was changed. A restore that was killed is swept away by the next.
    """
    data = settings.data_dir
    if settings.database_url and make_url(settings.database_url).database != str(data / DATABASE_FILE):
        raise BackupUnsupported(f"A backup is restored into a data folder. Unset {PREFIX}DATABASE_URL for it.")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(data)
    if found := sorted(path.name for path in data.iterdir()):
        raise FolderNotEmpty(
            f"{data} is not empty: {found[0]} is in it. Name another {PREFIX}DATA_DIR, or move it away."
        )
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=data))
    try:
        with _open_backup(source, scratch) as folder:
            manifest = _copy_verified(folder, scratch / "whole", on_progress)
        _move_in(scratch / "whole", data)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return manifest


def _sweep(data: Path) -> None:
    """Remove what a killed restore left: it began in an empty folder, and its database comes last."""
    remains = list(data.glob(f"{SCRATCH_PREFIX}*"))
    if not remains or (data / DATABASE_FILE).exists():
        return
    for name in ("generations", "encoders"):
        shutil.rmtree(data / name, ignore_errors=True)
    for path in remains:
        shutil.rmtree(path)


@contextmanager
def _open_backup(source: Path, scratch: Path) -> Iterator[Path]:
    """Yield the folder of a backup, unpacked where it is an archive."""
    if source.is_dir():
        yield source
        return
    unpacked = scratch / "unpacked"
    try:
        with tarfile.open(source, "r:") as tar:
            tar.extractall(unpacked, filter="data")
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no backup {source}.") from error
    except (tarfile.TarError, EOFError) as error:
        raise BackupDamaged(f"{source} is no backup, or not all of it. Use another one.") from error
    yield unpacked


def _copy_verified(folder: Path, target: Path, on_progress: OnProgress) -> BackupManifest:
    """Copy a backup and verify the copy: what was right on one disk may arrive wrong on another."""
    manifest = read_manifest(folder)
    target.mkdir()
    for number, name in enumerate([MANIFEST_FILE, *manifest.files]):
        on_progress("copy", number, len(manifest.files))
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(folder / name, target / name)
            (target / name).chmod(OWNERS_ONLY)  # Customers' data is in it.
        except FileNotFoundError as error:
            raise BackupDamaged(f"{folder / name} is missing. Use another backup.") from error
    verify_files(target, manifest)
    on_progress("copy", len(manifest.files), len(manifest.files))
    verify_database(target / DATABASE_FILE, DatabaseContents(manifest.schema, manifest.tables))
    return manifest


def _move_in(whole: Path, data: Path) -> None:
    for path in whole.rglob("*"):
        flush_to_disk(path)
    (whole / MANIFEST_FILE).unlink()
    names = sorted(path.name for path in whole.iterdir() if path.name != DATABASE_FILE)
    for name in (*names, DATABASE_FILE):
        (whole / name).rename(data / name)
        flush_to_disk(data)
