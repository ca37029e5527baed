from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kb.errors import InvalidInput
from kb.orders.context import OrderContext, derive_context
from kb.orders.facts import FACTS
from kb.orders.order import Order

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)


def at(day: int, hour: int = 12) -> str:
    return f"2026-11-{day:02}T{hour:02}:00:00+08:00"


def context_of(status: str = "shipped", *, now: datetime = NOW, **fields: Any) -> OrderContext:
    return derive_context(Order.model_validate({"status": status, **fields}), now=now, zone=SHANGHAI)


def parcel(*events: tuple[str, str], direction: str = "forward", **fields: Any) -> dict[str, Any]:
    scans = [{"at": when, "status": status} for when, status in events]
    return {"direction": direction, "events": scans, **fields}


def test_without_an_order_only_the_asking_itself_is_known() -> None:
    context = derive_context(None, now=NOW, zone=SHANGHAI, channel="app", audience="public")
    assert dict(context.facts) == {"channel": "app", "audience": "public", "now.date": "2026-11-20"}
    assert context.item_facts == ()


def test_an_order_with_only_a_status_tells_only_that() -> None:
    assert dict(context_of().facts) == {"order.status": "shipped", "now.date": "2026-11-20"}


def test_the_date_is_that_of_the_shop() -> None:
    late_evening_utc = datetime.fromisoformat("2026-11-20T23:30:00+00:00")
    assert context_of(now=late_evening_utc).facts["now.date"] == "2026-11-21"


def test_a_present_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="zone"):
        derive_context(None, now=datetime(2026, 11, 20), zone=SHANGHAI)


def test_every_fact_of_the_table_can_be_derived_and_no_other() -> None:
    order = Order.model_validate(
        {
            "status": "shipped",
            "placed_at": at(1), "paid_at": at(1), "shipped_at": at(2), "promised_at": at(5),
            "delivered_at": at(10), "completed_at": at(11),
            "payment": {"method": "card", "amount": 10},
            "seller": {"kind": "third_party"},
            "items": [{"sku": "1", "category": "a/b", "price": 10, "tags": ["x"]}],
            "shipments": [
                {"events": [{"at": at(3), "status": "in_transit", "place": "昆山"}]},
                parcel((at(12), "created"), direction="return"),
            ],
            "invoice": {"kind": "paper", "issued_at": at(4)},
            "refund": {"status": "requested", "requested_at": at(12)},
            "customer": {"tier": "plus", "region": "北京/海淀区"},
        }
    )  # fmt: skip
    before = datetime.fromisoformat(at(9))
    late = derive_context(order, now=before, zone=SHANGHAI, channel="app", audience="public")
    names = set(late.facts) | {name for facts in late.item_facts for name in facts}
    assert names | {"return.last_status"} == set(FACTS)
    assert "return.last_status" in derive_context(order, now=NOW, zone=SHANGHAI).facts
    assert late.facts["customer.region"] == ("北京", "海淀区")
    assert late.facts["is_third_party"] is True
    assert late.item_facts[0]["item.category"] == ("a", "b")


def test_durations_are_counted_to_now() -> None:
    facts = context_of(
        "completed", placed_at=at(10), paid_at=at(10, 13), shipped_at=at(11), delivered_at=at(12, 0),
        completed_at=at(19), refund={"requested_at": at(20, 9)},
    ).facts  # fmt: skip
    assert facts["hours_since_placed"] == 240
    assert facts["hours_since_paid"] == 239
    assert facts["hours_since_shipped"] == 216
    assert facts["days_since_delivered"] == 8.5
    assert facts["days_since_completed"] == 1
    assert facts["hours_since_refund_requested"] == 3


def test_a_moment_just_ahead_of_now_was_just_now() -> None:
    assert context_of(placed_at=at(20, 13)).facts["hours_since_placed"] == 0


