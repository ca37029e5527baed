"""Make a backup while serving: written aside, verified, and then there whole, or not at all."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from kb.backup.copying import OnProgress, copy_database
from kb.backup.manifest import DATABASE_FILE, BackupManifest, verify_files, write_manifest
from kb.checksums import checksum_files
from kb.database import Database
from kb.errors import InvalidInput
from kb.folders import flush_to_disk, publish_folder
from kb.settings import Settings

ARCHIVE_SUFFIX = ".tar"
OWN = 0o700  # Customers' data is in it: nobody else may read it.
SCRATCH_SIGN = "."  # What begins with it is being written, or a lock.


class TargetTaken(InvalidInput):
    """Something is there already under the name that the backup was to have."""

    code = "target_taken"


def make_backup(
    database: Database, settings: Settings, target: Path, *, now: datetime, on_progress: OnProgress
) -> BackupManifest:
    """Write a backup into a new folder, or a new file where the name ends in `.tar`.

    Raises `TargetTaken` where something is there, `BackupUnsupported` for a database that is no file.
    """
    if target.exists():
        raise TargetTaken(f"{target} is already there. Name a folder or a {ARCHIVE_SUFFIX} file that is not.")
    if target.suffix != ARCHIVE_SUFFIX:
        return _fill_folder(database, settings, target, now=now, on_progress=on_progress)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        folder, archive = Path(scratch) / "backup", Path(scratch) / target.name
        manifest = _fill_folder(database, settings, folder, now=now, on_progress=on_progress)
        with tarfile.open(archive, "w") as tar:
            tar.add(folder, arcname=".")
        archive.chmod(OWN & 0o666)
        flush_to_disk(archive)
        archive.rename(target)
    flush_to_disk(target.parent)
    return manifest


def _fill_folder(
    database: Database, settings: Settings, target: Path, *, now: datetime, on_progress: OnProgress
) -> BackupManifest:
    with publish_folder(target, mode=OWN) as scratch:
        # Before the database: a generation must never be of a later state than the database it is restored with.
        companions = list(_list_companions(settings))
        for number, folder in enumerate(companions):
            on_progress("index and encoders", number, len(companions))
            _copy_companion(folder, scratch / folder.relative_to(settings.data_dir))
        contents = copy_database(database, scratch / DATABASE_FILE, on_progress=on_progress)
        manifest = BackupManifest(now.isoformat(), contents.schema, contents.tables, checksum_files(scratch))
        write_manifest(scratch, manifest)
        on_progress("verify", 0, 1)
        verify_files(scratch, manifest)
        on_progress("verify", 1, 1)
    return manifest


def _list_companions(settings: Settings) -> Iterator[Path]:
    """Yield what lies beside the database and is published: generations, adapted encoders, and what names them."""
    for parent in (settings.generations_dir, settings.encoders_dir):
        for path in sorted(parent.iterdir()) if parent.is_dir() else ():
            if not path.name.startswith((SCRATCH_SIGN, "damaged-")):
                yield path


def _copy_companion(source: Path, target: Path) -> None:
    """Copy a folder or file; one that somebody prunes meanwhile is left out whole: a later one has taken its place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)
    except (FileNotFoundError, shutil.Error):
        if source.exists():
            raise
        shutil.rmtree(target, ignore_errors=True)
