"""Hand-overs are kept masked, found by id and by customer, and forgotten when their time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kb.database import Database
from kb.handovers.models import Handover, NewHandover, ReadArticle, Said, Speaker
from kb.handovers.service import (
    HandoverNotFound,
    get_handover,
    list_handovers,
    make_handover,
    prune_handovers,
    save_handover,
)


def save(database: Database, number: int, now: datetime, customer_id: str | None = "C1") -> Handover:
    new = NewHandover(
        question="请打 13800001037",
        turns=(Said(Speaker.CUSTOMER, "邮箱 zhou@mail.example"), Said(Speaker.AGENT, "好的")),
        shown=(ReadArticle("returns", "退货"),),
        customer_id=customer_id,
        order_id="SO1",
        request_id="r1",
    )
    handover = make_handover(new, handover_id=f"{number:032x}", now=now)
    with database.write() as session:
        save_handover(session, handover)
    return handover


def test_a_hand_over_is_kept_masked_and_found_by_its_id(database: Database, now: datetime) -> None:
    saved = save(database, 1, now)
    assert saved.question == "请打 [手机号]"
    assert [said.text for said in saved.turns] == ["邮箱 [邮箱]", "好的"]
    with database.read() as session:
        assert get_handover(session, saved.handover_id) == saved
        with pytest.raises(HandoverNotFound):
            get_handover(session, "0" * 32)


def test_a_customers_newest_five_come_newest_first_and_nobody_elses(database: Database, now: datetime) -> None:
    for number in range(7):
        save(database, number, now + timedelta(minutes=number))
    save(database, 90, now, "C2")
    save(database, 91, now, None)
    with database.read() as session:
        assert [int(each.handover_id, 16) for each in list_handovers(session, "C1")] == [6, 5, 4, 3, 2]


def test_those_of_before_a_moment_are_forgotten_oldest_first(database: Database, now: datetime) -> None:
    for number in range(4):
        save(database, number, now + timedelta(days=number))
    with database.write() as session:
        assert prune_handovers(session, before=now + timedelta(days=3), limit=2) == 2
        assert prune_handovers(session, before=now + timedelta(days=3), limit=2) == 1
    with database.read() as session:
        assert [int(each.handover_id, 16) for each in list_handovers(session, "C1")] == [3]


def test_what_was_said_is_stored_as_it_is_written(database: Database, now: datetime) -> None:
    save(database, 1, now)
    with database.read() as session:
        stored = session.connection().exec_driver_sql("SELECT CAST(turns AS TEXT) FROM handovers").scalar_one()
    assert "好的" in stored
