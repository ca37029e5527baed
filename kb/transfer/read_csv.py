"""Read CSV files: comma, semicolon or tab, in any of the usual encodings."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TextIO

from kb.transfer.encoding import find_encoding
from kb.transfer.formulas import unprotect
from kb.transfer.source import MAX_COLUMNS, RowFault, SourceRow, UnusableFile, find_fault

DELIMITERS = (",", ";", "\t")
SAMPLE_CHARACTERS = 65_536
# A quote that is never closed swallows the rest of the file: stop before it fills the memory.
MAX_FIELD_CHARACTERS = 10_000_000
# A row without an end would be held as a whole before it is looked at; so much is a hundred full cells.
MAX_ROW_CHARACTERS = 20_000_000
TOO_LONG = f"a row is longer than {MAX_ROW_CHARACTERS:,} characters"
STRAY_QUOTE = "Write a quotation mark inside a quoted cell twice, and close every quoted cell."


def read_csv(path: Path) -> Iterator[SourceRow | RowFault]:
    """Yield the rows of a CSV file; the first row that is not blank names the columns."""
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    with path.open(encoding=find_encoding(path), newline="") as file:
        delimiter = _find_delimiter(file.read(SAMPLE_CHARACTERS))
        file.seek(0)
        yield from _read_rows(file, path.name, delimiter)


def make_row(line: int, columns: Sequence[str], cells: Sequence[object]) -> SourceRow | RowFault | None:
    """Return the row that these cells make; None where all are blank."""
    if any(not _is_blank(cell) for cell in cells[len(columns) :]):
        problem = f"has {len(cells)} cells, but there are {len(columns)} columns"
        return RowFault(line, None, problem, "Put cells that contain the separator in quotation marks.")
    values = {
        name: unprotect(cell) if isinstance(cell, str) else cell
        for name, cell in zip(columns, cells, strict=False)
        if name and not _is_blank(cell)
    }
    if not values:
        return None
    row = SourceRow(line, values)
    return find_fault(row) or row


def check_columns(cells: Sequence[object], file_name: str) -> list[str]:
    """Return the columns' names; raises `UnusableFile` where they cannot be told apart."""
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    if len(names) > MAX_COLUMNS:
        raise UnusableFile(f"{file_name} has {len(names)} columns; the limit is {MAX_COLUMNS}. Remove the others.")
    for name in names:
        if name and names.count(name) > 1:
            raise UnusableFile(f"{file_name} has two columns named {name[:60]!r}. Rename or remove one of them.")
    return names


@dataclass(slots=True)
class _BoundedLines:
    """The lines of a file; raises `csv.Error` where those of one row hold too much."""

    file: TextIO
    left: int = MAX_ROW_CHARACTERS

    def __iter__(self) -> Iterator[str]:
        while line := self.file.readline(self.left + 1):
            self.left -= len(line)
            if self.left < 0:
                raise csv.Error(TOO_LONG)
            yield line


def _read_rows(file: TextIO, file_name: str, delimiter: str) -> Iterator[SourceRow | RowFault]:
    lines = _BoundedLines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    while True:
        line, lines.left = reader.line_num + 1, MAX_ROW_CHARACTERS
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowFault(line, None, f"cannot be read: {error}", STRAY_QUOTE)
            if columns is None or str(error) == TOO_LONG or "field larger" in str(error):
                return  # Where the next row starts is anybody's guess.
            continue
        if columns is None:
            columns = check_columns(cells, file_name) if any(cells) else None
            continue
        row = make_row(line, columns, cells)
        if row is not None:
            yield row


def _find_delimiter(sample: str) -> str:
    """Return the delimiter that cuts the first row into the most cells."""

    def count_cells(delimiter: str) -> int:
        rows = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
        return next((len(row) for row in rows if any(row)), 0)

    try:
        return max(DELIMITERS, key=count_cells)
    except csv.Error:
        return DELIMITERS[0]


def _is_blank(cell: object) -> bool:
    return cell is None or cell == ""
