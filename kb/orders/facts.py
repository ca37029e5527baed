"""The table of facts that conditions may test; the names are a contract, also for other people's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from kb.orders import words
from kb.orders.words import Words

# Text, enum and date facts are `str`, paths and tag lists are tuples of `str`.
FactValue = str | bool | int | float | tuple[str, ...]

ITEM_PREFIX = "item."


class FactType(StrEnum):
    """What kind of value a fact has."""

    ENUM = "enum"
    TEXT = "text"
    BOOLEAN = "boolean"
    NUMBER = "number"
    PATH = "path"
    LIST = "list"
    DATE = "date"


class Unit(StrEnum):
    """What a number counts."""

    YUAN = "yuan"
    HOURS = "hours"
    DAYS = "days"
    PARCELS = "parcels"


UNIT_WORDS: Mapping[Unit, Words] = {
    Unit.YUAN: Words("元", "yuan"),
    Unit.HOURS: Words("小时", "hours"),
    Unit.DAYS: Words("天", "days"),
    Unit.PARCELS: Words("件", "parcels"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: what it is called and means, what it can be, and how to ask for it."""

    name: str
    type: FactType
    label: Words
    unit: Unit | None = None
    values: Mapping[str, Words] = field(default_factory=dict)
    # What the time is counted from ("签收"), where the fact is time passed since something.
    since: Words | None = None
    # None where nobody can sensibly be asked.
    question: Words | None = None

    @property
    def is_about_items(self) -> bool:
        """Whether every item of the order has its own value."""
        return self.name.startswith(ITEM_PREFIX)


def _enum(name: str, label: Words, values: Mapping[str, Words], question: Words | None = None) -> Fact:
    return Fact(name, FactType.ENUM, label, values=MappingProxyType(dict(values)), question=question)


def _boolean(name: str, label: Words, values: Mapping[str, Words], question: Words) -> Fact:
    return Fact(name, FactType.BOOLEAN, label, values=MappingProxyType(dict(values)), question=question)


def _number(name: str, label: Words, unit: Unit, question: Words | None) -> Fact:
    return Fact(name, FactType.NUMBER, label, unit=unit, question=question)


def _elapsed(name: str, unit: Unit, since: Words, question: Words) -> Fact:
    label = Words(f"{since.zh}后时长", f"time since {since.en}")
    return Fact(name, FactType.NUMBER, label, unit=unit, since=since, question=question)


