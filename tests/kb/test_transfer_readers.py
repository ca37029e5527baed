"""Reading CSV, JSONL, XLSX and Markdown as people and their programs write them."""

from __future__ import annotations

import codecs
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.transfer.encoding import CHUNK_BYTES, find_encoding
from kb.transfer.formulas import FORMULA_STARTS, protect, unprotect
from kb.transfer.readers import get_reader
from kb.transfer.source import RowFault, SourceRow, UnusableFile

TABLE = "编号,标题,正文\nA1,退货,七天\n"


def _read(path: Path) -> list[SourceRow | RowFault]:
    return list(get_reader(path)(path))


def _write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _get_faults(path: Path) -> list[RowFault]:
    return [row for row in _read(path) if isinstance(row, RowFault)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_a_table_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = _write(tmp_path / "a.csv", TABLE.encode(encoding))
    assert _read(path) == [SourceRow(2, {"编号": "A1", "标题": "退货", "正文": "七天"})]


def test_big_endian_utf_16_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"))
    assert len(_read(path)) == 1


def test_bytes_in_no_encoding_are_named(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", b"id,title\n1,\xff\xff\n")
    with pytest.raises(UnusableFile, match=r"byte 11 is not valid UTF-8 and byte 11 not valid GB18030"):
        _read(path)


def test_a_bad_byte_far_into_the_file_is_named_exactly(tmp_path: Path) -> None:
    # The character before the boundary is cut through by it: its bytes are held back.
    start = b"a" * (CHUNK_BYTES - 1) + "中".encode()
    path = _write(tmp_path / "a.csv", codecs.BOM_UTF8 + start + b"\xff")
    with pytest.raises(UnusableFile, match=f"byte {len(start) + 3} is not valid"):
        find_encoding(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_from_the_header(tmp_path: Path, delimiter: str) -> None:
    path = _write(tmp_path / "a.csv", TABLE.replace(",", delimiter))
    assert _read(path) == [SourceRow(2, {"编号": "A1", "标题": "退货", "正文": "七天"})]


def test_rows_with_quoted_newlines_name_their_first_line(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", 'id,body\n1,"a\r\nb"\n\n2,c\n')
    assert _read(path) == [
        SourceRow(2, {"id": "1", "body": "a\r\nb"}),
        SourceRow(5, {"id": "2", "body": "c"}),
    ]


def test_a_row_with_too_many_cells_is_a_fault_and_the_next_is_read(tmp_path: Path) -> None:
    fault, row = _read(_write(tmp_path / "a.csv", "id,body\n1,a,b\n2,c\n"))
    assert isinstance(fault, RowFault)
    assert (fault.line, fault.problem) == (2, "has 3 cells, but there are 2 columns")
    assert row == SourceRow(3, {"id": "2", "body": "c"})


def test_a_nul_is_a_fault_of_its_row(tmp_path: Path) -> None:
    fault, row = _read(_write(tmp_path / "a.csv", b"id,body\n1,a\x00b\n2,c\n"))
    assert isinstance(fault, RowFault)
    assert (fault.line, fault.field, fault.problem) == (2, "body", "holds a NUL character")
    assert isinstance(row, SourceRow)


def test_a_huge_cell_is_a_fault_of_its_row(tmp_path: Path) -> None:
    fault, row = _read(_write(tmp_path / "a.csv", f"id,body\n1,{'x' * 200_001}\n2,c\n"))
    assert isinstance(fault, RowFault)
    assert "200,001 characters" in fault.problem
    assert isinstance(row, SourceRow)


def test_a_quote_that_is_never_closed_is_a_fault(tmp_path: Path) -> None:
    rows = _read(_write(tmp_path / "a.csv", 'id,body\n1,a\n2,"b\n3,c\n'))
    assert rows[0] == SourceRow(2, {"id": "1", "body": "a"})
    assert [row.line for row in rows[1:] if isinstance(row, RowFault)] == [3]


def test_two_columns_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="two columns named 'id'"):
        _read(_write(tmp_path / "a.csv", "id,id\n1,2\n"))


def test_more_columns_than_the_limit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="201 columns"):
        _read(_write(tmp_path / "a.csv", ",".join(f"c{n}" for n in range(201)) + "\n"))


@pytest.mark.parametrize("content", ["", "\n\n", "id,title\n"])
def test_a_table_without_rows_yields_none(tmp_path: Path, content: str) -> None:
    assert _read(_write(tmp_path / "a.csv", content)) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": NaN}', "NaN is not a number"),
        ('{"id": 1e999}', "1e999 is too large"),
        ('{"id": ', "is not valid JSON"),
        ("[1]", "is not a JSON object"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"id": "' + "x" * 200_001 + '"}', "200,001 characters"),
        ('{"id": "a\\u0000"}', "holds a NUL character"),
        ('{"id": "' + "x" * 10_000_000 + '"}', "longer than 10,000,000 characters"),
    ],
    ids=["nan", "infinite", "cut", "array", "deep", "huge", "nul", "endless"],
)
def test_a_line_that_is_no_record_is_a_fault_and_the_next_is_read(tmp_path: Path, line: str, problem: str) -> None:
    fault, row = _read(_write(tmp_path / "a.jsonl", f'{line}\n{{"id": "2"}}\n'))
    assert isinstance(fault, RowFault)
    assert problem in fault.problem
    assert row == SourceRow(2, {"id": "2"})


