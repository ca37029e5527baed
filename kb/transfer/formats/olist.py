"""Olist's orders (Brazil, CC BY-NC-SA 4.0): five CSV files, in reais and in São Paulo's time; sold on a marketplace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from kb.transfer.formats.foreign import ForeignRow, refuse
from kb.transfer.kinds import RecordKind
from kb.transfer.read_csv import read_csv
from kb.transfer.source import RowFault, SourceRow, UnusableFile

ZONE = "America/Sao_Paulo"
ORDERS, CUSTOMERS, ITEMS, PRODUCTS = "orders.csv", "customers.csv", "order_items.csv", "products.csv"
# "unavailable": the seller cannot deliver, so that the order comes to nothing.
STATUSES: Mapping[str, str] = {
    "created": "pending_payment",
    "approved": "paid",
    "invoiced": "preparing",
    "processing": "preparing",
    "shipped": "shipped",
    "delivered": "delivered",
    "canceled": "cancelled",
    "unavailable": "cancelled",
}
Row = Mapping[str, str]


def read_olist(folder: Path) -> Iterator[ForeignRow | RowFault]:
    """Yield the customers, then the orders; a customer has another id in every order, and one that stays."""
    customers: dict[str, Row] = {}
    told: set[str] = set()
    for line, row in _read(folder / CUSTOMERS):
        if isinstance(row, RowFault):
            yield row
            continue
        customers[row.get("customer_id", "")] = row
        person = row.get("customer_unique_id", "")
        if person not in told:
            told.add(person)
            yield ForeignRow(f"{CUSTOMERS}: {line}", RecordKind.CUSTOMER, {"id": person, "region": _read_region(row)})
    categories = {row.get("product_id", ""): row.get("product_category_name", "") for row in _rows(folder / PRODUCTS)}
    items: dict[str, list[Row]] = {}
    for row in _rows(folder / ITEMS):
        items.setdefault(row.get("order_id", ""), []).append(row)
    for line, row in _read(folder / ORDERS):
        if isinstance(row, RowFault):
            yield row
            continue
        own = items.pop(row.get("order_id", ""), [])
        values = _read_order(row, own, customers.get(row.get("customer_id", "")), categories)
        yield ForeignRow(f"{ORDERS}: {line}", RecordKind.ORDER, values)
    for order_id in items:
        remedy = f"Add the order to {ORDERS}, or remove its items."
        yield refuse(f"{ITEMS}: {order_id}", "is an item of an order that is not there", remedy)


def _read(path: Path) -> Iterator[tuple[object, Row | RowFault]]:
    if not path.is_file():
        raise UnusableFile(f"{path} is not there. This format needs it.")
    for row in read_csv(path):
        if isinstance(row, RowFault):
            yield row.line, RowFault(f"{path.name}: {row.line}", row.field, row.problem, row.remedy)
        else:
            yield row.line, _to_texts(row)


def _to_texts(row: SourceRow) -> Row:
    return {name: str(value) for name, value in row.values.items() if value is not None}


def _rows(path: Path) -> Iterator[Row]:
    return (row for _, row in _read(path) if not isinstance(row, RowFault))


def _read_region(row: Row) -> list[str]:
    return [row[name] for name in ("customer_state", "customer_city") if row.get(name)]


def _read_order(row: Row, items: list[Row], customer: Row | None, categories: Mapping[str, str]) -> dict[str, object]:
    said = row.get("order_status", "")
    person = {"id": customer.get("customer_unique_id"), "region": _read_region(customer)} if customer else None
    return {
        "id": row.get("order_id"),
        "status": STATUSES.get(said, said),
        "placed_at": row.get("order_purchase_timestamp"),
        "paid_at": row.get("order_approved_at"),
        "shipped_at": row.get("order_delivered_carrier_date"),
        "promised_at": row.get("order_estimated_delivery_date"),
        "delivered_at": row.get("order_delivered_customer_date"),
        "payment": {"amount": _add(items)} if items else None,
        "seller": {"kind": "third_party"},
        "items": _read_items(items, categories),
        "customer": person,
    }


def _read_items(items: list[Row], categories: Mapping[str, str]) -> list[dict[str, object]]:
    """Return the items, each product at each price once: three of one kind are three rows there."""
    counted = Counter((item.get("product_id", ""), item.get("price", "")) for item in items)
    lines: list[dict[str, object]] = []
    for (product, price), quantity in counted.items():
        words = categories.get(product, "").replace("_", " ")
        line = {"sku": product, "name": words or None, "category": [words] if words else None}
        lines.append({**line, "price": price, "quantity": quantity})
    return lines


def _add(items: list[Row]) -> object:
    """Return what was paid: prices and freight."""
    try:
        return float(sum(Decimal(item.get(part) or "0") for item in items for part in ("price", "freight_value")))
    except InvalidOperation:
        return None
