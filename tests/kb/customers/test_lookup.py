"""Whom a query means, on both databases, and that no query reads a whole table."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from eval.lookup_speed.bench import trace_statements
from kb.audit.models import AuditOutcome
from kb.customers.desk import CustomerDesk, Lookup
from kb.customers.lookup import MAX_CANDIDATES, MOST_READ, MatchedBy
from kb.customers.query import QueryUnreadable
from kb.database import Database
from tests.kb.customers.makers import CALLER, CHEN, ZHOU, open_desk, save_orders, save_people

WHOLE_TABLE = re.compile(r"SCAN (?:customers|orders|shipments|shipment_events|matches)\b")


def look_up(database: Database, query: str) -> Lookup:
    """Look somebody up."""
    return open_desk(database).look_up(query, CALLER)


def found_id(found: Lookup) -> str | None:
    """Return whose profile was found."""
    return found.profile.customer.id if found.profile and found.profile.customer else None


def parcel(number: str) -> dict[str, Any]:
    """Return a parcel."""
    return {"tracking_no": number}


@pytest.mark.parametrize(
    ("query", "by"),
    [
        ("+86 138 0000 1037", MatchedBy.PHONE),
        ("38 0000 1037", MatchedBy.PHONE),
        ("00017", MatchedBy.ORDER_NUMBER),
        ("SO2026111500017", MatchedBy.ORDER_NUMBER),
        ("2026111500017", MatchedBy.ORDER_NUMBER),
        ("qy7306518138", MatchedBy.TRACKING_NUMBER),
        ("QY 7306 518 138", MatchedBy.TRACKING_NUMBER),
        ("8138", MatchedBy.TRACKING_NUMBER),
        ("c0042", MatchedBy.CUSTOMER_ID),
    ],
)
def test_one_customer_is_found_by_whatever_is_theirs(database: Database, query: str, by: MatchedBy) -> None:
    save_people(database, ZHOU, CHEN)
    save_orders(database, {})
    found = look_up(database, query)
    assert (found.outcome, found_id(found), found.matched_by) == (AuditOutcome.FOUND, "C0042", (by,))
    assert found.candidates == ()


def test_several_with_one_end_are_listed_masked_and_newest_first(database: Database) -> None:
    save_people(database, ZHOU, CHEN)
    save_orders(
        database,
        {"id": "SO1", "placed_at": "2026-11-10T00:00:00+08:00", "shipments": []},
        {"id": "SO2", "placed_at": "2026-11-12T00:00:00+08:00", "customer": {"id": "C0043"}, "shipments": []},
    )
    found = look_up(database, "1037")
    assert (found.outcome, found.profile, found.truncated) == (AuditOutcome.SEVERAL, None, False)
    people = [one.customer for one in found.candidates]
    assert [(one.id, one.name, one.phone) for one in people if one] == [
        ("C0043", "陈**", "139****1037"),
        ("C0042", "周**", "138****1037"),
    ]


def test_an_end_of_a_phone_of_one_and_of_an_order_of_another_means_both(database: Database) -> None:
    save_people(database, ZHOU)
    save_orders(database, {"id": "SO91037", "customer": None, "shipments": []})
    found = look_up(database, "1037")
    assert {one.matched_by for one in found.candidates} == {(MatchedBy.PHONE,), (MatchedBy.ORDER_NUMBER,)}
    order = next(one.order for one in found.candidates if one.order)
    assert (order.id, order.status_words.zh, order.item_names) == ("SO91037", "已发货", ("电热水器",))


def test_orders_and_parcels_of_one_customer_are_one_customer(database: Database) -> None:
    save_orders(
        database,
        {"id": "SO11037", "shipments": [parcel("QY21037")]},
        {"id": "SO31037", "shipments": []},
    )
    found = look_up(database, "1037")
    assert found_id(found) == "C0042"
    assert found.matched_by == (MatchedBy.ORDER_NUMBER, MatchedBy.TRACKING_NUMBER)
    assert found.profile is not None
    assert [order.is_asked_for for order in found.profile.orders] == [True, True]


def test_a_whole_number_does_not_mean_what_only_ends_so(database: Database) -> None:
    save_orders(database, {"id": "10042", "shipments": []}, {"id": "110042", "customer": {"id": "other"}})
    assert found_id(look_up(database, "10042")) == "C0042"
    assert look_up(database, "0042").outcome is AuditOutcome.SEVERAL


def test_a_phone_is_no_end_of_an_order_number(database: Database) -> None:
    save_people(database, ZHOU)
    save_orders(database, {"id": "SO13800001037", "customer": {"id": "other"}, "shipments": []})
    assert found_id(look_up(database, "13800001037")) == "C0042"


def test_an_order_of_nobody_known_has_a_profile_without_a_customer(database: Database) -> None:
    save_orders(database, {"customer": None})
    found = look_up(database, "SO2026111500017")
    assert found.profile is not None
    assert found.profile.customer is None
    assert [order.id for order in found.profile.orders] == ["SO2026111500017"]


def test_a_customer_who_was_never_imported_is_known_by_their_orders(database: Database) -> None:
    save_orders(database, {})
    found = look_up(database, "C0042")
    assert found.profile is not None
    assert found.profile.customer is not None
    assert (found.profile.customer.tier, found.profile.customer.name) == ("plus", None)


def test_what_nobody_has_finds_nothing(database: Database) -> None:
    save_people(database, ZHOU)
    found = look_up(database, "13900000000")
    assert (found.outcome, found.profile, found.candidates) == (AuditOutcome.NONE, None, ())


def test_more_than_twenty_are_cut_and_said_to_be(database: Database) -> None:
    save_people(database, *({"id": f"P{n}", "phone": f"138{n:04}1037"} for n in range(MAX_CANDIDATES + 1)))
    found = look_up(database, "1037")
    assert (len(found.candidates), found.truncated) == (MAX_CANDIDATES, True)


def test_one_customer_is_not_sure_where_not_everything_was_read(make_database: Callable[[], Database]) -> None:
    database = make_database()
    save_orders(database, *({"id": f"SO{n}1037", "shipments": []} for n in range(MOST_READ)))
    found = look_up(database, "1037")
    assert (found.outcome, len(found.candidates), found.truncated) == (AuditOutcome.SEVERAL, 1, True)


def test_a_changed_phone_is_found_and_the_old_one_is_not(database: Database) -> None:
    save_people(database, ZHOU)
    save_people(database, {**ZHOU, "phone": "13700009999"})
    assert found_id(look_up(database, "9999")) == "C0042"
    assert look_up(database, "13800001037").outcome is AuditOutcome.NONE


@pytest.mark.parametrize(
    "query", ["13800001037", "1037", "SO2026111500017", "2026111500017", "QY7306518138", "C0042", "017"]
)
def test_no_query_reads_a_whole_table(make_database: Callable[[], Database], query: str) -> None:
    database = make_database()
    save_people(database, ZHOU, CHEN)
    save_orders(database, {}, {"id": "SO2", "customer": {"id": "C0043"}})
    plans = explain(database, open_desk(database), query)
    assert len(plans) <= 9
    assert [line for line in plans.values() if WHOLE_TABLE.search(line)] == []
    assert query == "017" or any("ix_orders_id_reversed" in line for line in plans.values())


def explain(database: Database, desk: CustomerDesk, query: str) -> dict[str, str]:
    """Return how SQLite answers each statement of a look-up; of too few digits none may be asked at all."""
    with trace_statements(database) as asked, suppress(QueryUnreadable):
        desk.look_up(query, CALLER)
    reads = [statement for statement in asked if statement.startswith("SELECT")]
    with database.engine.connect() as connection:
        return {
            statement: "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
            for statement in reads
        }