_TABLE = (
    _enum(
        "order.status",
        Words("订单状态", "order status"),
        words.ORDER_STATUS,
        Words("请问订单现在是什么状态？", "What is the order's status?"),
    ),
    _number(
        "order.amount",
        Words("订单金额", "order amount"),
        Unit.YUAN,
        Words("请问订单金额是多少？", "What is the order's amount?"),
    ),
    _enum(
        "payment.method",
        Words("支付方式", "payment method"),
        words.PAYMENT_METHOD,
        Words("请问是用什么方式支付的？", "How was the order paid?"),
    ),
    _enum(
        "seller.kind",
        Words("卖家类型", "kind of seller"),
        words.SELLER_KIND,
        Words(
            "请问是自营商品还是第三方商家的商品？",
            "Was it sold by the shop itself or by a third-party seller?",
        ),
    ),
    _boolean(
        "is_third_party",
        Words("是否第三方商家", "third-party seller"),
        words.IS_THIRD_PARTY,
        Words(
            "请问是自营商品还是第三方商家的商品？",
            "Was it sold by the shop itself or by a third-party seller?",
        ),
    ),
    Fact(
        "item.category",
        FactType.PATH,
        Words("商品类目", "item category"),
        question=Words("请问咨询的是哪类商品？", "What kind of product is it about?"),
    ),
    Fact(
        "item.tags",
        FactType.LIST,
        Words("商品标签", "item tags"),
        question=Words(
            "请问商品页面有哪些服务标签（如七天无理由）？",
            "Which service labels does the product page show (such as 7-day returns)?",
        ),
    ),
    _number(
        "item.price",
        Words("商品价格", "item price"),
        Unit.YUAN,
        Words("请问商品的价格是多少？", "What is the item's price?"),
    ),
    Fact(
        "item.sku",
        FactType.TEXT,
        Words("商品编号", "item SKU"),
        question=Words("请问商品编号是多少？", "What is the item's SKU?"),
    ),
    _enum(
        "customer.tier",
        Words("会员等级", "customer tier"),
        words.CUSTOMER_TIER,
        Words(
            "请问您是普通会员、PLUS 会员还是企业会员？",
            "Is the customer an ordinary, plus or enterprise member?",
        ),
    ),
    Fact(
        "customer.region",
        FactType.PATH,
        Words("客户地区", "customer region"),
        question=Words("请问收货地区是哪里？", "Which region is the order delivered to?"),
    ),
    _boolean(
        "is_late",
        Words("是否超过承诺送达时间", "past the promised delivery time"),
        words.IS_LATE,
        Words("请问订单承诺的送达时间是什么时候？", "When was delivery promised?"),
    ),
    _number(
        "hours_late",
        Words("超出承诺送达的时长", "time past the promised delivery"),
        Unit.HOURS,
        Words("请问订单承诺的送达时间是什么时候？", "When was delivery promised?"),
    ),
    _number(
        "hours_without_scan",
        Words("物流未更新的时长", "time without a tracking update"),
        Unit.HOURS,
        Words("请问物流信息最后一次更新是什么时候？", "When was the tracking last updated?"),
    ),
    _enum(
        "shipment.last_status",
        Words("最新物流状态", "latest shipment status"),
        words.SHIPMENT_EVENT_STATUS,
        Words("请问物流最新显示什么状态？", "What does the tracking show now?"),
    ),
    _number(
        "shipment.count",
        Words("包裹数", "number of parcels"),
        Unit.PARCELS,
        Words("请问订单分成几个包裹发货？", "In how many parcels was the order sent?"),
    ),
    _number(
        "shipment.delivered_count",
        Words("已签收的包裹数", "number of parcels delivered"),
        Unit.PARCELS,
        Words("请问已经收到几个包裹？", "How many parcels have arrived?"),
    ),
    # Text, not an enum: every carrier names its own places.
    Fact(
        "shipment.place",
        FactType.TEXT,
        Words("包裹当前位置", "latest tracking place"),
        question=Words("请问物流显示包裹现在在哪里？", "Where does the tracking show the parcel to be?"),
    ),
    _boolean(
        "is_partly_delivered",
        Words("是否部分签收", "partly delivered"),
        words.IS_PARTLY_DELIVERED,
        Words("请问是不是还有包裹没有收到？", "Have some of the parcels arrived, and others not?"),
    ),
    _boolean(
        "is_refused",
        Words("是否有包裹被拒收", "a parcel was refused"),
        words.IS_REFUSED,
        Words("请问包裹是不是拒收了？", "Was a parcel refused at the door?"),
    ),
    _enum(
        "return.last_status",
        Words("退货物流状态", "return shipment status"),
        words.SHIPMENT_EVENT_STATUS,
        Words("请问退货包裹的物流显示什么状态？", "What does the tracking of the return parcel show?"),
    ),
    _elapsed(
        "hours_since_placed",
        Unit.HOURS,
        Words("下单", "ordering"),
        Words("请问是什么时候下的单？", "When was the order placed?"),
    ),
    _elapsed(
        "hours_since_paid",
        Unit.HOURS,
        Words("付款", "payment"),
        Words("请问是什么时候付的款？", "When was the order paid?"),
    ),
    _elapsed(
        "hours_since_shipped",
        Unit.HOURS,
        Words("发货", "dispatch"),
        Words("请问是什么时候发货的？", "When was the order shipped?"),
    ),
    _elapsed(
        "days_since_delivered",
        Unit.DAYS,
        Words("签收", "delivery"),
        Words("请问包裹是哪天签收的？", "On which day was the parcel delivered?"),
    ),
    _elapsed(
        "days_since_completed",
        Unit.DAYS,
        Words("订单完成", "completion of the order"),
        Words("请问订单是哪天完成的？", "On which day was the order completed?"),
    ),
    _enum(
        "refund.status",
        Words("退款状态", "refund status"),
        words.REFUND_STATUS,
        Words("请问是否申请过退款，现在是什么状态？", "Was a refund requested, and how far has it come?"),
    ),
    _elapsed(
        "hours_since_refund_requested",
        Unit.HOURS,
        Words("申请退款", "the refund request"),
        Words("请问是什么时候申请的退款？", "When was the refund requested?"),
    ),
    _enum(
        "invoice.kind",
        Words("发票类型", "kind of invoice"),
        words.INVOICE_KIND,
        Words("请问需要的是哪种发票？", "Which kind of invoice is it?"),
    ),
    _boolean(
        "invoice.issued",
        Words("发票是否已开具", "invoice issued"),
        words.INVOICE_ISSUED,
        Words("请问发票开出来了吗？", "Has the invoice been issued?"),
    ),
    # Text, not an enum: every shop names its own channels.
    Fact("channel", FactType.TEXT, Words("咨询渠道", "channel")),
    _enum("audience", Words("可见范围", "audience"), words.AUDIENCE),
    Fact("now.date", FactType.DATE, Words("当前日期", "today's date")),
)

FACTS: Mapping[str, Fact] = MappingProxyType({fact.name: fact for fact in _TABLE})
