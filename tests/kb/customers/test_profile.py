"""What an agent sees of a customer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson

from kb.articles.models import Audience
from kb.customers.profile import MAX_CONTACTS, CustomerProfile
from kb.customers.timeline import MAX_EVENTS, list_parcels
from kb.database import Database
from kb.feedback.models import AnsweredMatch
from kb.feedback.repository import insert_matches
from kb.notices.models import Notice, NoticeKind
from kb.notices.service import save_notice
from kb.orders.reading import MAX_ORDERS
from kb.orders.words import Words
from tests.fakes import make_order
from tests.kb.customers.makers import CALLER, NOW, ZHOU, open_desk, save_orders, save_people

SNOW = Notice(
    id="snow",
    title="大雪",
    kind=NoticeKind.DELAY,
    wording="会晚一天。",
    applies_when={"all": [{"fact": "order.status", "op": "==", "value": "shipped"}]},
    audience=Audience.INTERNAL,
)


def profile_of(database: Database, query: str = "C0042", now: datetime = NOW) -> CustomerProfile:
    """Return the one profile that a query means."""
    profile = open_desk(database, now).look_up(query, CALLER).profile
    assert profile is not None
    return profile


def ask(order_id: str, question: str, at: datetime, *, answered: bool = True) -> AnsweredMatch:
    """Return a match about an order."""
    return AnsweredMatch(
        request_id="r1",
        at=at,
        now=at,
        question=question,
        turns=(),
        audience=Audience.INTERNAL,
        channel="app",
        order=None,
        order_id=order_id,
        generation="g1",
        confidence=0.9,
        answered=answered,
        is_filtered=False,
        shown=(),
    )


def record(database: Database, *matches: AnsweredMatch) -> None:
    """Store matches."""
    with database.write() as session:
        insert_matches(session, matches)


def test_a_profile_holds_nothing_in_plain(database: Database) -> None:
    save_people(database, ZHOU)
    events = [
        {"at": "2026-11-14T08:00:00+08:00", "text": "派送员 13712345678 正在派送", "place": "昆山"},
        {"at": "2026-11-14T09:00:00+08:00", "status": "delivered", "text": "已签收，签收人：周雨桐"},
    ]
    save_orders(database, {"shipments": [{"tracking_no": "QY1", "events": events}]})
    record(database, ask("SO2026111500017", "我叫周雨桐，电话13800001037，怎么还没到", NOW))
    found = open_desk(database).look_up("138 0000 1037", CALLER)
    written = orjson.dumps(found).decode()
    for secret in ("雨桐", "13800001037", "0000 1037", "13712345678", "example.com", "青竹园", "1201"):
        assert secret not in written
    assert found.profile is not None
    customer = found.profile.customer
    assert customer is not None
    assert (customer.name, customer.phone, customer.address) == ("周**", "138****1037", "****")
    assert (customer.tier_words, customer.region) == (Words("PLUS 会员", "plus"), ("北京", "海淀区"))


def test_orders_come_newest_first_and_at_most_twenty(database: Database) -> None:
    start = NOW - timedelta(days=40)
    placed = [(start + timedelta(days=n)).isoformat() for n in range(MAX_ORDERS + 2)]
    save_orders(database, *({"id": f"SO{n:03}", "placed_at": at, "shipments": []} for n, at in enumerate(placed)))
    profile = profile_of(database)
    assert [order.id for order in profile.orders] == [f"SO{n:03}" for n in range(21, 1, -1)]
    assert profile.has_more_orders


def test_an_order_of_which_the_day_is_not_known_comes_last(database: Database) -> None:
    dated = [{"id": f"SO{n:03}", "shipments": []} for n in range(MAX_ORDERS)]
    save_orders(database, {"id": "SO999", "placed_at": None, "shipments": []}, *dated)
    profile = profile_of(database)
    assert "SO999" not in [order.id for order in profile.orders]
    assert profile.has_more_orders


def test_an_old_order_that_was_asked_for_is_among_them(database: Database) -> None:
    start = NOW - timedelta(days=40)
    placed = [(start + timedelta(days=n)).isoformat() for n in range(MAX_ORDERS + 2)]
    save_orders(database, *({"id": f"SO{n:03}", "placed_at": at, "shipments": []} for n, at in enumerate(placed)))
    orders = profile_of(database, "SO000").orders
    assert len(orders) == MAX_ORDERS
    assert [(order.id, order.is_asked_for) for order in orders[-2:]] == [("SO003", False), ("SO000", True)]


def test_an_order_tells_its_items_amount_promise_and_refund(database: Database) -> None:
    refund = {"status": "approved", "requested_at": "2026-11-14T10:00:00+08:00", "amount": 1299.0}
    save_orders(database, {"refund": refund, "promised_at": "2026-11-14T22:00:00+08:00"})
    order = profile_of(database).orders[0]
    assert (order.item_names, order.amount, order.hours_late) == (("电热水器",), 1299.0, 12.0)
    assert order.state == Words("已发货，已晚 12 小时", "shipped, 12 hours late")
    assert order.refund is not None
    assert (order.refund.words.zh, order.refund.amount) == ("已同意", 1299.0)
    assert [remark.kind for remark in order.remarks] == ["late", "no_scan", "refund_waiting"]


def test_recent_contacts_are_the_newest_ten_of_these_orders(database: Database) -> None:
    save_orders(database, {})
    asked = [ask("SO2026111500017", f"第{n}次", NOW + timedelta(minutes=n)) for n in range(MAX_CONTACTS + 1)]
    record(database, *asked, ask("another", "别人的", NOW + timedelta(days=1)))
    contacts = profile_of(database).contacts
    assert [contact.question for contact in contacts] == [f"第{n}次" for n in range(10, 0, -1)]
    assert (contacts[0].order_id, contacts[0].answered, contacts[0].channel) == ("SO2026111500017", True, "app")


def test_notices_name_the_orders_that_they_touch(database: Database, now: datetime) -> None:
    save_orders(database, {"id": "SO1"}, {"id": "SO2", "status": "completed"}, {"id": "SO3"})
    with database.write() as session:
        save_notice(session, SNOW, now=now)
        save_notice(session, SNOW.model_copy(update={"id": "past", "effective_to": now}), now=now)
    notices = profile_of(database).notices
    assert [(notice.id, notice.wording, sorted(notice.order_ids)) for notice in notices] == [
        ("snow", "会晚一天。", ["SO1", "SO3"])
    ]


def scan(n: int, **fields: Any) -> dict[str, Any]:
    """Return the scan of the n-th minute."""
    return {"at": (NOW - timedelta(minutes=n)).isoformat(), "status": "in_transit", "place": f"第{n}站", **fields}


def test_a_time_line_runs_to_where_the_parcel_is_now() -> None:
    order = make_order(shipments=[{"tracking_no": "QY1", "events": [scan(1), scan(3), scan(-5), scan(2)]}])
    line = list_parcels(order, now=NOW)[0]
    assert [event.place for event in line.events] == ["第3站", "第2站", "第1站"]
    assert line.now == line.events[-1]
    assert (line.direction, line.has_earlier_events) == ("forward", False)
    assert line.now.words == Words("运输中", "in transit")


def test_a_long_time_line_keeps_its_newest_fifty_scans() -> None:
    order = make_order(shipments=[{"events": [scan(n) for n in range(MAX_EVENTS + 1)]}])
    line = list_parcels(order, now=NOW)[0]
    assert (len(line.events), line.events[0].place, line.has_earlier_events) == (MAX_EVENTS, "第49站", True)


def test_a_parcel_that_was_never_seen_is_nowhere() -> None:
    line = list_parcels(make_order(shipments=[{"tracking_no": "QY1", "direction": "return"}]), now=NOW)[0]
    assert (line.now, line.events, line.direction) == (None, (), "return")