@pytest.mark.parametrize(
    ("status", "promised", "late", "hours"),
    [
        ("shipped", at(19), True, 24.0),
        ("paid", at(20, 11), True, 1.0),
        ("preparing", at(20, 12), False, 0.0),
        ("shipped", at(21), False, 0.0),
        ("pending_payment", at(19), False, 0.0),
        ("delivered", at(19), False, 0.0),
        ("completed", at(19), False, 0.0),
        ("cancelled", at(19), False, 0.0),
        ("delivered", None, False, 0.0),
    ],
)
def test_an_order_is_late_while_owed_past_its_promise(
    status: str, promised: str | None, late: bool, hours: float
) -> None:
    facts = context_of(status, promised_at=promised).facts
    assert (facts["is_late"], facts["hours_late"]) == (late, hours)


def test_without_a_promise_lateness_of_an_owed_order_is_not_known() -> None:
    facts = context_of("shipped").facts
    assert "is_late" not in facts
    assert "hours_late" not in facts


def test_a_shipped_order_that_says_when_it_arrived_is_not_late() -> None:
    assert context_of("shipped", promised_at=at(18), delivered_at=at(19)).facts["is_late"] is False


def test_a_received_order_without_a_time_takes_its_last_delivery_scan() -> None:
    shipments = [
        parcel((at(17), "delivered"), (at(15), "in_transit")),
        parcel((at(18), "delivered")),
        parcel((at(19), "delivered"), direction="return"),
    ]
    assert context_of("delivered", shipments=shipments).facts["days_since_delivered"] == 2
    assert "days_since_delivered" not in context_of("shipped", shipments=shipments).facts


def test_scans_out_of_order_are_put_in_order() -> None:
    facts = context_of(shipments=[parcel((at(18), "at_station"), (at(16), "picked_up"))]).facts
    assert facts["shipment.last_status"] == "at_station"
    assert facts["hours_without_scan"] == 48


def test_scans_after_now_are_not_known_yet() -> None:
    facts = context_of(shipments=[parcel((at(18), "in_transit"), (at(21), "delivered"))]).facts
    assert facts["shipment.last_status"] == "in_transit"
    assert facts["shipment.delivered_count"] == 0


def test_shipment_facts_speak_of_the_forward_parcel_with_the_newest_scan() -> None:
    shipments = [
        parcel((at(18), "out_for_delivery")),
        parcel((at(17), "in_transit")),
        parcel(),
        parcel((at(19), "picked_up"), direction="return"),
    ]
    facts = context_of(shipments=shipments).facts
    assert facts["shipment.last_status"] == "out_for_delivery"
    assert facts["return.last_status"] == "picked_up"
    assert facts["shipment.count"] == 3


def test_a_shipped_order_without_scans_waits_since_dispatch() -> None:
    assert context_of(shipped_at=at(19), shipments=[parcel()]).facts["hours_without_scan"] == 24
    assert context_of(shipped_at=at(19)).facts["hours_without_scan"] == 24


@pytest.mark.parametrize("status", ["paid", "preparing", "delivered", "completed", "cancelled"])
def test_only_a_shipped_order_waits_for_scans(status: str) -> None:
    facts = context_of(status, shipped_at=at(18), shipments=[parcel((at(18), "in_transit"))]).facts
    assert "hours_without_scan" not in facts


def test_a_parcel_that_arrived_waits_for_no_scan() -> None:
    assert "hours_without_scan" not in context_of(shipments=[parcel((at(18), "delivered"))]).facts


def test_parcels_are_counted_when_they_are_listed() -> None:
    assert context_of(shipments=[]).facts["shipment.count"] == 0
    facts = context_of(shipments=[parcel((at(18), "delivered")), parcel((at(18), "in_transit"))]).facts
    assert (facts["shipment.count"], facts["shipment.delivered_count"]) == (2, 1)


