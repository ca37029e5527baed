"""Read the first sheet of Excel workbooks; formulas are never evaluated."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kb.transfer.read_csv import check_columns, make_row
from kb.transfer.source import RowFault, SourceRow, UnusableFile

MAX_UNCOMPRESSED_BYTES = 500_000_000
MAX_COMPRESSION_RATIO = 200
# Small parts of an ordinary workbook compress beyond any ratio; they cannot fill a memory.
MIN_BOMB_BYTES = 10_000_000
# ECMA-376 part 1, 22.9.2.19: how a workbook writes characters that XML cannot hold.
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
# A sheet that says it has a million empty rows behind its last one is common; this many end the reading.
MAX_BLANK_ROWS = 10_000
# Types of cells as openpyxl names them.
ERROR = "e"
FORMULA = "f"
NO_RESULT = "n"


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that has no value to take: what it holds instead, and what to do about it."""

    problem: str
    remedy: str


def read_xlsx(path: Path) -> Iterator[SourceRow | RowFault]:
    """Yield the rows of the first sheet; the first row that is not blank names the columns."""
    _refuse_bomb(path)
    try:
        with warnings.catch_warnings():
            # Styles and extensions that openpyxl does not know say nothing about the cells.
            warnings.simplefilter("ignore", UserWarning)
            results = openpyxl.load_workbook(path, read_only=True, data_only=True)
            # Read beside it: the results alone do not tell a formula without one from an empty cell.
            formulas = openpyxl.load_workbook(path, read_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        raise _make_error(path) from error
    try:
        yield from _read_rows(_pair_cells(results, formulas), path)
    finally:
        results.close()
        formulas.close()


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise _make_error(path) from error
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if ratio > MAX_COMPRESSION_RATIO and part.file_size > MIN_BOMB_BYTES:
            raise _make_size_error(path)
    if sum(part.file_size for part in parts) > MAX_UNCOMPRESSED_BYTES:
        raise _make_size_error(path)


def _pair_cells(results: Any, formulas: Any) -> Iterator[list[object]]:
    """Yield the values of each row of the first sheet; a cell without a usable one is a `BadCell`."""
    sheets = [workbook.worksheets[0] for workbook in (results, formulas)]
    for sheet in sheets:
        # A sheet may declare a size that is not its own; what is really there counts.
        sheet.reset_dimensions()
    for cells in zip(*(sheet.iter_rows() for sheet in sheets), strict=True):
        yield [_take_value(*pair) for pair in zip(*cells, strict=True)]


def _take_value(result: Any, formula: Any) -> object:
    if result.data_type == ERROR:
        return BadCell(f"holds the error {result.value}", "Correct the formula, or write the value itself.")
    # A formula whose result is an empty text says so by its type.
    if result.value is None and formula.data_type == FORMULA and result.data_type == NO_RESULT:
        return BadCell(
            "holds a formula without its result", "Open and save the file in a spreadsheet program, then import it."
        )
    return _unescape(result.value)


def _read_rows(rows: Iterator[list[object]], path: Path) -> Iterator[SourceRow | RowFault]:
    columns: list[str] | None = None
    blank_rows = 0
    for line, values in enumerate(rows, start=1):
        if all(value is None for value in values):
            blank_rows += 1
            if blank_rows > MAX_BLANK_ROWS:
                return
            continue
        blank_rows = 0
        if columns is None:
            if bad := next((value for value in values if isinstance(value, BadCell)), None):
                raise UnusableFile(f"{path.name}: a column's name {bad.problem}. {bad.remedy}")
            columns = check_columns(_strip_blank_end(values), path.name)
            continue
        row = _find_bad_cell(line, columns, values) or make_row(line, columns, values)
        if row is not None:
            yield row


def _find_bad_cell(line: int, columns: list[str], values: list[object]) -> RowFault | None:
    for name, value in zip(columns, values, strict=False):
        if name and isinstance(value, BadCell):
            return RowFault(line, name, value.problem, value.remedy)
    return None


def _strip_blank_end(values: list[object]) -> list[object]:
    while values and values[-1] is None:
        values.pop()
    return values


def _unescape(cell: object) -> object:
    if not isinstance(cell, str) or "_x" not in cell:
        return cell
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), cell)


def _make_error(path: Path) -> UnusableFile:
    return UnusableFile(f"{path.name} is not a readable Excel workbook. Save it again as .xlsx, or as CSV.")


def _make_size_error(path: Path) -> UnusableFile:
    return UnusableFile(
        f"{path.name} unpacks to more than {MAX_UNCOMPRESSED_BYTES // 1_000_000} MB or {MAX_COMPRESSION_RATIO} "
        "times its size. Save the rows as CSV and import that."
    )
