"""The table of slots: every fact of the order that a reply template can show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from kb.orders import words
from kb.orders.context import OrderContext
from kb.orders.parcels import find_delivered_at
from kb.orders.words import Words


@dataclass(frozen=True, slots=True)
class ItemNames:
    """The items of an order in short: the first one's name, and how many pieces there are of all."""

    first: str
    pieces: int
    several: bool


SlotValue = str | int | float | datetime | ItemNames
Reader = Callable[[OrderContext], SlotValue | None]


class SlotKind(StrEnum):
    """What kind of value a slot shows, and so how it is written."""

    TEXT = "text"
    ENUM = "enum"
    TIME = "time"
    AMOUNT = "amount"
    HOURS = "hours"
    DAYS = "days"
    ITEMS = "items"


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot: its name in templates, how it is written, its label for people, and its source."""

    name: str
    kind: SlotKind
    label: Words
    read: Reader
    values: Mapping[str, Words] | None = None


def _read_order(path: str) -> Reader:
    return _read_part(lambda context: context.order, path)


def _read_first_item(path: str) -> Reader:
    return _read_part(lambda context: context.order.items[0] if context.order and context.order.items else None, path)


def _read_parcel(path: str) -> Reader:
    return _read_part(lambda context: context.latest_parcel, path)


def _read_part(find: Callable[[OrderContext], object], path: str) -> Reader:
    """Read `part.field` of what is found; any part on the way may be absent, and empty text says nothing."""
    steps = path.split(".")

    def read(context: OrderContext) -> SlotValue | None:
        value = find(context)
        for step in steps:
            if value is None:
                return None
            value = getattr(value, step)
        return value if isinstance(value, str | int | float | datetime) and value != "" else None

    return read


def _read_fact(name: str) -> Reader:
    def read(context: OrderContext) -> SlotValue | None:
        value = context.facts.get(name)
        return None if isinstance(value, tuple) else value

    return read


def _read_delivered_at(context: OrderContext) -> datetime | None:
    return find_delivered_at(context.order, now=context.now) if context.order else None


def _read_item_names(context: OrderContext) -> ItemNames | None:
    items = (context.order.items or ()) if context.order else ()
    if not items or not items[0].name:
        return None
    pieces = sum(1 if item.quantity is None else item.quantity for item in items)
    return ItemNames(items[0].name, pieces, several=len(items) > 1)


def _text(name: str, zh: str, en: str, read: Reader) -> Slot:
    return Slot(name, SlotKind.TEXT, Words(zh, en), read)


def _enum(name: str, zh: str, en: str, read: Reader, values: Mapping[str, Words]) -> Slot:
    return Slot(name, SlotKind.ENUM, Words(zh, en), read, values)


def _time(name: str, zh: str, en: str, read: Reader | None = None) -> Slot:
    # "order.paid_at" is the order's own `paid_at`; "refund.requested_at" the `requested_at` of its refund.
    return Slot(name, SlotKind.TIME, Words(zh, en), read or _read_order(name.removeprefix("order.")))


def _amount(name: str, zh: str, en: str, read: Reader) -> Slot:
    return Slot(name, SlotKind.AMOUNT, Words(zh, en), read)


def _number(name: str, kind: SlotKind, zh: str, en: str) -> Slot:
    return Slot(name, kind, Words(zh, en), _read_fact(name))


_TABLE = (
    _text("order.id", "订单号", "order number", _read_order("id")),
    _enum("order.status", "订单状态", "order status", _read_order("status"), words.ORDER_STATUS),
    _amount("order.amount", "订单金额", "order amount", _read_order("payment.amount")),
    _time("order.placed_at", "下单时间", "order time"),
    _time("order.paid_at", "付款时间", "payment time"),
    _time("order.shipped_at", "发货时间", "dispatch time"),
    _time("order.promised_at", "承诺送达时间", "promised delivery time"),
    _time("order.delivered_at", "签收时间", "delivery time", _read_delivered_at),
    _time("order.completed_at", "完成时间", "completion time"),
    _time("order.cancelled_at", "取消时间", "cancellation time"),
    _enum("payment.method", "支付方式", "payment method", _read_order("payment.method"), words.PAYMENT_METHOD),
    _text("seller.name", "商家名称", "seller's name", _read_order("seller.name")),
    _enum("seller.kind", "卖家类型", "kind of seller", _read_order("seller.kind"), words.SELLER_KIND),
    Slot("item.name", SlotKind.ITEMS, Words("商品名称", "item name"), _read_item_names),
    _text("item.sku", "商品编号", "item SKU", _read_first_item("sku")),
    _amount("item.price", "商品价格", "item price", _read_first_item("price")),
    _text("shipment.carrier", "承运商", "carrier", _read_parcel("shipment.carrier")),
    _text("shipment.tracking_no", "运单号", "tracking number", _read_parcel("shipment.tracking_no")),
    _text("shipment.last_event", "最新物流信息", "latest tracking message", _read_parcel("event.text")),
    _text("shipment.last_place", "包裹当前位置", "latest tracking place", _read_parcel("event.place")),
    _time("shipment.last_at", "最新物流时间", "latest tracking time", _read_parcel("event.at")),
    _enum(
        "shipment.last_status",
        "最新物流状态",
        "latest shipment status",
        _read_parcel("event.status"),
        words.SHIPMENT_EVENT_STATUS,
    ),
    _enum("refund.status", "退款状态", "refund status", _read_order("refund.status"), words.REFUND_STATUS),
    _amount("refund.amount", "退款金额", "refund amount", _read_order("refund.amount")),
    _time("refund.requested_at", "退款申请时间", "refund request time"),
    _enum("invoice.kind", "发票类型", "kind of invoice", _read_order("invoice.kind"), words.INVOICE_KIND),
    _time("invoice.issued_at", "开票时间", "invoice time"),
    _enum("customer.tier", "会员等级", "customer tier", _read_order("customer.tier"), words.CUSTOMER_TIER),
    _number("hours_late", SlotKind.HOURS, "超出承诺送达的时长", "time past the promised delivery"),
    _number("hours_without_scan", SlotKind.HOURS, "物流未更新的时长", "time without a tracking update"),
    _number("days_since_delivered", SlotKind.DAYS, "签收后天数", "days since delivery"),
    _number("days_since_completed", SlotKind.DAYS, "订单完成后天数", "days since completion"),
    _number("hours_since_placed", SlotKind.HOURS, "下单后时长", "time since the order"),
    _number("hours_since_paid", SlotKind.HOURS, "付款后时长", "time since payment"),
    _number("hours_since_shipped", SlotKind.HOURS, "发货后时长", "time since dispatch"),
    _number("hours_since_refund_requested", SlotKind.HOURS, "申请退款后时长", "time since the refund request"),
)

SLOTS: Mapping[str, Slot] = MappingProxyType({slot.name: slot for slot in _TABLE})
