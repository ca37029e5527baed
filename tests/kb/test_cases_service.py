"""Saving cases: personal data never reaches the database."""

from __future__ import annotations

from datetime import datetime

from kb.cases.models import Case, hash_case
from kb.cases.repository import find_cases, list_cases, to_case
from kb.cases.service import delete_case, save_case
from kb.changes import SaveResult, get_revision
from kb.database import Database
from tests.fakes import SHIPPED_ORDER, make_case


def _save(database: Database, case: Case, now: datetime) -> SaveResult:
    with database.write() as session:
        return save_case(session, case, now=now)


def _get_stored(database: Database) -> Case:
    with database.read() as session:
        return to_case(find_cases(session, ["case-1"])["case-1"])


def test_phone_numbers_are_masked_in_every_text(database: Database, now: datetime) -> None:
    said = "我的电话 13812345678"
    case = make_case(question=said, solution=said, turns=[said])
    _save(database, case, now)
    stored = _get_stored(database)
    for text in (stored.question, stored.solution, stored.turns[0].text):
        assert "13812345678" not in text


def test_the_orders_customer_keeps_only_tier_and_region(database: Database, now: datetime) -> None:
    _save(database, make_case(order=SHIPPED_ORDER), now)
    order = _get_stored(database).order
    assert order is not None
    assert order["customer"] == {"tier": "plus", "region": ["北京", "海淀区"]}


def test_fields_that_no_order_has_are_not_stored(database: Database, now: datetime) -> None:
    order = {**SHIPPED_ORDER, "receiver_phone": "13812345678", "customer": {"name": "周雨桐", "tier": "plus"}}
    _save(database, make_case(order=order), now)
    stored = _get_stored(database).order
    assert stored is not None
    assert "receiver_phone" not in stored
    assert stored["customer"] == {"tier": "plus"}


def test_what_a_courier_wrote_is_masked(database: Database, now: datetime) -> None:
    event = {"at": "2026-11-13T08:00:00+08:00", "text": "派件员电话 13812345678"}
    _save(database, make_case(order={"status": "shipped", "shipments": [{"events": [event]}]}), now)
    assert "13812345678" not in str(_get_stored(database).order)


def test_a_remedy_is_stored_masked(database: Database, now: datetime) -> None:
    _save(database, make_case(remedy="退到 13812345678"), now)
    remedy = _get_stored(database).remedy
    assert remedy is not None
    assert "13812345678" not in remedy


def test_blank_words_are_no_remedy(database: Database, now: datetime) -> None:
    _save(database, make_case(remedy="  "), now)
    assert _get_stored(database).remedy is None


def test_a_remedy_that_is_filled_in_later_is_a_change(database: Database, now: datetime) -> None:
    _save(database, make_case(), now)
    assert _save(database, make_case(remedy="催派送"), now) is SaveResult.CHANGED
    assert _get_stored(database).remedy == "催派送"


def test_a_case_without_a_remedy_counts_as_what_was_stored_before_there_were_any() -> None:
    # The hash as it was made of the fields of then.
    assert hash_case(make_case()) == "2b8619d04fd9e7bc730178b76e9f207215ae9596b1afff7a19f2d54300085d3b"


def test_saving_twice_is_unchanged_and_logs_once(database: Database, now: datetime) -> None:
    case = make_case(question="打 13812345678 找我", order=SHIPPED_ORDER)
    assert _save(database, case, now) is SaveResult.ADDED
    assert _save(database, case, now) is SaveResult.UNCHANGED
    assert _save(database, _get_stored(database), now) is SaveResult.UNCHANGED
    with database.read() as session:
        assert get_revision(session) == 1


def test_a_changed_case_is_replaced(database: Database, now: datetime) -> None:
    _save(database, make_case(), now)
    assert _save(database, make_case(solution="已经退款。"), now) is SaveResult.CHANGED
    assert _get_stored(database).solution == "已经退款。"


def test_a_deleted_case_is_gone_and_the_index_is_told(database: Database, now: datetime) -> None:
    _save(database, make_case(), now)
    with database.write() as session:
        assert delete_case(session, "case-1", now=now) is SaveResult.CHANGED
    with database.read() as session:
        assert list(list_cases(session)) == []
        assert get_revision(session) == 2
