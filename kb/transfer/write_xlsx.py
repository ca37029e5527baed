"""Write Excel workbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES, TYPE_STRING

from kb.errors import InvalidInput
from kb.transfer.kinds import RecordKind
from kb.transfer.records import PlainRecord
from kb.transfer.tables import COLUMNS, Cell, make_rows

# Excel's own limit; openpyxl would cut the text silently.
MAX_CELL_CHARACTERS = 32_767
# What XML cannot hold or would change, and text that looks like the escape itself.
_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write_xlsx(path: Path, records: Iterator[PlainRecord], kind: RecordKind) -> int:
    """Write the records to one sheet; return how many. Raises `InvalidInput` for a text no cell can hold."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(kind.value)
    sheet.append(COLUMNS[kind])
    count = 0
    try:
        for cells in make_rows(records, COLUMNS[kind]):
            count += 1
            sheet.append([_make_cell(sheet, _escape(cell, cells[0])) for cell in cells])
    finally:
        # Also after a failure: only saving ends the sheet's own temporary file.
        workbook.save(path)
    return count


def _make_cell(sheet: Any, value: Cell) -> Any:
    if value not in ERROR_CODES:
        return value
    # An article about "#N/A" holds a text, not an error.
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = TYPE_STRING
    return cell


def _escape(cell: Cell, record_id: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    escaped = _TO_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", cell)
    if len(escaped) > MAX_CELL_CHARACTERS:
        raise InvalidInput(
            f"{record_id} holds a text of {len(escaped):,} characters; an Excel cell takes {MAX_CELL_CHARACTERS:,}. "
            "Export as csv or jsonl."
        )
    return escaped
