"""Importing files and folders: what goes in, what is refused, and what a second run does."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from kb.articles.repository import count_articles, find_article
from kb.cases.repository import count_cases, find_cases
from kb.changes import get_revision
from kb.database import Base, Database
from kb.orders.repository import count_orders
from kb.transfer.importer import ROWS_PER_TRANSACTION, import_path
from kb.transfer.kinds import RecordKind
from kb.transfer.report import MAX_LISTED_FAULTS, ImportReport
from kb.transfer.source import UnusableFile
from tests.fakes import LATE_PARCEL, RETURNS, SHIPPED_ORDER

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
run = partial(import_path, zone=ZoneInfo("Asia/Shanghai"), now=datetime(2026, 11, 15, tzinfo=ZoneInfo("UTC")))


def _write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _count(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.refused


def _count_all_rows(database: Database) -> int:
    with database.read() as session:
        tables = Base.metadata.sorted_tables
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_good_rows_go_in_and_bad_rows_are_listed(database: Database, tmp_path: Path) -> None:
    path = _write(tmp_path / "articles.jsonl", RETURNS, {"id": "x"}, {**RETURNS, "id": "y"})
    report = run(database, path)
    assert _count(report) == (2, 0, 0, 1)
    (refused,) = report.refused_rows
    assert (refused.file, refused.line, refused.field, refused.problem) == (
        "articles.jsonl",
        2,
        "title",
        "is empty",
    )
    assert not report.is_complete


def test_a_second_import_changes_nothing(database: Database, tmp_path: Path) -> None:
    _write(tmp_path / "articles.jsonl", RETURNS, {**RETURNS, "id": "b"})
    _write(tmp_path / "cases.jsonl", {**LATE_PARCEL, "question": "请打 13812345678", "order": SHIPPED_ORDER})
    _write(tmp_path / "orders.jsonl", SHIPPED_ORDER)
    assert _count(run(database, tmp_path)) == (4, 0, 0, 0)
    with database.read() as session:
        revision = get_revision(session)
    report = run(database, tmp_path)
    assert _count(report) == (0, 0, 4, 0)
    assert not report.has_changes
    with database.read() as session:
        assert get_revision(session) == revision == 3


def test_an_order_written_in_another_zone_is_the_same_order(database: Database, tmp_path: Path) -> None:
    run(database, _write(tmp_path / "orders.jsonl", SHIPPED_ORDER))
    other = {**SHIPPED_ORDER, "placed_at": "2026-11-12T02:02:00Z"}
    assert _count(run(database, _write(tmp_path / "orders.jsonl", other))) == (0, 0, 1, 0)


def test_a_dry_run_reports_the_same_and_leaves_no_trace(database: Database, tmp_path: Path) -> None:
    rows = [{**RETURNS, "id": f"a{n}", "version": 1} for n in range(ROWS_PER_TRANSACTION)]
    versions = [{**RETURNS, "id": "a0", "version": 2, "body": "新"}, {"id": "bad"}]
    _write(tmp_path / "articles.jsonl", *rows, *versions)
    dry = run(database, tmp_path, dry_run=True)
    assert _count_all_rows(database) == 0
    wet = run(database, tmp_path)
    assert _count(dry) == _count(wet) == (ROWS_PER_TRANSACTION, 1, 0, 1)
    assert not dry.has_changes
    assert wet.has_changes


def test_what_the_database_refuses_does_not_take_its_batch_along(database: Database, tmp_path: Path) -> None:
    run(
        database,
        _write(tmp_path / "a.jsonl", {**RETURNS, "version": 1}, {**RETURNS, "version": 2, "body": "b"}),
    )
    rows = ({**RETURNS, "id": "new"}, {**RETURNS, "version": 1, "body": "other"}, {**RETURNS, "id": "new2"})
    report = run(database, _write(tmp_path / "b.jsonl", *rows))
    assert _count(report) == (2, 0, 0, 1)
    assert report.refused_rows[0].line == 2
    assert "is history" in report.refused_rows[0].problem
    with database.read() as session:
        assert count_articles(session) == 3


def test_two_contents_under_one_id_without_versions_are_a_fault(database: Database, tmp_path: Path) -> None:
    other = {**RETURNS, "body": "十五天"}
    report = run(database, _write(tmp_path / "articles.jsonl", RETURNS, RETURNS, other))
    assert _count(report) == (1, 0, 1, 1)
    assert report.refused_rows[0].line == 3
    assert report.refused_rows[0].problem == "has the id of line 1, but says something else"


def test_numbered_versions_of_one_article_all_go_in(database: Database, tmp_path: Path) -> None:
    rows = [{**RETURNS, "version": number, "body": str(number)} for number in (1, 2, 3)]
    run(database, _write(tmp_path / "articles.jsonl", *rows))
    with database.read() as session:
        article = find_article(session, "returns-7-days")
        assert article is not None
        assert [version.body for version in article.versions] == ["1", "2", "3"]


def test_the_later_of_two_cases_wins(database: Database, tmp_path: Path) -> None:
    run(database, _write(tmp_path / "cases.jsonl", LATE_PARCEL, {**LATE_PARCEL, "solution": "已退款"}))
    with database.read() as session:
        assert find_cases(session, ["case-1"])["case-1"].solution == "已退款"


def test_unknown_columns_are_named_once_with_the_nearest(database: Database, tmp_path: Path) -> None:
    rows = [{"id": str(n), "title": "T", "titel_extra": 1, "categry": "x", "doc_type": "y"} for n in range(3)]
    report = run(database, _write(tmp_path / "articles.jsonl", *rows))
    assert len(report.warnings) == 2
    assert "'categry' is not known and was ignored. Did you mean 'category'?" in report.warnings[1]


def test_an_article_whose_audience_is_misspelt_stays_out(database: Database, tmp_path: Path) -> None:
    report = run(database, _write(tmp_path / "articles.jsonl", RETURNS, {**RETURNS, "id": "b", "audiance": "internal"}))
    assert _count(report) == (1, 0, 0, 1)
    (refused,) = report.refused_rows
    assert (refused.line, refused.field) == (2, "audiance")
    assert "'audience'" in refused.remedy
    assert report.warnings == ()


NOTHING_TO_TAKE = [
    ("articles.csv", ""),
    ("articles.csv", "id,title\n"),
    ("articles.csv", "foo,bar\n"),
    ("articles.csv", "foo,bar\n1,2\n"),
    ("articles.jsonl", "\n\n"),
    ("data.jsonl", '{"foo": 1}\n'),
]


@pytest.mark.parametrize(("name", "content"), NOTHING_TO_TAKE)
def test_a_file_with_nothing_to_take_is_unusable(database: Database, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(UnusableFile, match=r"holds no rows\.|no column that is known, only ('bar', )?'foo'"):
        run(database, tmp_path / name)


@pytest.mark.parametrize(("name", "content"), NOTHING_TO_TAKE)
def test_a_file_with_nothing_to_take_is_listed_in_a_folder(
    database: Database, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    _write(tmp_path / "cases.jsonl", LATE_PARCEL)
    report = run(database, tmp_path)
    assert _count(report) == (1, 0, 0, 1)
    assert [(row.file, row.line) for row in report.refused_rows] == [(name, 1)]


def test_articles_and_cases_may_share_a_file(database: Database, tmp_path: Path) -> None:
    run(database, _write(tmp_path / "corpus.jsonl", {"id": "a", "title": "T", "text": "x"}, LATE_PARCEL))
    with database.read() as session:
        assert (count_articles(session), count_cases(session)) == (1, 1)


def test_the_kind_can_be_said(database: Database, tmp_path: Path) -> None:
    path = _write(tmp_path / "data.jsonl", {"id": "O", "status": "paid"})
    assert _count(run(database, path, kind=RecordKind.ORDER)) == (1, 0, 0, 0)


def test_a_folder_is_imported_with_customers_and_orders_first(database: Database, tmp_path: Path) -> None:
    (tmp_path / "md").mkdir()
    (tmp_path / "md" / "a.md").write_text("# 标题\n正文", encoding="utf-8")
    _write(tmp_path / "articles.jsonl", {"id": "bad1"})
    _write(tmp_path / "订单.jsonl", {"id": "bad2"})
    _write(tmp_path / "customers.jsonl", {"name": "bad3"})
    (tmp_path / "questions" / "which-order").mkdir(parents=True)
    _write(tmp_path / "questions" / "which-order" / "dev.jsonl", {"id": "w1", "text": "another one"})
    _write(tmp_path / "queries.jsonl", {"id": "q1", "text": "an evaluation question"})
    _write(tmp_path / "~$articles.jsonl", RETURNS)
    report = run(database, tmp_path)
    assert [row.file for row in report.refused_rows] == ["customers.jsonl", "订单.jsonl", "articles.jsonl"]
    assert report.added == 1


def test_an_unreadable_file_of_a_folder_does_not_stop_the_others(database: Database, tmp_path: Path) -> None:
    (tmp_path / "articles.csv").write_bytes(b"id,title\n1,\xff\xff\n")
    _write(tmp_path / "cases.jsonl", LATE_PARCEL)
    report = run(database, tmp_path)
    assert _count(report) == (1, 0, 0, 1)
    assert "not valid UTF-8" in report.refused_rows[0].problem


@pytest.mark.parametrize("name", ["missing.csv", "empty", "a.pdf"])
def test_what_cannot_be_read_at_all_is_an_error(database: Database, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.pdf").touch()
    with pytest.raises(UnusableFile):
        run(database, tmp_path / name)


def test_the_list_of_refused_rows_is_bounded(database: Database, tmp_path: Path) -> None:
    path = _write(tmp_path / "articles.jsonl", *({"id": "a"} for _ in range(MAX_LISTED_FAULTS + 5)))
    report = run(database, path)
    assert (report.refused, len(report.refused_rows), report.faults_left_out) == (1_005, 1_000, 5)


def test_progress_counts_the_rows(database: Database, tmp_path: Path) -> None:
    seen: list[int] = []
    rows = [{**RETURNS, "id": str(n)} for n in range(ROWS_PER_TRANSACTION + 1)]
    run(database, _write(tmp_path / "articles.jsonl", *rows), on_progress=seen.append)
    assert seen == [200, 201]


def test_a_chinese_spreadsheet_from_excel_goes_in(database: Database, tmp_path: Path) -> None:
    table = "编号;标题;正文;状态\r\nA1;退货;=七天;已发布\r\nA2;换货;“十五天”;草稿\r\n"
    (tmp_path / "知识.csv").write_bytes(table.encode("gbk"))
    assert _count(run(database, tmp_path / "知识.csv")) == (2, 0, 0, 0)


def test_the_sample_knowledge_goes_in_whole(database: Database) -> None:
    report = run(database, SAMPLE)
    assert report.refused_rows == ()
    assert report.warnings == ()
    with database.read() as session:
        assert count_orders(session) > 0
