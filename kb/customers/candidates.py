"""Several whom a query can mean, with what tells them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from kb.customers.lookup import Candidate, MatchedBy
from kb.customers.person import MaskedCustomer, describe_unknown, mask_customer
from kb.orders.order import Customer as OrderCustomer
from kb.orders.order import OrderStatus
from kb.orders.stored import read_stored_customer
from kb.orders.tables import Customer, CustomerRow, OrderRow
from kb.orders.words import ORDER_STATUS, Words
from kb.text.mask import mask_personal_data

MAX_ITEM_NAMES = 5


@dataclass(frozen=True, slots=True)
class NamedOrder:
    """An order by which somebody was found."""

    id: str
    status: OrderStatus
    status_words: Words
    item_names: tuple[str, ...]
    placed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedCandidate:
    """One of several whom a query can mean; look up `customer.id`, or where there is none `order.id`, to see more."""

    customer: MaskedCustomer | None
    order: NamedOrder | None
    newest_order_at: datetime | None
    matched_by: tuple[MatchedBy, ...]


def list_candidates(connection: Connection, found: Sequence[Candidate]) -> tuple[ListedCandidate, ...]:
    """Return what tells several people apart, in the order given."""
    customer_ids = [one.customer_id for one in found if one.customer_id is not None]
    described = select(*(getattr(CustomerRow, name) for name in Customer.model_fields))
    rows = connection.execute(described.where(CustomerRow.id.in_(customer_ids)))
    customers = {row.id: read_stored_customer(row._asdict()) for row in rows}
    order_ids = [one.order_ids[0] for one in found if one.order_ids]
    columns = (OrderRow.id, OrderRow.status, OrderRow.items, OrderRow.placed_at, OrderRow.customer)
    orders = {row.id: row for row in connection.execute(select(*columns).where(OrderRow.id.in_(order_ids)))}
    return tuple(_make_line(one, customers, orders.get(one.order_ids[0]) if one.order_ids else None) for one in found)


def _make_line(one: Candidate, customers: Mapping[str, Customer], order: Any) -> ListedCandidate:
    return ListedCandidate(
        customer=_describe(one, customers, order),
        order=_name_order(order) if order else None,
        newest_order_at=one.newest_at,
        matched_by=one.matched_by,
    )


def _describe(one: Candidate, customers: Mapping[str, Customer], order: Any) -> MaskedCustomer | None:
    if one.customer_id is None:
        return None
    if one.customer_id in customers:
        return mask_customer(customers[one.customer_id])
    said = OrderCustomer.model_validate(order.customer) if order and order.customer else None
    return describe_unknown(one.customer_id, said)


def _name_order(order: Any) -> NamedOrder:
    names = [item.get("name") for item in order.items or ()]
    return NamedOrder(
        id=order.id,
        status=OrderStatus(order.status),
        status_words=ORDER_STATUS[order.status],
        item_names=tuple(mask_personal_data(name).text for name in names[:MAX_ITEM_NAMES] if name),
        placed_at=order.placed_at,
    )
