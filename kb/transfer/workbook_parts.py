"""Look through the parts of an Excel workbook before any is parsed: small files can unpack to more than a memory holds.

What a part says of its own size is not relied on: each is unpacked, piece by piece, and counted.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.transfer.source import UnusableFile

CHUNK_BYTES = 1 << 20
ENTRY = b"PK\x01\x02"  # What every part's line in an archive's directory begins with.
DOCUMENT_TYPE = b"<!DOCTYPE"
REMEDY = "Save the rows as CSV and import that."


@dataclass(frozen=True, slots=True)
class PartLimits:
    """How much a workbook may hold, unpacked."""

    parts: int = 10_000
    unpacked_bytes: int = 300_000_000
    # An element of a sheet costs some 70 bytes while it is read; a cell with a number has four tags.
    tags: int = 10_000_000
    # Styles, relations and properties become objects, and are read as a whole.
    tags_read_whole: int = 400_000


LIMITS = PartLimits()


def check_parts(path: Path, limits: PartLimits = LIMITS) -> None:
    """Raise `UnusableFile` where a workbook is none, or would take too much memory."""
    try:
        if _count_entries(path) > limits.parts:  # Before a list of them is made.
            raise UnusableFile(f"{path.name} has more than {limits.parts:,} parts. {REMEDY}")
        with zipfile.ZipFile(path) as archive:
            left = limits.unpacked_bytes
            for part in archive.infolist():
                left -= _check_part(archive, part, path, limits, left)
                if left < 0:
                    raise UnusableFile(f"{path.name} unpacks to more than {limits.unpacked_bytes:,} bytes. {REMEDY}")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise make_unreadable(path) from error


def make_unreadable(path: Path) -> UnusableFile:
    """Return the error of a file that is no workbook, or a broken one."""
    return UnusableFile(f"{path.name} is not a readable Excel workbook. Save it again as .xlsx, or as CSV.")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path, limits: PartLimits, most: int) -> int:
    """Return how many bytes a part unpacks to, and at least one more than `most` where it is more."""
    is_read_whole = part.filename.endswith((".xml", ".rels")) and not _is_table(part.filename)
    most_tags = limits.tags_read_whole if is_read_whole else limits.tags
    size = tags = 0
    end = b""
    for chunk in _unpack(archive, part):
        size += len(chunk)
        tags += chunk.count(b"<")
        if size > most:
            break
        if tags > most_tags:
            raise UnusableFile(f"{path.name} has more than {most_tags:,} tags in {part.filename[:60]!r}. {REMEDY}")
        # In whatever encoding: those of two bytes a character have zeros between.
        plain = (end + chunk).replace(b"\0", b"")
        if DOCUMENT_TYPE in plain:  # Its entities unfold; no spreadsheet program writes one.
            raise UnusableFile(f"{path.name} holds a document type, which no workbook has. {REMEDY}")
        end = plain[-len(DOCUMENT_TYPE) :]
    return size


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as content:
        while chunk := content.read(CHUNK_BYTES):
            yield chunk


def _is_table(name: str) -> bool:
    return name.startswith("xl/worksheets/") or "sharedStrings" in name


def _count_entries(path: Path) -> int:
    count, end = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            count += (end + chunk).count(ENTRY)
            end = chunk[-len(ENTRY) + 1 :]
    return count
