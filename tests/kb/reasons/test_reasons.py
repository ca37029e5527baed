"""Contact reasons: what one may be, storing, importing and exporting them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from alembic import command
from pydantic import ValidationError
from sqlalchemy import text

from kb.cases.models import MAX_INTENT
from kb.cases.repository import find_cases
from kb.changes import SaveResult, get_revision
from kb.database import Database
from kb.reasons.models import ContactReason
from kb.reasons.service import IntentTaken, list_reasons, save_reason
from kb.transfer.exporter import ExportFormat, export_path
from kb.transfer.importer import import_path
from kb.transfer.kinds import RecordKind, guess_row_kind
from tests.fakes import make_case

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 15, 10, 0, tzinfo=ZONE)
SAMPLE = Path(__file__).parents[3] / "data" / "sample"
PARCEL: dict[str, Any] = {"id": "parcel", "title_zh": "包裹到哪了", "intents": ["late", "stalled"], "ask_zh": "到哪了"}
run = partial(import_path, zone=ZONE, now=NOW)


def make_reason(**fields: Any) -> ContactReason:
    return ContactReason.model_validate({**PARCEL, **fields})


def save(database: Database, reason: ContactReason) -> SaveResult:
    with database.write() as session:
        return save_reason(session, reason, now=NOW)


def read_all(database: Database) -> list[ContactReason]:
    with database.read() as session:
        return list_reasons(session)


def test_a_reason_without_an_english_title_is_called_by_its_chinese_one() -> None:
    reason = make_reason(title_en=" ", intents=["late", "late"])
    assert (reason.title.zh, reason.title.en, reason.intents) == ("包裹到哪了", "包裹到哪了", ("late",))


def test_a_chinese_question_goes_before_an_english_one() -> None:
    assert make_reason(ask_en="where is it").ask == "到哪了"
    assert make_reason(ask_zh="", ask_en="where is it").ask == "where is it"
    assert make_reason(ask_zh=None).ask is None


@pytest.mark.parametrize(
    "fields",
    [
        {"title_zh": ""},
        {"intents": []},
        {"intents": ["x" * (MAX_INTENT + 1)]},
        {"intents": [f"i{n}" for n in range(201)]},
        {"id": "a b"},
        {"id": "x" * (MAX_INTENT + 1)},
        {"ask_zh": "问" * 201},
        {"more": 1},
    ],
)
def test_what_is_no_reason_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_reason(**fields)


def test_a_saved_reason_moves_the_revision_once(database: Database) -> None:
    assert save(database, make_reason()) is SaveResult.ADDED
    with database.read() as session:
        revision = get_revision(session)
    assert save(database, make_reason()) is SaveResult.UNCHANGED
    assert save(database, make_reason(intents=["late"])) is SaveResult.CHANGED
    with database.read() as session:
        assert get_revision(session) == revision + 1
    assert read_all(database) == [make_reason(intents=["late"])]


def test_an_intent_belongs_to_one_reason(database: Database) -> None:
    save(database, make_reason())
    with pytest.raises(IntentTaken, match=r"'late' already belongs to the reason 'parcel'"):
        save(database, make_reason(id="other", intents=["late"]))
    assert len(read_all(database)) == 1


def test_two_rows_of_one_intent_are_refused_by_line(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "reasons.csv"
    path.write_text("id,title_zh,intents\na,甲,x|y\nb,乙,y\n", encoding="utf-8")
    report = run(database, path)
    assert (report.added, report.refused) == (1, 1)
    assert report.refused_rows[0].line == 3
    assert [reason.intents for reason in read_all(database)] == [("x", "y")]


def test_rows_of_reasons_are_known_by_their_columns() -> None:
    assert guess_row_kind({"id": "a", "title_zh": "甲", "intents": ["x"]}) is RecordKind.REASON


@pytest.mark.parametrize("file_format", [ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.XLSX])
def test_the_samples_reasons_survive_export_and_import(
    database: Database, tmp_path: Path, file_format: ExportFormat
) -> None:
    assert run(database, SAMPLE / "contact-reasons.jsonl").added == 25
    before = read_all(database)
    written = export_path(database, tmp_path / f"reasons.{file_format}", zone=ZONE)
    assert list(written.values()) == [25]
    assert run(database, tmp_path / f"reasons.{file_format}").unchanged == 25
    assert read_all(database) == before


def test_every_intent_of_the_samples_cases_has_a_reason() -> None:
    reasons = [orjson.loads(line) for line in (SAMPLE / "contact-reasons.jsonl").read_bytes().splitlines()]
    cases = [orjson.loads(line) for line in (SAMPLE / "cases.jsonl").read_bytes().splitlines()]
    assert {case["intent"] for case in cases} == {intent for reason in reasons for intent in reason["intents"]}


def test_an_intent_of_a_case_is_short_and_a_blank_one_is_none() -> None:
    assert make_case(intent="  ").intent is None
    assert make_case(intent=" late ").intent == "late"
    with pytest.raises(ValidationError):
        make_case(intent="x" * (MAX_INTENT + 1))


def test_migration_shortens_the_intents_there_are_and_can_be_undone(tmp_path: Path, now: datetime) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = database._alembic_config()
    command.upgrade(config, "0006")
    insert = text(
        "INSERT INTO cases (id, question, turns, solution, outcome, language, intent, content_hash, created_at) "
        "VALUES (:id, '怎么还没到', '[]', '已催', 'solved', 'zh', :intent, '', :now)"
    )
    with database.engine.begin() as connection:
        for case_id, intent in (("long", "x" * 400), ("blank", " "), ("late", "late"), ("none", None)):
            connection.execute(insert, {"id": case_id, "intent": intent, "now": now.replace(tzinfo=None)})
    database.migrate()
    with database.read() as session:
        intents = {row.id: row.intent for row in find_cases(session, ["long", "blank", "late", "none"]).values()}
    assert intents == {"long": "x" * MAX_INTENT, "blank": None, "late": "late", "none": None}
    command.downgrade(config, "0006")
    with database.engine.connect() as connection:
        tables = [row.name for row in connection.execute(text("SELECT name FROM sqlite_master"))]
    assert "contact_reasons" not in tables
    database.close()
