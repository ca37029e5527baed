"""What is kept of an order with a recorded match: what conditions test, less places, and not whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb.orders.order import Order
from kb.text.mask import mask_personal_data

# Named one by one: a field that orders gain later is left out until somebody decides that it may be kept.
# Numbers, names, carriers, places and couriers' remarks are not here.
KEPT_TIMES = frozenset(
    {"placed_at", "paid_at", "shipped_at", "promised_at", "delivered_at", "completed_at", "cancelled_at"}
)
KEPT_PARTS: Mapping[str, frozenset[str]] = {
    "payment": frozenset({"method", "amount"}),
    "seller": frozenset({"kind"}),
    "items": frozenset({"sku", "category", "quantity", "price", "tags"}),
    "invoice": frozenset({"kind", "issued_at"}),
    "refund": frozenset({"status", "requested_at", "amount"}),
    "customer": frozenset({"tier", "region"}),
}
KEPT_OF_SHIPMENTS = frozenset({"direction", "events"})
KEPT_OF_EVENTS = frozenset({"at", "status"})
KEPT_REGION_LEVELS = 3  # Province, city, district; what shops write below that is an address.


def keep_facts(order: Order) -> dict[str, Any]:
    """Return the order as JSON that `Order` takes again, with the facts that conditions test and nothing personal."""
    data = order.model_dump(mode="json", exclude_none=True)
    kept: dict[str, Any] = {"status": data["status"]}
    kept.update({name: value for name, value in data.items() if name in KEPT_TIMES})
    kept.update({name: _keep(data[name], fields) for name, fields in KEPT_PARTS.items() if name in data})
    if "shipments" in data:
        kept["shipments"] = [_keep_shipment(shipment) for shipment in data["shipments"]]
    if region := kept.get("customer", {}).get("region"):
        kept["customer"]["region"] = [_mask(part) for part in region[:KEPT_REGION_LEVELS]]
    for item in kept.get("items", ()):
        item |= {name: _mask_text(item[name]) for name in ("sku", "category", "tags") if item.get(name)}
    return kept


def _mask_text(value: str | list[str]) -> str | list[str]:
    """Mask what a shop may have written into a field that is not for it, such as whom a present is for."""
    return _mask(value) if isinstance(value, str) else [_mask(part) for part in value]


def _mask(text: str) -> str:
    return mask_personal_data(text).text


def _keep(value: Any, fields: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_keep(part, fields) for part in value]
    return {name: part for name, part in value.items() if name in fields}


def _keep_shipment(shipment: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = _keep(shipment, KEPT_OF_SHIPMENTS)
    if "events" in kept:
        kept["events"] = _keep(kept["events"], KEPT_OF_EVENTS)
    return kept
