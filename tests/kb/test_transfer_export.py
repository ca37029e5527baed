"""What is exported and imported again is the same, to the byte."""

from __future__ import annotations

import csv
import stat
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kb.articles.models import Article
from kb.articles.service import save_article
from kb.cases.models import Case
from kb.cases.service import save_case
from kb.database import Database
from kb.errors import InvalidInput
from kb.orders.order import Order
from kb.orders.repository import save_order
from kb.transfer.exporter import ExportFormat, export_path
from kb.transfer.importer import import_path
from kb.transfer.kinds import RecordKind
from tests.fakes import SHIPPED_ORDER, make_article, make_case, make_order

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 15, 10, 0, tzinfo=ZONE)

# Characters that files, spreadsheets, YAML and XML each treat in a way of their own.
_NASTY = st.sampled_from(list("'\"=+-@\t\r\n|；/>[]{}:#&*!%,;\\_x000D_ \u00a0\u2028\u0085\u0001\ufeff中文aé🙂０1"))
_TEXT = st.text(_NASTY | st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_TITLE = _TEXT.filter(lambda text: bool(text.strip()))
_ID = st.text(st.sampled_from(list("aB1中-_.:=@'")), min_size=1, max_size=8)
_LINES = st.lists(_TEXT, max_size=3)
_MOMENT = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
_YUAN = st.floats(0, 1e6).map(lambda amount: round(amount, 2))
_ARTICLES = st.builds(
    Article,
    id=_ID,
    title=_TITLE,
    questions=_LINES,
    body=_TEXT,
    public_body=st.none() | _TEXT,
    reply=st.none() | st.sampled_from(["您好", "=您好，{{ order.id }}", "'引号"]),
    category=_LINES,
    tags=_LINES,
    products=_LINES,
    applies_when=st.sampled_from(
        [
            None,
            {"fact": "order.status", "op": "==", "value": "paid"},
            [{"fact": "item.price", "op": "<", "value": 1e-7}],
        ]
    ),
    audience=st.sampled_from(["public", "internal"]),
    effective_from=st.none() | _MOMENT,
    basis=st.sampled_from(["now", "order"]),
    status=st.sampled_from(["draft", "published", "withdrawn"]),
    source=st.none() | _TEXT,
    owner=st.none() | _TEXT,
    language=st.sampled_from(["zh", "en"]),
)
_ITEM = st.fixed_dictionaries({"sku": _ID, "name": _TEXT, "category": _LINES, "price": _YUAN, "tags": _LINES})
_EVENT = st.fixed_dictionaries({"at": _MOMENT, "status": st.sampled_from(["created", "lost"]), "place": _TEXT})
_PARCEL = st.fixed_dictionaries({"tracking_no": _ID, "events": st.lists(_EVENT, min_size=1, max_size=2)})
_ORDERS = st.builds(
    Order,
    id=_ID,
    status=st.sampled_from(["paid", "shipped", "cancelled"]),
    placed_at=st.none() | _MOMENT,
    payment=st.none() | st.fixed_dictionaries({"method": st.just("card"), "amount": _YUAN}),
    items=st.none() | st.lists(_ITEM, max_size=2),
    shipments=st.none() | st.lists(_PARCEL, min_size=1, max_size=2),
    invoice=st.none() | st.fixed_dictionaries({"kind": st.just("paper"), "issued_at": _MOMENT}),
    refund=st.none() | st.fixed_dictionaries({"status": st.just("none"), "requested_at": _MOMENT}),
    customer=st.none() | st.fixed_dictionaries({"id": _ID, "tier": st.just("plus"), "region": st.just(["北京", "a"])}),
)
_CASES = st.builds(
    Case,
    id=_ID,
    question=_TITLE,
    turns=st.lists(st.fixed_dictionaries({"role": st.sampled_from(["customer", "agent"]), "text": _TEXT}), max_size=2),
    solution=_TEXT,
    order=st.none() | _ORDERS.map(lambda order: order.model_dump(mode="json", exclude_none=True)),
    satisfaction=st.none() | st.integers(1, 5),
    closed_at=st.none() | _MOMENT,
    intent=st.none() | _TEXT,
    remedy=st.none() | st.sampled_from(["退款不退货", " 换新 ", "=1+1"]),
)


def _export_lines(database: Database, folder: Path) -> dict[str, bytes]:
    export_path(database, folder, zone=ZONE)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _import(database: Database, path: Path) -> None:
    report = import_path(database, path, zone=ZONE, now=NOW)
    assert report.refused_rows == ()


@pytest.mark.parametrize("file_format", ExportFormat)
@given(
    articles=st.lists(_ARTICLES, max_size=3),
    cases=st.lists(_CASES, max_size=2),
    orders=st.lists(_ORDERS, max_size=2),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_export_import_export_is_identical(
    make_database: Callable[[], Database],
    file_format: ExportFormat,
    articles: list[Article],
    cases: list[Case],
    orders: list[Order],
) -> None:
    assume(articles or cases or orders)  # A folder without a file is nothing to import.
    first, second = make_database(), make_database()
    with first.write() as session:
        for article in articles:
            save_article(session, article, now=NOW)
        for case in cases:
            save_case(session, case, now=NOW)
        for order in orders:
            save_order(session, order)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = _export_lines(first, folder / "before")
        export_path(first, folder / "carried", file_format=file_format, zone=ZONE)
        _import(second, folder / "carried")
        assert _export_lines(second, folder / "after") == before
    first.close()
    second.close()


def _fill(database: Database, **article: Any) -> None:
    with database.write() as session:
        save_article(session, make_article(**article), now=NOW)
        save_case(session, make_case(order=SHIPPED_ORDER, question="我是 13812345678"), now=NOW)
        save_order(session, make_order())


def test_both_databases_export_the_same_bytes(
    database: Database, make_database: Callable[[], Database], tmp_path: Path
) -> None:
    other = make_database()
    for each in (database, other):
        _fill(each, version=3, effective_from="2026-11-01T00:00:00Z")
    assert _export_lines(database, tmp_path / "a") == _export_lines(other, tmp_path / "b")


def test_times_are_written_in_the_shops_zone(make_database: Callable[[], Database], tmp_path: Path) -> None:
    database = make_database()
    _fill(database, effective_from="2026-11-01T00:00:00Z")
    export_path(database, tmp_path / "articles.jsonl", zone=ZONE)
    assert b'"effective_from":"2026-11-01T08:00:00+08:00"' in (tmp_path / "articles.jsonl").read_bytes()


def test_cases_leave_masked(make_database: Callable[[], Database], tmp_path: Path) -> None:
    database = make_database()
    _fill(database)
    export_path(database, tmp_path / "cases.csv", zone=ZONE)
    written = (tmp_path / "cases.csv").read_text("utf-8-sig")
    assert "13812345678" not in written
    assert "C0042" not in written


def test_no_cell_starts_like_a_formula(make_database: Callable[[], Database], tmp_path: Path) -> None:
    database = make_database()
    _fill(database, title="=1+1", body="@SUM(A1)", questions=["-2"])
    for suffix in ("csv", "xlsx"):
        export_path(database, tmp_path / f"articles.{suffix}", zone=ZONE)
    with (tmp_path / "articles.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["title"], row["body"], row["questions"]) == ("'=1+1", "'@SUM(A1)", "'-2")
    workbook = openpyxl.load_workbook(tmp_path / "articles.xlsx")
    assert {cell.data_type for cells in workbook.active for cell in cells} <= {"s", "n", "inlineStr"}
    workbook.close()


def test_a_text_too_long_for_a_cell_is_not_cut(make_database: Callable[[], Database], tmp_path: Path) -> None:
    database = make_database()
    _fill(database, body="长" * 40_000)
    with pytest.raises(InvalidInput, match="40,000 characters; an Excel cell takes 32,767"):
        export_path(database, tmp_path / "articles.xlsx", zone=ZONE)
    assert list(tmp_path.glob("*.xlsx")) == []


@pytest.mark.parametrize("file_format", [ExportFormat.XLSX, ExportFormat.MARKDOWN])
def test_an_export_that_stops_leaves_the_folder_as_it_was(
    make_database: Callable[[], Database], tmp_path: Path, file_format: ExportFormat
) -> None:
    database = make_database()
    _fill(database, body="长" * 40_000)
    folder = tmp_path / "out"
    (folder / "articles").mkdir(parents=True)
    (folder / "articles" / "mine.md").write_text("x", encoding="utf-8")
    (folder / "orders.xlsx").write_text("older", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    with pytest.raises(InvalidInput):
        export_path(database, folder, file_format=file_format, zone=ZONE)
    assert sorted(folder.rglob("*")) == before
    assert (folder / "orders.xlsx").read_text("utf-8") == "older"


def test_a_kind_without_records_leaves_no_file_behind(make_database: Callable[[], Database], tmp_path: Path) -> None:
    database = make_database()
    _fill(database)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "notices.csv").write_text("older", encoding="utf-8")
    written = export_path(database, folder, file_format=ExportFormat.CSV, zone=ZONE)
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in written)
    assert "notices.csv" not in {path.name for path in written}


def test_a_text_that_looks_like_an_error_value_comes_back(
    make_database: Callable[[], Database], tmp_path: Path
) -> None:
    first, second = make_database(), make_database()
    _fill(first, title="#N/A", body="#REF!")
    export_path(first, tmp_path / "articles.xlsx", zone=ZONE)
    _import(second, tmp_path / "articles.xlsx")
    export_path(second, tmp_path / "articles.jsonl", zone=ZONE)
    assert b'"title":"#N/A"' in (tmp_path / "articles.jsonl").read_bytes()


def test_an_export_is_readable_by_its_owner_only(make_database: Callable[[], Database], tmp_path: Path) -> None:
    export_path(make_database(), tmp_path / "customers.jsonl", zone=ZONE)
    assert stat.S_IMODE((tmp_path / "customers.jsonl").stat().st_mode) == 0o600


def test_a_file_whose_kind_cannot_be_told_is_asked_for(make_database: Callable[[], Database], tmp_path: Path) -> None:
    database = make_database()
    with pytest.raises(InvalidInput, match="--kind"):
        export_path(database, tmp_path / "all.csv", zone=ZONE)
    written = export_path(database, tmp_path / "all.csv", kind=RecordKind.CASE, zone=ZONE)
    assert written == {tmp_path / "all.csv": 0}


def test_markdown_never_mixes_with_other_files(make_database: Callable[[], Database], tmp_path: Path) -> None:
    database = make_database()
    _fill(database)
    export_path(database, tmp_path, kind=RecordKind.ARTICLE, file_format=ExportFormat.MARKDOWN, zone=ZONE)
    assert [path.name for path in (tmp_path / "articles").iterdir()] == ["returns-7-days.v1.md"]
    with pytest.raises(InvalidInput, match="holds Markdown files already"):
        export_path(database, tmp_path, file_format=ExportFormat.MARKDOWN, zone=ZONE)
