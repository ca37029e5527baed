"""What notices touched is counted once for each order and day; what they spared is an estimate with its rule."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from kb.articles.models import Audience
from kb.customers.desk import CustomerDesk
from kb.database import Database
from kb.feedback.models import AnsweredMatch
from kb.feedback.repository import insert_matches
from kb.notices.models import Notice, NoticeKind
from kb.notices.service import save_notice
from kb.notices.touches import (
    KEPT,
    NoticeReach,
    NoticeTouchRow,
    Shown,
    Touch,
    list_shown,
    measure_reach,
    note_if_fresh,
    note_shown,
)
from tests.kb.customers.makers import CALLER, ZHOU, open_desk, save_orders, save_people

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOMENT = datetime.fromisoformat("2026-11-10T10:00:00+08:00")


def show(order_id: str, at: datetime, touch: Touch = Touch.CUSTOMER) -> Shown:
    return Shown("snow", order_id, touch, at)


def make_match(order_id: str, at: datetime, audience: Audience = Audience.PUBLIC) -> AnsweredMatch:
    return AnsweredMatch(
        request_id="r1",
        at=at,
        now=at,
        question="怎么还没到",
        turns=(),
        audience=audience,
        channel=None,
        order=None,
        order_id=order_id,
        generation="g",
        confidence=0.9,
        answered=True,
        is_filtered=False,
        shown=(),
        notice_ids=("snow",),
    )


def note(database: Database, *shown: Shown) -> int:
    with database.write() as session:
        return note_shown(session, shown)


def measure(database: Database, now: datetime) -> NoticeReach:
    with database.read() as session:
        return measure_reach(session, "snow", now=now)


def test_an_order_counts_once_a_day_and_way(database: Database) -> None:
    assert note(database, show("A", MOMENT), show("A", MOMENT + HOUR), show("B", MOMENT)) == 2
    assert note(database, show("A", MOMENT + 2 * HOUR), show("A", MOMENT + DAY), show("A", MOMENT, Touch.LOOKUP)) == 2
    reach = measure(database, MOMENT + DAY)
    assert reach.touched == 3
    assert reach.by_touch == {Touch.LOOKUP: 1, Touch.AGENT: 0, Touch.CUSTOMER: 3}


def test_told_orders_are_avoided_returned_or_open(database: Database) -> None:
    note(database, *(show(order_id, MOMENT) for order_id in ("silent", "asked", "same-talk", "much-later")))
    note(database, show("new", MOMENT + 3 * DAY))
    note(database, show("by-agent", MOMENT, Touch.AGENT))
    contacts = [("asked", DAY), ("same-talk", timedelta(minutes=10)), ("much-later", 4 * DAY)]
    with database.write() as session:
        insert_matches(session, [make_match(order_id, MOMENT + after) for order_id, after in contacts])
    reach = measure(database, MOMENT + 5 * DAY)
    assert (reach.told, reach.avoided, reach.returned, reach.open) == (5, 3, 1, 1)


def test_a_notice_that_nobody_saw_did_nothing(database: Database) -> None:
    reach = measure(database, MOMENT)
    assert (reach.touched, reach.told, reach.avoided, reach.returned, reach.open) == (0, 0, 0, 0, 0)


def test_what_is_old_is_forgotten(database: Database) -> None:
    note(database, show("A", MOMENT))
    note(database, show("B", MOMENT + KEPT + DAY))
    with database.read() as session:
        assert session.scalars(select(NoticeTouchRow.order_id)).all() == ["B"]


def test_matches_touch_by_who_read_them(now: datetime) -> None:
    matches = [make_match("A", now), make_match("B", now, Audience.INTERNAL)]
    assert [one.touch for one in list_shown(matches)] == [Touch.CUSTOMER, Touch.AGENT]


def test_what_was_counted_today_is_not_written_again(database: Database) -> None:
    assert note_if_fresh(database, [show("A", MOMENT)]) == 1
    assert note_if_fresh(database, [show("A", MOMENT + HOUR)]) == 0


def test_a_look_up_counts_the_notices_that_it_shows(database: Database, now: datetime) -> None:
    save_people(database, ZHOU)
    save_orders(database, {})
    with database.write() as session:
        save_notice(session, Notice(id="snow", title="大雪", kind=NoticeKind.DELAY), now=now)
    desk: CustomerDesk = open_desk(database)
    for _ in range(2):
        assert desk.look_up("C0042", CALLER).profile is not None
    reach = measure(database, now)
    assert (reach.touched, reach.by_touch[Touch.LOOKUP]) == (1, 1)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(NoticeTouchRow)) == 1


def test_orders_told_before_the_oldest_match_that_is_kept_are_not_said_to_be_avoided(database: Database) -> None:
    note(database, show("told-long-ago", MOMENT), show("told-lately", MOMENT + 60 * DAY))
    with database.read() as session:
        reach = measure_reach(session, "snow", now=MOMENT + 100 * DAY, matches_kept=90 * DAY)
    assert (reach.told, reach.avoided) == (1, 1)