def test_the_last_of_two_equal_names_counts_in_json(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", '\n{"id": "1", "id": "2", "none": null}\r\n')
    assert _read(path) == [SourceRow(2, {"id": "2"})]


def _save_workbook(path: Path, rows: list[list[object]]) -> Path:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    workbook.close()
    return path


def test_a_sheet_keeps_the_types_of_its_cells(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 1, 8, 30)
    path = _save_workbook(tmp_path / "a.xlsx", [["编号", "生效时间"], [None, None], [1042.0, moment]])
    assert _read(path) == [SourceRow(3, {"编号": 1042, "生效时间": moment})]


def _write_sheet(path: Path, *rows: str) -> Path:
    """Write a workbook whose rows are the sheet's own XML: openpyxl stores no results of formulas."""
    _save_workbook(path, [["replaced"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    lines = "".join(f'<row r="{number}">{cells}</row>' for number, cells in enumerate(rows, start=1))
    parts["xl/worksheets/sheet1.xml"] = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{lines}</sheetData></worksheet>"
    ).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


HEADER = '<c t="str"><v>id</v></c><c t="str"><v>body</v></c>'
ID = '<c t="str"><v>1</v></c>'


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ('<c t="e"><v>#N/A</v></c>', "holds the error #N/A"),
        ('<c t="e"><f>A1/0</f><v>#DIV/0!</v></c>', "holds the error #DIV/0!"),
        ("<c><f>A1&amp;A1</f></c>", "holds a formula without its result"),
        ("<c><f>A1&amp;A1</f><v></v></c>", "holds a formula without its result"),
    ],
)
def test_a_cell_without_a_value_to_take_is_a_fault_of_its_field(tmp_path: Path, cell: str, problem: str) -> None:
    path = _write_sheet(tmp_path / "a.xlsx", HEADER, ID + cell, ID)
    fault, row = _read(path)
    assert isinstance(fault, RowFault)
    assert (fault.line, fault.field, fault.problem) == (2, "body", problem)
    assert row == SourceRow(3, {"id": "1"})


def test_the_stored_result_of_a_formula_is_read(tmp_path: Path) -> None:
    results = ('<c t="str"><f>A1</f><v>x</v></c>', '<c t="str"><f>A1</f><v></v></c>', "<c><f>1+1</f><v>2</v></c>")
    path = _write_sheet(tmp_path / "a.xlsx", HEADER, *(ID + result for result in results))
    assert _read(path) == [
        SourceRow(2, {"id": "1", "body": "x"}),
        SourceRow(3, {"id": "1"}),
        SourceRow(4, {"id": "1", "body": 2}),
    ]


def test_a_column_named_by_a_formula_without_a_result_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="a column's name holds a formula without its result"):
        _read(_write_sheet(tmp_path / "a.xlsx", '<c t="str"><v>id</v></c><c><f>A1</f></c>', ID))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"no archive"])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnusableFile, match="not a readable Excel workbook"):
        _read(_write(tmp_path / "a.xlsx", content))


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(UnusableFile, match="not a readable Excel workbook"):
        _read(path)


def test_markdown_takes_its_id_from_the_path_and_its_title_from_the_heading(tmp_path: Path) -> None:
    (tmp_path / "售后").mkdir()
    _write(tmp_path / "售后" / "退 货.md", "# 七天退货\n签收后七天。\n")
    _write(tmp_path / "README.md", "# about\n")
    _write(tmp_path / ".hidden.md", "# hidden\n")
    row = SourceRow("售后/退 货.md", {"id": "售后-退-货", "title": "七天退货", "body": "# 七天退货\n签收后七天。\n"})
    assert _read(tmp_path) == [row]


def test_front_matter_is_plain_data(tmp_path: Path) -> None:
    _write(tmp_path / "a.md", "---\n编号: 007\n标题: no\n生效时间: 2026-11-01\n版本: 2\n---\n正文")
    (row,) = _read(tmp_path)
    values = {"编号": "007", "标题": "no", "生效时间": "2026-11-01", "版本": 2, "body": "正文"}
    assert row == SourceRow("a.md", values)


def test_front_matter_may_hold_what_customers_read(tmp_path: Path) -> None:
    _write(tmp_path / "a.md", "---\n对客说明: |\n  七天内可以退。\n  - 不影响二次销售\n---\n先查库存。")
    (row,) = _read(tmp_path)
    assert isinstance(row, SourceRow)
    assert row.values["对客说明"] == "七天内可以退。\n- 不影响二次销售\n"
    assert row.values["body"] == "先查库存。"


@pytest.mark.parametrize(
    "front",
    ["a: &x [1]\nb: *x", "a: [", "- 1", "a: !!python/object:os.system {}", "[" * 5_000],
    ids=["alias", "open", "list", "object", "deep"],
)
def test_front_matter_that_cannot_be_used_is_a_fault(tmp_path: Path, front: str) -> None:
    _write(tmp_path / "a.md", f"---\n{front}\n---\n")
    (fault,) = _get_faults(tmp_path)
    assert (fault.line, fault.field) == ("a.md", "front matter")


def test_front_matter_without_an_end_is_a_fault(tmp_path: Path) -> None:
    _write(tmp_path / "a.md", "---\ntitle: x\n")
    (fault,) = _get_faults(tmp_path)
    assert "no second line" in fault.problem


def test_version_ten_is_read_after_version_two(tmp_path: Path) -> None:
    for number in (10, 2):
        _write(tmp_path / f"a.v{number}.md", "x")
    assert [row.line for row in _read(tmp_path)] == ["a.v2.md", "a.v10.md"]


def test_a_file_of_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"\.csv, \.jsonl, \.xlsx, \.md"):
        get_reader(tmp_path / "a.pdf")


@given(st.text(alphabet="'=+-@\t\r\nab"))
def test_protection_is_taken_off_exactly(text: str) -> None:
    cell = protect(text)
    assert unprotect(cell) == text
    assert not cell.startswith(FORMULA_STARTS)
