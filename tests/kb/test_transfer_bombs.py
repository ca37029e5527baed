"""Files made to fill a memory or a day: each is refused, says why, and is never unfolded as a whole."""

from __future__ import annotations

import random
import struct
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from kb.transfer.importer import find_sources
from kb.transfer.read_csv import MAX_ROW_CHARACTERS
from kb.transfer.read_xlsx import bound_rows
from kb.transfer.readers import get_reader
from kb.transfer.source import RowFault, SourceRow, UnusableFile
from kb.transfer.workbook_parts import CHUNK_BYTES, ENTRY, PartLimits, check_parts

SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
START = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
NAMES = b'<row r="1"><c t="str"><v>id</v></c></row>'
ODD_PIECES = (
    b"",
    b"<",
    b">",
    b"</row>",
    b"\xff",
    b"\x00",
    b"&#0;",
    b"99999999999999999999",
    b't="s"',
    b't="d"',
    b"NaN",
)
DOCUMENT_TYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


def read(path: Path) -> list[SourceRow | RowFault]:
    return list(get_reader(path)(path))


def write_workbook(path: Path, changed: Mapping[str, bytes]) -> Path:
    """Write an ordinary workbook with some parts changed, or more of them."""
    workbook = openpyxl.Workbook()
    workbook.active.append(["id"])
    workbook.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | dict(changed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def write_sheet(path: Path, rows: bytes) -> Path:
    return write_workbook(path, {SHEET: START + rows + END})


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/media/image1.png"])
def test_part_that_unpacks_to_too_much_is_refused(tmp_path: Path, part: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {part: bytes(5_000_001)})
    assert path.stat().st_size < 100_000
    with pytest.raises(UnusableFile, match="unpacks to more than 5,000,000 bytes"):
        check_parts(path, PartLimits(unpacked_bytes=5_000_000))


def test_parts_that_unpack_to_too_much_together_are_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {f"x/{number}": bytes(1_000_000) for number in range(5)})
    with pytest.raises(UnusableFile, match="unpacks to more than 5,000,000 bytes"):
        check_parts(path, PartLimits(unpacked_bytes=5_000_000))


@pytest.mark.parametrize(("part", "most"), [(SHEET, 5_000), (STRINGS, 5_000), (STYLES, 1_000)])
def test_part_of_nothing_but_tags_is_refused(tmp_path: Path, part: str, most: int) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {part: b"<a/>" * (most + 1)})
    with pytest.raises(UnusableFile, match=f"more than {most:,} tags"):
        check_parts(path, PartLimits(tags=5_000, tags_read_whole=1_000))


def test_what_is_looked_through_is_what_is_read(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="more than 400,000 tags"):
        read(write_workbook(tmp_path / "a.xlsx", {STYLES: b"<a/>" * 400_001}))


@pytest.mark.parametrize(
    "part", [SHEET, STRINGS, STYLES, "[Content_Types].xml", "xl/workbook.xml", "docProps/core.xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_document_type_is_refused_before_its_entities_unfold(tmp_path: Path, part: str, encoding: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {part: (" " * 100 + DOCUMENT_TYPE).encode(encoding)})
    with pytest.raises(UnusableFile, match="document type"):
        read(path)


def test_document_type_across_two_pieces_is_seen(tmp_path: Path) -> None:
    blanks = b" " * (CHUNK_BYTES - 5)
    with pytest.raises(UnusableFile, match="document type"):
        read(write_workbook(tmp_path / "a.xlsx", {SHEET: blanks + DOCUMENT_TYPE.encode()}))


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {f"x/{number}": b"" for number in range(100)})
    with pytest.raises(UnusableFile, match="more than 100 parts"):
        check_parts(path, PartLimits(parts=100))


def test_archives_within_and_names_that_lead_outside_are_never_unpacked(tmp_path: Path) -> None:
    inner = write_sheet(tmp_path / "inner.xlsx", NAMES).read_bytes()
    (tmp_path / "deep").mkdir()
    outside = {"../evil.txt": b"x", "/tmp/evil.txt": b"x", "xl/../../evil.txt": b"x", "inner.zip": inner}
    path = write_workbook(tmp_path / "deep" / "a.xlsx", {SHEET: START + NAMES + END} | outside)
    assert read(path) == []
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a.xlsx", "deep", "inner.xlsx"]


def test_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "a.xlsx", NAMES * 10_000)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    while (place := content.find(struct.pack("<L", size))) >= 0:
        content[place : place + 4] = struct.pack("<L", 100)
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match="not a readable Excel workbook"):
        read(path)


