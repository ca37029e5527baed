"""Sums of money as customers name an order by them: 三百多那单, 399 的, 一千来块, 七八百, 不到两百, the $159 one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.which_order.evidence import Finding, give_reason
from kb.orders.order import Order
from kb.orders.words import Words
from kb.text.numerals import read_number

ITEM_PRICE = 0.6  # One item's price, or what was paid back: an order is named by its sum rather than by these.
LEAST_SLACK = 1.0  # 69.9 is called 70.
SLACK = 0.005  # And 1,299 is called 1,300.
ABOUT = 0.15
LEAST_AMOUNT = 5.0
MAX_AMOUNTS = 5
_PLACES = {"百": 100, "千": 1_000, "万": 10_000}
_UNIT = r"(?:块钱?|元钱?|圆|rmb|cny|yuan|bucks?|dollars?)"
# What else is counted: sizes, dates, quantities, volumes.
_NO_MONEY = (
    r"(?![0-9a-z%/:~-]|\.[0-9]|\s?(?:[号日月年天点时分秒码寸升斤克度个把台件双箱本片只条瓶包盒袋次折周层粒匹米支张套册颗头枚期位口辆床副罐桶]"
    r"|英寸|公斤|毫|小时|星期|礼拜)|\s(?:days?|weeks?|months?|hours?|pieces?|pcs|times?|[km]?g|ml|kg|cm|gb|tb|inch)\b)"
)
_BEFORE = r"(?P<about>大概|大约|差不多|将近|快|不到|around|about|almost|nearly)?\s?"
_MORE = r"(?P<more>多|几|出头|来|左右|上下|ish\b)?"
_AFTER = r"(?P<after>左右|上下|多|出头)?"
_IN_DIGITS = re.compile(
    rf"{_BEFORE}[¥$]?\s?(?<![0-9a-z._第尾号月#/-])(?P<number>(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,6}})(?:\.[0-9]{{1,2}})?)"
    rf"(?:{_MORE}\s?{_UNIT}|(?P<many>[多几来])(?={_NO_MONEY})|{_NO_MONEY}){_AFTER}"
)
_NAMES_AN_ORDER = r"(?=的|[那这单笔]|$)"
_IN_WORDS = re.compile(
    rf"{_BEFORE}(?<![第零一二两三四五六七八九十百千万])(?P<number>[一二两三四五六七八九十百千万零]{{1,9}})"
    rf"(?:{_MORE}\s?{_UNIT}|(?P<many>[多几来]|出头|左右|上下)(?={_NO_MONEY})|(?P<bare>){_NO_MONEY}{_NAMES_AN_ORDER}){_AFTER}"
)
_HUNDREDS = re.compile("[百千万]")  # Smaller numbers without a unit count other things.
_GUESS = re.compile(r"(?P<low>[一二两三四五六七八九])(?P<high>[二三四五六七八九])(?P<place>[百千万])")


@dataclass(frozen=True, slots=True)
class Amount:
    """From `least` to `most` yuan, as `said`."""

    least: float
    most: float
    said: str

    def holds(self, yuan: float | None) -> bool:
        """Tell whether a sum lies in it."""
        return yuan is not None and self.least <= yuan <= self.most


def find_amounts(text: str) -> list[Amount]:
    """Return the sums of money that a normalised text may name."""
    found = []
    for pattern in (_IN_DIGITS, _IN_WORDS):
        for match in pattern.finditer(text):
            bounds = _read_guess(match["number"]) or _read_bounds(match)
            if bounds is not None and bounds[0] >= LEAST_AMOUNT:
                found.append(Amount(*bounds, match[0].strip()))
    return found[:MAX_AMOUNTS]


def weigh_amounts(text: str, orders: Sequence[Order]) -> list[Finding]:
    """Return what each sum that is said tells of the orders; nothing of those that none of them has."""
    findings = []
    for amount in find_amounts(text):
        fits = tuple(_fit(amount, order) for order in orders)
        if any(fits):
            reason = Words(f"金额与“{amount.said}”相符", f'an amount as "{amount.said}" says')
            findings.append(Finding(fits, give_reason(fits, reason)))
    return findings


def _fit(amount: Amount, order: Order) -> float:
    if order.payment and amount.holds(order.payment.amount):
        return 1.0
    prices = [item.price for item in order.items or ()]
    sums = [i.price * i.quantity for i in order.items or () if i.price is not None and i.quantity is not None]
    refunded = [order.refund.amount] if order.refund else []
    return ITEM_PRICE if any(amount.holds(yuan) for yuan in (*prices, *sums, *refunded)) else 0.0


def _read_guess(written: str) -> tuple[float, float] | None:
    """Read 七八百: seven hundred to less than nine hundred."""
    match = _GUESS.fullmatch(written)
    low, high = (read_number(match["low"]), read_number(match["high"])) if match else (None, None)
    if match is None or low is None or high is None or low >= high:
        return None
    return low * _PLACES[match["place"]], (high + 1) * _PLACES[match["place"]] - 0.01


def _read_bounds(match: re.Match[str]) -> tuple[float, float] | None:
    written = match["number"].replace(",", "")
    value = read_number(written)
    if value is None or (match.groupdict().get("bare") is not None and not _HUNDREDS.search(written)):
        return None
    more = match["more"] or match["many"] or match["after"] or ""
    if more in ("多", "几", "出头"):
        step = _find_last_place(value)
        return value, value + (step / 2 if more == "出头" else step) - 0.01
    if more or match["about"]:
        return value * (1 - ABOUT), value * (1 if match["about"] in ("不到", "快", "将近") else 1 + ABOUT)
    slack = max(LEAST_SLACK, value * SLACK)
    return value - slack, value + slack


def _find_last_place(value: float) -> float:
    """Return the worth of the last place that is not zero: 100 in 1,700."""
    place = 1
    while value >= place * 10 and value % (place * 10) == 0:
        place *= 10
    return place
