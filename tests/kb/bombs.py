"""`python -m tests.kb.bombs`: files made to fill a memory, and how much of it the process that reads each one takes."""

from __future__ import annotations

import os
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
from rich.console import Console
from rich.table import Table

from kb.transfer.readers import get_reader
from kb.transfer.source import RowFault, UnusableFile

MEGABYTE = 1_000_000
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
READ_MEGABYTES = 300  # Beyond this nobody comes to compare the checksum.
MOST_MEGABYTES = 2_000  # More than this is no bounded memory.


def write_packed(path: Path, part: str, piece: bytes, *, megabytes: int, start: bytes = b"") -> None:
    """Write a workbook with a part that unpacks to so much: one packed piece, again and again."""
    workbook = openpyxl.Workbook()
    workbook.save(path)
    full = piece * (MEGABYTE // len(piece))
    content = pack(start) + pack(full) * megabytes + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != part}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, kept in parts.items():
            archive.writestr(name, kept)
        archive.writestr(part, content)
        archive.getinfo(part).compress_type = zipfile.ZIP_DEFLATED  # In the directory, which readers go by.
        archive.getinfo(part).file_size = min(len(start) + len(full) * megabytes, 4_000 * MEGABYTE)
        archive.getinfo(part).CRC = sum_up(start, full, times=min(megabytes, READ_MEGABYTES))
        place = archive.getinfo(part).header_offset
    with path.open("r+b") as file:
        file.seek(place + 8)
        file.write(struct.pack("<H", zipfile.ZIP_DEFLATED))


def pack(piece: bytes) -> bytes:
    """Return a packed piece that others can follow."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)


def sum_up(start: bytes, piece: bytes, *, times: int) -> int:
    """Return the checksum of a start and so many pieces."""
    checksum = zlib.crc32(start)
    for _ in range(times):
        checksum = zlib.crc32(piece, checksum)
    return checksum


def write_text(path: Path, start: str, piece: str, *, megabytes: int) -> None:
    """Write a text file of so many megabytes."""
    with path.open("w", encoding="utf-8") as file:
        file.write(start)
        for _ in range(megabytes):
            file.write(piece * (MEGABYTE // len(piece)))


BOMBS: Mapping[str, Callable[[Path], None]] = {
    "sheet of 10 GB.xlsx": lambda path: write_packed(path, SHEET, b" ", megabytes=10_000),
    "strings of 10 GB.xlsx": lambda path: write_packed(path, STRINGS, b" ", megabytes=10_000),
    "sheet of 250 MB of tags.xlsx": lambda path: write_packed(path, SHEET, b"<a/>", megabytes=250),
    "styles of 250 MB of tags.xlsx": lambda path: write_packed(path, "xl/styles.xml", b"<a/>", megabytes=250),
    "sheet of tags within the limits.xlsx": lambda path: write_packed(
        path, SHEET, b"<a/>", megabytes=39, start=b"<worksheet><sheetData>"
    ),
    "one cell of 1 GB.csv": lambda path: write_text(path, "id,body\n", "x", megabytes=1_000),
    "one row of 1 GB of commas.csv": lambda path: write_text(path, "id,body\n", ",", megabytes=1_000),
    "quote left open for 1 GB.csv": lambda path: write_text(path, 'id,body\n"', "x\n", megabytes=1_000),
    "one line of 1 GB.jsonl": lambda path: write_text(path, '{"id": "', "x", megabytes=1_000),
}


def read_in_child(path: Path) -> tuple[str, float, float]:
    """Return what became of a file, the seconds it took, and the most megabytes that the process held."""
    began = time.monotonic()
    receiver, sender = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(sender, describe(path).encode()[:500])
        os._exit(0)
    os.close(sender)
    _pid, _status, usage = os.wait4(pid, 0)
    with os.fdopen(receiver) as said:
        return said.read() or "killed", time.monotonic() - began, usage.ru_maxrss / 1024


def describe(path: Path) -> str:
    """Read a file and say how it was refused."""
    try:
        rows = list(get_reader(path)(path))
    except UnusableFile as error:
        return error.message
    faults = [row.problem for row in rows if isinstance(row, RowFault)]
    return f"{len(rows) - len(faults)} rows; {faults[0] if faults else 'no fault'}"


def main() -> int:
    """Read every bomb, and return 1 where one took too much memory."""
    table = Table("file", "MB on disk", "seconds", "most MB held", "what was said")
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, write in BOMBS.items():
            path = Path(folder) / name
            write(path)
            said, seconds, megabytes = read_in_child(path)
            worst = max(worst, megabytes)
            size = path.stat().st_size / MEGABYTE
            table.add_row(name, f"{size:.1f}", f"{seconds:.1f}", f"{megabytes:.0f}", said.removeprefix(name))
            path.unlink()
    Console(width=160).print(table)
    return int(worst > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