@pytest.mark.parametrize(("offset", "value"), [(8, 1), (10, 99)], ids=["encrypted", "unknown packing"])
def test_part_that_cannot_be_unpacked_is_refused(tmp_path: Path, offset: int, value: int) -> None:
    path = write_sheet(tmp_path / "a.xlsx", NAMES)
    content = bytearray(path.read_bytes())
    place = -1
    while (place := content.find(ENTRY, place + 1)) >= 0:
        content[place + offset] = value
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match="not a readable Excel workbook"):
        read(path)


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="2"><c t="s"><v>99999</v></c></row>',
        b'<row r="2"><c t="n"><v>ten</v></c></row>',
        b'<row r="2"><c s="9999"><v>1</v></c></row>',
        b'<row r="two"><c><v>1</v></c></row>',
        b'<row r="2"><c r="!!"><v>1</v></c></row>',
        b'<row r="2"><c r="AAAA2"><v>1</v></c></row>',
        b'<row r="2"><c><v>1</v></row>',
        b'<row r="2"><c t="str"><v>&undefined;</v></c></row>',
        b'<row r="2"><c t="str"><v>\xff\xfe</v></c></row>',
        b'<row r="2"><c t="d"><v>yesterday</v></c></row>',
    ],
)
def test_broken_sheet_is_refused_or_read_and_never_a_crash(tmp_path: Path, rows: bytes) -> None:
    path = write_sheet(tmp_path / "a.xlsx", NAMES + rows)
    with suppress(UnusableFile):
        read(path)


def test_workbook_that_is_changed_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    path, chance = write_sheet(tmp_path / "a.xlsx", NAMES * 20), random.Random(7)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    refused = 0
    for _ in range(200):
        name = chance.choice(list(parts))
        changed = bytearray(parts[name])
        place = chance.randrange(len(changed))
        changed[place : place + chance.randint(1, 20)] = chance.choice(ODD_PIECES)
        with zipfile.ZipFile(path, "w") as archive:
            for each, content in (parts | {name: bytes(changed)}).items():
                archive.writestr(each, content)
        try:
            read(path)
        except UnusableFile:
            refused += 1
    assert 0 < refused < 200


def test_row_with_a_number_far_below_ends_the_reading(tmp_path: Path) -> None:
    far = b'<row r="999999999999"><c t="str"><v>far</v></c></row>'
    assert read(write_sheet(tmp_path / "a.xlsx", NAMES + far)) == []


@pytest.mark.parametrize("rows", [[["1"]] * 101, [[None] * 1_001]], ids=["long", "wide"])
def test_sheets_beyond_the_limits_are_refused(rows: list[list[object]]) -> None:
    with pytest.raises(UnusableFile, match=r"a\.xlsx has more than 100 rows or 1,000 cells"):
        list(bound_rows(iter(rows), Path("a.xlsx"), most_rows=100, most_cells=1_000))


@pytest.mark.parametrize(
    ("start", "piece"),
    [("", "x"), ("", ","), ("", '"x",'), ('"', "x\n")],
    ids=["one cell", "commas", "cells", "quote left open"],
)
def test_csv_row_without_an_end_is_cut_off(tmp_path: Path, start: str, piece: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w") as file:
        file.write(f"id,body\n{start}")
        for _ in range(MAX_ROW_CHARACTERS // 1_000_000 + 1):
            file.write(piece * (1_000_000 // len(piece)))
    (fault,) = read(path)
    assert isinstance(fault, RowFault)
    assert "cannot be read" in fault.problem


def test_jsonl_line_without_an_end_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "' + "x" * 30_000_000 + '"}\n{"id": "2"}\n')
    fault, row = read(path)
    assert isinstance(fault, RowFault)
    assert fault.problem == "is longer than 10,000,000 characters"
    assert row == SourceRow(2, {"id": "2"})


@pytest.mark.parametrize(
    "content", ["[" * 1_000_000, '{"a":' * 1_000_000, "9" * 1_000_000, '{"id": ' + "9" * 5_000 + "}"]
)
def test_jsonl_that_nests_or_counts_without_end_is_a_fault(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    assert all(isinstance(row, RowFault) for row in read(path))


@pytest.mark.parametrize("front", ["a: &a [x]\nb: [*a, *a]", "[" * 100_000, "a: {" * 10_000, "? " * 10_000])
def test_front_matter_that_unfolds_or_nests_is_a_fault(tmp_path: Path, front: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\n{front}\n---\n# x\n")
    assert all(isinstance(row, RowFault) for row in read(path))


def test_links_that_lead_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "folder"
    for each in (secret, folder):
        each.mkdir()
        (each / "own.md").write_text("# own\n")
        (each / "own.csv").write_text("id,body\n1,x\n")
    (folder / "link.md").symlink_to(secret / "own.md")
    (folder / "link.csv").symlink_to(secret / "own.csv")
    (folder / "linked").symlink_to(secret)
    assert find_sources(folder) == [folder, folder / "own.csv"]
    assert [row.line for row in read(folder)] == ["own.md"]
