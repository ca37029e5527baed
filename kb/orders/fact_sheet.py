"""The facts as a table for people: what each is called, can be, comes from and means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.orders.facts import FACTS, Fact, FactType

MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact comes from in an order, and what it means beyond its name."""

    source: str
    meaning: str


ORIGINS: Mapping[str, Origin] = {
    "order.status": Origin("`status`", "how far the order has come"),
    "order.amount": Origin("`payment.amount`", "what was paid for the whole order"),
    "payment.method": Origin("`payment.method`", "how it was or will be paid"),
    "seller.kind": Origin("`seller.kind`", "who sells: the shop, or a merchant on its platform"),
    "is_third_party": Origin("`seller.kind`", "true where a merchant sells"),
    "item.category": Origin("`items[].category`", "met when any item meets it; `under` compares paths"),
    "item.tags": Origin("`items[].tags`", "met when any item has the tag; an empty list has none"),
    "item.price": Origin("`items[].price`", "of one piece; met when any item meets it"),
    "item.sku": Origin("`items[].sku`", "met when any item meets it"),
    "customer.tier": Origin("`customer.tier`", "membership"),
    "customer.region": Origin("`customer.region`", "where the order goes, from province to district"),
    "is_late": Origin(
        "`promised_at`, `status`, `delivered_at`", "paid for, not received, and past the promise; else false"
    ),
    "hours_late": Origin("`promised_at`, `status`, `delivered_at`", "hours past the promise while it is owed, else 0"),
    "hours_without_scan": Origin(
        "`shipments[].events[].at`, `shipped_at`",
        "since the newest scan of the latest parcel, or since dispatch without one; only while shipped",
    ),
    "shipment.last_status": Origin("`shipments[].events[].status`", "newest scan of the latest forward parcel"),
    "shipment.place": Origin(
        "`shipments[].events[].place`", "place of that scan, as the carrier writes it; not kept with recorded matches"
    ),
    "is_partly_delivered": Origin(
        "`shipments[].events`", "some forward parcels have a delivery scan and others have none"
    ),
    "is_refused": Origin("`shipments[].events`", "any forward parcel has a `refused` scan"),
    "shipment.count": Origin("`shipments`", "forward parcels"),
    "shipment.delivered_count": Origin("`shipments[].events`", "forward parcels with a delivery scan"),
    "return.last_status": Origin("`shipments[].events[].status`", "newest scan of the latest return parcel"),
    "hours_since_placed": Origin("`placed_at`", "time passed until now"),
    "hours_since_paid": Origin("`paid_at`", "time passed until now"),
    "hours_since_shipped": Origin("`shipped_at`", "time passed until now"),
    "days_since_delivered": Origin(
        "`delivered_at`, `shipments[].events`", "until now; by the last delivery scan where the order does not say"
    ),
    "days_since_completed": Origin("`completed_at`", "time passed until now"),
    "refund.status": Origin("`refund.status`", "how far a refund has come"),
    "hours_since_refund_requested": Origin("`refund.requested_at`", "time passed until now"),
    "invoice.kind": Origin("`invoice.kind`", "which kind of invoice was asked for"),
    "invoice.issued": Origin("`invoice.issued_at`", "true once that moment has come"),
    "channel": Origin("the question's `channel`", "where the customer asks, as the shop names it"),
    "audience": Origin("the question's `audience`", "who reads the answer"),
    "now.date": Origin("the moment of asking", "the day in the shop's zone, such as `2026-11-20`"),
}
_OPENING = """# Facts

What conditions of articles and notices may test, as `xianzhi kb facts --markdown` writes it. A fact is absent while
the order does not tell it, and a test on an absent fact is *unknown*, never false. Scans later than the moment of
asking are not known yet.

| fact | type | unit | values | from the order's | what it tells |
|---|---|---|---|---|---|
"""


def write_fact_sheet() -> str:
    """Return every fact in a Markdown table, in the order of the table in the code."""
    return _OPENING + "".join(_write_row(fact) for fact in FACTS.values())


def list_values(fact: Fact) -> tuple[str, ...]:
    """Return what a fact can be, where that is a closed set."""
    if fact.type is FactType.BOOLEAN:
        return ("true", "false")
    return tuple(fact.values)


def _write_row(fact: Fact) -> str:
    origin = ORIGINS[fact.name]
    values = " ".join(f"`{value}`" for value in list_values(fact)[:MOST_VALUES])
    told = f"{fact.label.en} ({fact.label.zh}): {origin.meaning}"
    cells = (f"`{fact.name}`", fact.type.value, fact.unit.value if fact.unit else "", values, origin.source, told)
    return f"| {' | '.join(cells)} |\n"
