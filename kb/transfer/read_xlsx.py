"""Read the first sheet of Excel workbooks; formulas are never evaluated."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kb.transfer.read_csv import check_columns, make_row
from kb.transfer.source import RowFault, SourceRow, UnusableFile
from kb.transfer.workbook_parts import REMEDY, check_parts, make_unreadable

# Excel's own; a row's number may say anything, and all before it are then read as empty.
MAX_ROWS = 1_048_576
# Empty ones too, which cost nothing in the file: a row with one cell in its last column has 16,384.
MAX_CELLS = 10_000_000
# What openpyxl raises over a part that is not what its name says.
UNREADABLE = (
    InvalidFileException,
    zipfile.BadZipFile,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    SyntaxError,
    RecursionError,
    OSError,
)
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
    check_parts(path)
    # Opened here: over a broken workbook openpyxl leaves its own files open.
    with path.open("rb") as file, path.open("rb") as same_file:
        try:
            with warnings.catch_warnings():
                # Styles and extensions that openpyxl does not know say nothing about the cells.
                warnings.simplefilter("ignore", UserWarning)
                results = openpyxl.load_workbook(file, read_only=True, data_only=True)
                # Read beside it: the results alone do not tell a formula without one from an empty cell.
                formulas = openpyxl.load_workbook(same_file, read_only=True)
        except UNREADABLE as error:
            raise make_unreadable(path) from error
        yield from _read_rows(bound_rows(_pair_cells(results, formulas), path), path)


def bound_rows(
    rows: Iterator[list[object]], path: Path, *, most_rows: int = MAX_ROWS, most_cells: int = MAX_CELLS
) -> Iterator[list[object]]:
    """Yield the rows; raises `UnusableFile` where there are too many, or one cannot be read."""
    cells = 0
    for number in count(1):
        try:
            row = next(rows, None)
        except UNREADABLE as error:
            raise make_unreadable(path) from error
        if row is None:
            return
        cells += len(row)
        if number > most_rows or cells > most_cells:
            raise UnusableFile(f"{path.name} has more than {most_rows:,} rows or {most_cells:,} cells. {REMEDY}")
        yield row


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
