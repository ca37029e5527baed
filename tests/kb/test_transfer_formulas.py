"""No cell of any export is run by a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from kb.transfer.formulas import FORMULA_STARTS
from kb.transfer.kinds import RecordKind
from kb.transfer.tables import COLUMNS
from kb.transfer.write_csv import write_csv
from kb.transfer.write_xlsx import write_xlsx

DANGEROUS = [
    '=HYPERLINK("http://x.example","x")',
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
]
EXPORTED = list(COLUMNS)


def make_record(kind: RecordKind, text: str, *, in_list: bool) -> dict[str, object]:
    """Return a record that holds the text wherever one can stand."""
    record: dict[str, object] = {}
    for name in COLUMNS[kind]:
        *outer, last = name.split(".")
        inner = record
        for part in outer:
            inner = inner.setdefault(part, {})  # type: ignore[assignment]
        inner[last] = [text] if in_list else text
    return record


@pytest.mark.parametrize("in_list", [False, True], ids=["text", "list"])
@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("kind", EXPORTED)
def test_no_cell_of_a_csv_export_starts_as_a_formula(
    tmp_path: Path, kind: RecordKind, text: str, in_list: bool
) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, iter([make_record(kind, text, in_list=in_list)]), kind)
    with path.open(encoding="utf-8-sig", newline="") as file:
        _names, cells = csv.reader(file)
    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS)] == []
    assert any(cell == "'" + text for cell in cells) or in_list


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("kind", EXPORTED)
def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path, kind: RecordKind, text: str) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(path, iter([make_record(kind, text, in_list=False)]), kind)
    workbook = openpyxl.load_workbook(path)
    cells = [cell for row in workbook.worksheets[0].iter_rows() for cell in row]
    workbook.close()
    assert [cell.value for cell in cells if cell.data_type == "f" or str(cell.value).startswith(FORMULA_STARTS)] == []
