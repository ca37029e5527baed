"""Importing and exporting rules of synonyms, in every format that holds them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from kb.database import Database
from kb.synonyms.models import Synonym, fold_term
from kb.synonyms.service import list_synonyms, save_synonym
from kb.transfer.exporter import ExportFormat, export_path
from kb.transfer.importer import import_path
from kb.transfer.kinds import RecordKind, guess_row_kind

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 15, 10, 0, tzinfo=ZONE)
SAMPLE = Path(__file__).parents[3] / "data" / "sample" / "synonyms.jsonl"
FEE = Synonym(id="fee", terms=("运费", "邮费", "快递费"))
SLIP = Synonym(id="slip", terms=("单子",), means=("订单",), note="口语")
run = partial(import_path, zone=ZONE, now=NOW)

# Beginnings that a spreadsheet takes for a formula, a number or an array.
_TERM = st.text(st.sampled_from("=+-@'[]{}\":/# 0１运费aB🙂"), max_size=8).map(lambda text: f"{text}邮费")
_SYNONYMS = st.builds(
    lambda terms, means, note: Synonym(
        id="x", terms=tuple(terms), means=tuple(f"{term}订单" for term in means), note=note
    ),
    st.lists(
        _TERM,
        min_size=2,
        max_size=4,
        unique_by=fold_term,
    ),
    st.lists(_TERM, max_size=3),
    st.none() | st.text(st.sampled_from("=' \n|运a"), max_size=6),
)


def read_all(database: Database) -> list[Synonym]:
    with database.read() as session:
        return list_synonyms(session)


def test_chinese_columns_of_a_csv_file_are_read(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "同义词.csv"
    path.write_text("编号,同义词,标准词,备注\nfee,运费|邮费；快递费,,\nslip,单子,订单,口语\n", encoding="utf-8")
    report = run(database, path)
    assert (report.added, report.refused, report.warnings) == (2, 0, ())
    assert read_all(database) == [FEE, SLIP]
    assert run(database, path).unchanged == 2


def test_sheet_is_read(database: Database, tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (
        ["id", "terms", "means", "note"],
        ["fee", "运费\n邮费\n快递费", None, None],
        ["slip", "单子", "订单", "口语"],
    ):
        book.active.append(row)
    book.save(tmp_path / "synonyms.xlsx")
    assert run(database, tmp_path / "synonyms.xlsx").added == 2
    assert read_all(database) == [FEE, SLIP]


@pytest.mark.parametrize(
    ("line", "field", "problem"),
    [
        ("x,单|订单,,", "同义词.0", "a term needs at least 2 letters"),
        ("x,运费、邮费,快递费,", "同义词.0", "one term holds 、"),
        ("x,运费,運費,", None, "a term is read as itself"),
        ("x,运费,,", None, "a rule of one term says nothing"),
        ("x,,订单,", "terms", "is missing"),
        (",运费|邮费,,", "id", "is missing"),
        ("x," + "|".join(f"词语{n}" for n in range(21)) + ",,", "同义词", "has more than 20 entries"),
    ],
)
def test_refused_row_names_its_column_and_the_reason(
    database: Database, tmp_path: Path, line: str, field: str | None, problem: str
) -> None:
    path = tmp_path / "synonyms.csv"
    path.write_text(f"编号,同义词,标准词,备注\n{line}\nfee,运费|邮费|快递费,,\n", encoding="utf-8")
    report = run(database, path)
    (refused,) = report.refused_rows
    assert (refused.line, refused.field) == (2, field)
    assert problem in refused.problem
    assert read_all(database) == [FEE]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"id": "a", "terms": ["运费", "邮费"]}, RecordKind.SYNONYM),
        ({"编号": "a", "同义词": "运费|邮费", "备注": ""}, RecordKind.SYNONYM),
        ({"id": "a", "标题": "运费", "同义词": "邮费"}, RecordKind.ARTICLE),
        ({"order_id": "a", "status": "paid", "items": [], "terms": "net 30"}, RecordKind.ORDER),
    ],
)
def test_row_tells_by_its_columns_that_it_is_a_rule(row: dict[str, object], kind: RecordKind) -> None:
    assert guess_row_kind(row) is kind


def test_edited_export_of_the_api_is_taken_with_its_times_left_out(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "synonyms.jsonl"
    path.write_text(
        '{"id": "fee", "terms": ["运费", "邮费", "快递费"], "updated_at": "2026-11-20T02:00:00Z"}', encoding="utf-8"
    )
    report = run(database, path)
    assert (report.added, report.warnings) == (1, ())


@pytest.mark.parametrize("file_format", ExportFormat)
@given(synonym=_SYNONYMS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_export_import_export_is_identical(
    make_database: Callable[[], Database], file_format: ExportFormat, synonym: Synonym
) -> None:
    first, second = make_database(), make_database()
    with first.write() as session:
        save_synonym(session, synonym, now=NOW)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export_path(first, folder / "before.jsonl", kind=RecordKind.SYNONYM, zone=ZONE)
        export_path(first, folder / "carried", file_format=file_format, zone=ZONE)
        assert run(second, folder / "carried").refused_rows == ()
        export_path(second, folder / "after.jsonl", kind=RecordKind.SYNONYM, zone=ZONE)
        assert (folder / "after.jsonl").read_bytes() == (folder / "before.jsonl").read_bytes()
    first.close()
    second.close()


def test_sample_rules_all_go_in(make_database: Callable[[], Database]) -> None:
    database = make_database()
    report = run(database, SAMPLE)
    assert (report.refused_rows, report.warnings, report.changed, report.unchanged) == ((), (), 0, 0)
    rules = read_all(database)
    assert len(rules) == 90
    assert sum(not rule.is_two_way for rule in rules) == 60
    assert sum(all(term.isascii() for term in rule.terms) for rule in rules) == 12


def test_no_term_of_the_sample_is_part_of_an_everyday_phrase(make_database: Callable[[], Database]) -> None:
    database = make_database()
    run(database, SAMPLE)
    phrases = "今晚到吗 多少件包邮 品质保证 现在保价 小哥哥 退换 支付宝 车票 送货 收货地址 顺便 白条鸡 东西 过保质期"
    terms = {term for rule in read_all(database) for term in rule.terms}
    assert {term for term in terms if term in phrases} == {"包邮"}