def test_a_parcel_whose_scans_are_not_known_leaves_the_deliveries_unknown() -> None:
    facts = context_of(shipments=[parcel((at(18), "delivered")), {"carrier": "顺丰"}]).facts
    assert facts["shipment.count"] == 2
    assert "shipment.delivered_count" not in facts


def test_a_refund_that_is_not_mentioned_is_unknown_and_none_is_known() -> None:
    assert "refund.status" not in context_of().facts
    assert "refund.status" not in context_of(refund={}).facts
    assert context_of(refund={"status": "none"}).facts["refund.status"] == "none"


def test_an_invoice_is_issued_once_its_time_has_come() -> None:
    assert "invoice.issued" not in context_of().facts
    assert context_of(invoice={"kind": "paper"}).facts["invoice.issued"] is False
    assert context_of(invoice={"issued_at": at(19)}).facts["invoice.issued"] is True
    assert context_of(invoice={"issued_at": at(21)}).facts["invoice.issued"] is False


def test_each_item_has_its_own_facts() -> None:
    context = context_of(items=[{"sku": "1", "tags": []}, {"price": 5, "category": []}])
    assert [dict(facts) for facts in context.item_facts] == [
        {"item.sku": "1", "item.tags": ()},
        {"item.price": 5.0},
    ]


def test_facts_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        context_of().facts["order.status"] = "paid"  # type: ignore[index]


def test_the_place_is_that_of_the_newest_scan() -> None:
    def place(*events: dict[str, Any]) -> object:
        return context_of(shipments=[{"events": list(events)}]).facts.get("shipment.place")

    first = {"at": at(18), "status": "picked_up", "place": "昆山一号仓"}
    assert place(first) == "昆山一号仓"
    assert place(first, {"at": at(19), "status": "in_transit", "place": "宜昌"}) == "宜昌"
    assert place(first, {"at": at(19), "status": "in_transit"}) is None
    assert place(first, {"at": at(21), "status": "in_transit", "place": "宜昌"}) == "昆山一号仓"  # Not scanned yet.
    assert place() is None


@pytest.mark.parametrize(
    ("parcels", "partly"),
    [
        ([[(at(19), "delivered")], [(at(19), "in_transit")]], True),
        ([[(at(19), "delivered")], [(at(19), "delivered")]], False),
        ([[(at(19), "delivered")], [(at(21), "delivered")]], True),
        ([[(at(19), "in_transit")], [(at(19), "in_transit")]], False),
        ([[(at(19), "delivered")]], False),
        ([], False),
    ],
)
def test_an_order_is_partly_delivered_while_some_parcels_are_and_others_are_not(
    parcels: list[list[tuple[str, str]]], partly: bool
) -> None:
    facts = context_of(shipments=[parcel(*events) for events in parcels]).facts
    assert facts["is_partly_delivered"] is partly


def test_a_parcel_without_scans_leaves_open_what_they_would_tell() -> None:
    facts = context_of(shipments=[parcel((at(19), "delivered")), {"carrier": "青柚快递"}]).facts
    assert facts.keys() & {"is_partly_delivered", "is_refused"} == set()
    assert context_of().facts.keys() & {"is_partly_delivered", "is_refused", "shipment.place"} == set()


@pytest.mark.parametrize(
    ("events", "refused"),
    [
        ([(at(19), "refused")], True),
        ([(at(18), "refused"), (at(19), "in_transit")], True),  # On its way back.
        ([(at(21), "refused")], False),
        ([(at(19), "delivered")], False),
    ],
)
def test_a_parcel_counts_as_refused_from_its_scan_on(events: list[tuple[str, str]], refused: bool) -> None:
    assert context_of(shipments=[parcel(*events)]).facts["is_refused"] is refused
    assert context_of(shipments=[parcel(*events), {"carrier": "青柚快递"}]).facts.get("is_refused") is (refused or None)
    assert context_of(shipments=[parcel(*events, direction="return")]).facts["is_refused"] is False
