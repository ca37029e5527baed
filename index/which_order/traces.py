"""Details that only one order may have: its parcels' places and carriers, its number's end, quantity, payment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from index.which_order.evidence import Finding, tell_apart
from kb.orders.order import Order, PaymentMethod
from kb.orders.tails import fold_number
from kb.orders.words import Words
from kb.text.normalise import normalise
from kb.text.numerals import read_number
from kb.text.pinyin import read_word

SHORTEST_TAIL = 4
MAX_EVENTS = 40
MAX_FINDINGS = 6
_PLACE = re.compile("[\u3400-\u9fff]+")
# What stands in the names of many places and says which none.
_COMMON = re.compile(
    "转运中心|营业部|配送站|冷链|大件|送装点|驿站|一号仓|二号仓|商家仓|中心|仓|快递|速递|快运|物流|包裹|[省市区县]"
)
_LATIN_WORD = re.compile(r"[a-z]{4,}")
_TAIL = re.compile(r"(?<![0-9a-z])(?<![0-9]\.)(?:[a-z]{2})?(?P<tail>[0-9]{4,20})(?![0-9]|\.[0-9]|[月号日年元块])")
# What a shop is called by: the first two characters of a Chinese name, the first word of another.
_SHOP = re.compile("(?!the )(?:[\u3400-\u9fff]{2}|[a-z0-9]{3,})")
_QUANTITY = re.compile(
    r"(?<![0-9第])(?P<count>[0-9]{1,4}|[二两三四五六七八九十百]{1,4})(?P<measure>把|台|个|件|箱|双|本|套|只|瓶|包|盒|袋|条|部|张|份|支)"
)
_PAYMENTS = {
    PaymentMethod.CASH_ON_DELIVERY: r"货到付|到付|cash on delivery|\bcod\b",
    PaymentMethod.INSTALLMENT: r"分期|花呗|白条|instal",
    PaymentMethod.BALANCE: r"余额(?:付|支付|买)|balance",
    PaymentMethod.WECHAT: r"微信(?:付|支付|买)|wechat pay",
    PaymentMethod.ALIPAY: r"支付宝(?:付|支付|买)|alipay",
    PaymentMethod.CARD: r"(?:刷|银行|信用)卡(?:付|支付|买|的那)|by card",
}
PAYMENTS = {method: re.compile(pattern) for method, pattern in _PAYMENTS.items()}


def weigh_traces(text: str, orders: Sequence[Order]) -> list[Finding]:
    """Return what the details of a normalised text tell of the orders; nothing of those in none or all of them."""
    found = (finding for weigh in _WEIGHERS for finding in weigh(text, orders))
    return [finding for finding, _ in zip(found, range(MAX_FINDINGS), strict=False)]


def weigh_numbers(text: str, orders: Sequence[Order]) -> list[Finding]:
    """Return for each number in a text which orders it ends, or their parcels' numbers."""
    findings: list[Finding] = []
    for match in _TAIL.finditer(text):
        fits = [any(number.endswith(match["tail"]) for number in _list_numbers(order)) for order in orders]
        reason = Words(f"单号尾号 {match['tail']}", f"its number ends in {match['tail']}")
        findings += tell_apart(fits, reason)
    return findings


def _list_numbers(order: Order) -> Iterator[str]:
    for number in (order.id, *(parcel.tracking_no for parcel in order.shipments or ())):
        if number:
            yield fold_number(number)


def _weigh_places(text: str, orders: Sequence[Order]) -> Iterator[Finding]:
    named = [_list_places(order) for order in orders]
    for place in sorted(set().union(*named)):
        said = place if place in text else next((w for w in _LATIN_WORD.findall(text) if w == _sound(place)), None)
        if said is not None:
            yield from tell_apart(
                [place in one for one in named], Words(f"物流经过“{place}”", f"its parcel passed {said}")
            )


def _list_places(order: Order) -> set[str]:
    """Return the names in the trace of an order's parcels, of places and of carriers, as customers shorten them."""
    places: set[str] = set()
    for parcel in order.shipments or ():
        events = (parcel.events or ())[-MAX_EVENTS:]
        for name in {parcel.carrier, *(event.place for event in events)}:
            places |= _shorten(name or "")
    return places


@lru_cache(maxsize=8192)
def _shorten(name: str) -> frozenset[str]:
    """Return what customers call a place or a carrier: its name without what many names share, and its first half."""
    parts = {part for part in _COMMON.split(normalise(name)) if len(part) >= 2 and _PLACE.fullmatch(part)}
    return frozenset(parts | {part[:2] for part in parts})


@lru_cache(maxsize=8192)
def _sound(place: str) -> str:
    return "".join(read_word(place)[0]) if read_word(place) else ""


def _weigh_quantities(text: str, orders: Sequence[Order]) -> Iterator[Finding]:
    for match in _QUANTITY.finditer(text):
        count = read_number(match["count"])
        if count is None or count < 2:
            continue
        fits = [any(item.quantity == count for item in order.items or ()) for order in orders]
        yield from tell_apart(fits, Words(f"数量与“{match[0]}”相符", f'as many as "{match[0]}" says'))


def _weigh_payments(text: str, orders: Sequence[Order]) -> Iterator[Finding]:
    for method, words in PAYMENTS.items():
        if match := words.search(text):
            fits = [order.payment is not None and order.payment.method is method for order in orders]
            yield from tell_apart(fits, Words(f"支付方式与“{match[0]}”相符", f'paid as "{match[0]}" says'))


def _weigh_sellers(text: str, orders: Sequence[Order]) -> Iterator[Finding]:
    shops = [_name_shop(order) for order in orders]
    for name in sorted({shop for shop in shops if shop}):
        pattern = rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if name.isascii() else name
        if re.search(pattern, text):
            yield from tell_apart([shop == name for shop in shops], Words(f"店铺与“{name}”相符", f"sold by {name}"))


def _name_shop(order: Order) -> str | None:
    name = order.seller.name if order.seller else None
    match = _SHOP.match(normalise(name)) if name else None
    return match[0] if match else None


_WEIGHERS: tuple[Callable[[str, Sequence[Order]], Iterator[Finding]], ...] = (
    _weigh_places,
    _weigh_quantities,
    _weigh_payments,
    _weigh_sellers,
)
