"""tau-bench's shop (sierra-research, MIT): orders and users as two JSON files, in dollars and without times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb.transfer.formats.foreign import ForeignRow, as_object, as_objects, load_object
from kb.transfer.kinds import RecordKind
from kb.transfer.source import RowFault

ZONE = "UTC"
ORDERS, USERS = "orders.json", "users.json"
# "processed" has a tracking number and can no longer be changed: it is on its way.
STATUSES: Mapping[str, str] = {
    "pending": "paid",
    "processed": "shipped",
    "delivered": "delivered",
    "cancelled": "cancelled",
}
METHODS: Mapping[str, str] = {"credit_card": "card", "gift_card": "balance"}  # PayPal is none of ours.


def read_tau_retail(folder: Path) -> Iterator[ForeignRow | RowFault]:
    """Yield the customers, then the orders."""
    for user_id, user in load_object(folder / USERS).items():
        yield ForeignRow(f"{USERS}: {user_id}", RecordKind.CUSTOMER, _read_customer(user_id, as_object(user)))
    for order_id, order in load_object(folder / ORDERS).items():
        yield ForeignRow(f"{ORDERS}: {order_id}", RecordKind.ORDER, _read_order(order_id, as_object(order)))


def _read_customer(user_id: str, user: Mapping[str, Any]) -> dict[str, object]:
    name, place = as_object(user.get("name")), as_object(user.get("address"))
    return {
        "id": user_id,
        "name": " ".join(str(name[part]) for part in ("first_name", "last_name") if name.get(part)),
        "email": user.get("email"),
        "region": _read_region(place),
        "address": ", ".join(str(place[part]) for part in ("address1", "address2", "zip") if place.get(part)),
    }


def _read_region(place: Mapping[str, Any]) -> list[object]:
    return [place[part] for part in ("country", "state", "city") if place.get(part)]


def _read_order(order_id: str, order: Mapping[str, Any]) -> dict[str, object]:
    said = order.get("status")
    payments = as_objects(order.get("payment_history"))
    return {
        # People leave the "#" out, and numbers are looked up without it.
        "id": order_id.removeprefix("#"),
        "status": STATUSES.get(str(said), said),
        "payment": _read_payment(payments),
        "items": [_read_item(item) for item in as_objects(order.get("items"))],
        "shipments": _read_shipments(order) or None,
        "refund": _read_refund(payments),
        "customer": {"id": order.get("user_id"), "region": _read_region(as_object(order.get("address")))},
    }


def _read_item(item: Mapping[str, Any]) -> dict[str, object]:
    options = ", ".join(map(str, as_object(item.get("options")).values()))
    name = f"{item.get('name', '')} ({options})" if options else item.get("name")
    return {"sku": item.get("item_id"), "name": name, "price": item.get("price"), "quantity": 1}


def _read_shipments(order: Mapping[str, Any]) -> list[object]:
    return [
        {"tracking_no": number, "direction": "forward"}
        for fulfillment in as_objects(order.get("fulfillments"))
        for number in fulfillment.get("tracking_id") or ()
    ]


def _read_payment(payments: list[dict[str, Any]]) -> dict[str, object] | None:
    paid = _of_type(payments, "payment")
    if not paid:
        return None
    method = str(paid[0].get("payment_method_id", "")).rpartition("_")[0]
    return {"method": METHODS.get(method), "amount": _add(paid)}


def _read_refund(payments: list[dict[str, Any]]) -> dict[str, object] | None:
    refunds = _of_type(payments, "refund")
    return {"status": "refunded", "amount": _add(refunds)} if refunds else None


def _of_type(payments: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [payment for payment in payments if payment.get("transaction_type") == kind]


def _add(payments: list[dict[str, Any]]) -> float:
    amounts = [payment.get("amount") for payment in payments]
    return round(sum(amount for amount in amounts if isinstance(amount, int | float)), 2)
