"""What a backup says about itself: where it is from, how many rows each table has, and the checksum of every file.

<backup>/manifest.json      this
<backup>/xianzhi.db         the database
<backup>/generations/…      the index, as far as it was published
<backup>/encoders/…         the encoders that were adapted to this shop
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.checksums import file_sha256
from kb.errors import XianzhiError

BACKUP_FORMAT = 1  # Raise when older backups can no longer be restored.
MANIFEST_FILE, DATABASE_FILE = "manifest.json", "xianzhi.db"


class BackupDamaged(XianzhiError):
    """A file of a backup is missing or is not what was written."""

    code = "backup_damaged"


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """`tables` maps a table to its rows, `files` the path of every other file to its SHA-256."""

    made_at: str
    schema: str | None
    tables: dict[str, int]
    files: dict[str, str]
    format: int = BACKUP_FORMAT


def write_manifest(folder: Path, manifest: BackupManifest) -> None:
    """Write the manifest, the last file of a backup, with a checksum of itself."""
    content = asdict(manifest)
    text = json.dumps({**content, "sha256": _hash_content(content)}, indent=1, ensure_ascii=False)
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> BackupManifest:
    """Read a backup's manifest; raises `BackupDamaged` where it cannot be read."""
    path = folder / MANIFEST_FILE
    try:
        content = dict(json.loads(path.read_text(encoding="utf-8")))
        if content.pop("sha256", None) != _hash_content(content):
            raise BackupDamaged(f"{path} is not what was written. Use another backup.")
        manifest = BackupManifest(**content)
    except (OSError, ValueError, TypeError) as error:
        raise BackupDamaged(f"{folder} is no backup: {MANIFEST_FILE} cannot be read. Use another one.") from error
    if manifest.format != BACKUP_FORMAT:
        raise BackupDamaged(f"{folder} was made by another version (format {manifest.format}). Restore it with that.")
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in manifest.files):
        raise BackupDamaged(f"{folder} names files outside itself. Use another backup.")
    return manifest


def verify_files(folder: Path, manifest: BackupManifest) -> None:
    """Compare every file that is named with its checksum; raises `BackupDamaged` at the first that differs."""
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file() or file_sha256(path) != expected:
            raise BackupDamaged(f"{path} is missing or damaged. Use another backup.")


def _hash_content(content: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
