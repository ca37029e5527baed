"""What an agent sees of a customer: who, masked; orders with parcels; recent contacts; notices that touch them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from kb.articles.models import Audience
from kb.customers.person import MaskedCustomer, describe_unknown, mask_customer
from kb.customers.records import CustomerRecords, read_records
from kb.customers.remarks import Remark, list_remarks, read_hours, say_state
from kb.customers.timeline import ParcelLine, list_parcels
from kb.feedback.models import MatchRow
from kb.notices.models import NoticeKind
from kb.notices.service import read_notices, select_notices
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order, OrderStatus, RefundStatus
from kb.orders.words import REFUND_STATUS, Words
from kb.text.mask import mask_personal_data

MAX_ITEM_NAMES = 20
MAX_CONTACTS = 10
MAX_NOTICES = 20
MAX_QUESTION_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class RefundStage:
    """How far the refund of an order has come."""

    status: RefundStatus
    words: Words
    requested_at: datetime | None
    amount: float | None


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """An order: how far it has come, what is remarkable about it, and its parcels."""

    id: str
    is_asked_for: bool
    status: OrderStatus
    state: Words
    hours_late: float | None
    remarks: tuple[Remark, ...]
    refund: RefundStage | None
    amount: float | None
    item_names: tuple[str, ...]
    placed_at: datetime | None
    promised_at: datetime | None
    delivered_at: datetime | None
    parcels: tuple[ParcelLine, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """A question that was asked about an order, masked as it was recorded."""

    at: datetime
    request_id: str
    order_id: str | None
    question: str
    channel: str | None
    answered: bool


@dataclass(frozen=True, slots=True)
class TouchingNotice:
    """A notice in force, and the orders that it touches."""

    id: str
    title: str
    kind: NoticeKind
    priority: int
    body: str
    wording: str
    order_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    """Everything about one customer; `customer` is None for an order that says of nobody whose it is."""

    customer: MaskedCustomer | None
    orders: tuple[OrderSummary, ...]
    has_more_orders: bool
    contacts: tuple[Contact, ...]
    notices: tuple[TouchingNotice, ...]


@dataclass(frozen=True, slots=True)
class View:
    """When somebody looks, and in which zone the shop's days are."""

    now: datetime
    zone: ZoneInfo


def build_profile(
    connection: Connection, customer_id: str | None, order_ids: Sequence[str], view: View
) -> CustomerProfile | None:
    """Return the profile of a customer, or of these orders where nobody is known; None where neither exists."""
    records = read_records(connection, customer_id, order_ids)
    orders, customer = records.orders, _describe_customer(customer_id, records)
    if customer is None and not orders:
        return None
    contexts = [derive_context(order, now=view.now, zone=view.zone) for order in orders]
    return CustomerProfile(
        customer=customer,
        orders=tuple(
            _summarise(order, context, is_asked_for=order.id in order_ids)
            for order, context in zip(orders, contexts, strict=True)
        ),
        has_more_orders=records.has_more_orders,
        contacts=_list_contacts(connection, [order.id for order in orders if order.id]),
        notices=_list_notices(connection, contexts),
    )


def _describe_customer(customer_id: str | None, records: CustomerRecords) -> MaskedCustomer | None:
    if customer_id is None:
        return None
    if records.customer is not None:
        return mask_customer(records.customer)
    said = next((order.customer for order in records.orders if order.customer), None)
    return describe_unknown(customer_id, said) if said else None


def _summarise(order: Order, context: OrderContext, *, is_asked_for: bool) -> OrderSummary:
    names = [item.name for item in order.items or () if item.name]
    return OrderSummary(
        id=order.id or "",
        is_asked_for=is_asked_for,
        status=order.status,
        state=say_state(order, context),
        hours_late=read_hours(context, "hours_late") if context.facts.get("is_late") else None,
        remarks=list_remarks(order, context),
        refund=_describe_refund(order),
        amount=order.payment.amount if order.payment else None,
        item_names=tuple(mask_personal_data(name).text for name in names[:MAX_ITEM_NAMES]),
        placed_at=order.placed_at,
        promised_at=order.promised_at,
        delivered_at=order.delivered_at,
        parcels=list_parcels(order, now=context.now),
    )


def _describe_refund(order: Order) -> RefundStage | None:
    refund = order.refund
    if refund is None or refund.status is None or refund.status is RefundStatus.NONE:
        return None
    return RefundStage(refund.status, REFUND_STATUS[refund.status], refund.requested_at, refund.amount)


def _list_contacts(connection: Connection, order_ids: Sequence[str]) -> tuple[Contact, ...]:
    query = (
        select(
            MatchRow.at, MatchRow.request_id, MatchRow.order_id, MatchRow.question, MatchRow.channel, MatchRow.answered
        )
        .where(MatchRow.order_id.in_(order_ids))
        .order_by(MatchRow.at.desc(), MatchRow.row_id.desc())
        .limit(MAX_CONTACTS)
    )
    return tuple(
        Contact(
            at=row.at,
            request_id=row.request_id,
            order_id=row.order_id,
            question=row.question[:MAX_QUESTION_CHARACTERS],
            channel=row.channel,
            answered=row.answered,
        )
        for row in connection.execute(query)
    )


def _list_notices(connection: Connection, contexts: Sequence[OrderContext]) -> tuple[TouchingNotice, ...]:
    """Return the notices that touch any of the orders, most urgent first."""
    notices = read_notices(connection)
    touched: dict[str, list[str]] = {}
    for context in contexts:
        for notice in select_notices(notices, context, audience=Audience.INTERNAL):
            touched.setdefault(notice.id, []).append((context.order and context.order.id) or "")
    return tuple(
        TouchingNotice(
            id=notice.id,
            title=notice.title,
            kind=NoticeKind(notice.kind),  # As stored it is plain text.
            priority=notice.priority,
            body=notice.body,
            wording=notice.wording,
            order_ids=tuple(touched[notice.id]),
        )
        for notice in notices
        if notice.id in touched
    )[:MAX_NOTICES]
