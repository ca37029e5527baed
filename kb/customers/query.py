"""What an agent puts into the search box, read: a phone, a number, or the last digits of one of them."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from kb.errors import InvalidInput
from kb.orders.tails import fold_number, fold_phone, is_mobile
from kb.text.clean import refuse_unstorable
from kb.text.normalise import to_half_width

MAX_QUERY = 100
FEWEST_DIGITS = 4
MOST_TAIL_DIGITS = 10
# What is copied along with a number, or said before its end.
_LABEL = re.compile(
    r"(?:(?:客户|会员|用户|买家|收[件货]人|联系)?(?:手机|电话)(?:尾号|后四位|号码|号)?|尾号|[后末][四五六七八4-8]位"
    r"|(?:客户|会员|用户)(?:编号|号|id)|(?:订单|运单|快递|物流|包裹)?(?:编号|单号|号码|号)|订单|运单"
    r"|(?:order|tracking|waybill|parcel|customer|phone|mobile|tel|no|ending)(?: ?(?:number|no|id|in))?(?=[ .:：#=]))"
    r" ?[是为]?[ .:：#=]*(?=[+(]?[A-Za-z0-9])",
    re.IGNORECASE,
)
_PHONE_WRITTEN = re.compile(r"[+(]{0,2}[0-9][0-9 \t\u00a0\u2010-\u2015\u2212().-]*")
_NUMBER_WRITTEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 \t\u00a0\u2010-\u2015\u2212_./#:-]*")
_ID_LABEL = re.compile(
    r"(?:(?:客户|会员|用户)(?:编号|号|id)|customer ?(?:id|no|number)) ?(?:[是为]|is\b)?[ .:：#=]*(?=[A-Za-z0-9])",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class QueryKind(StrEnum):
    """What a query was read as."""

    PHONE = "phone"
    NUMBER = "number"
    TAIL = "tail"
    CUSTOMER_ID = "customer_id"


@dataclass(frozen=True, slots=True)
class CustomerQuery:
    """A query as it is looked up: `number` folded, `phone` where all of it are digits, `id_spellings` for ids."""

    kind: QueryKind
    number: str
    phone: str | None
    id_spellings: tuple[str, ...]

    @property
    def canonical(self) -> str:
        """The one form of every writing of this query."""
        return self.phone or self.number


class QueryUnreadable(InvalidInput):
    """The text in the search box names nothing that customers are looked up by; it is never repeated."""

    code = "query_unreadable"


def read_query(text: str) -> CustomerQuery:
    """Read what was put into the search box; raises `QueryUnreadable` with what can be."""
    plain = _tidy(text)
    if label := _ID_LABEL.match(plain):
        # Ids that are nothing but digits would else be taken for the end of a number.
        plain = plain[label.end() :]
        return CustomerQuery(QueryKind.CUSTOMER_ID, fold_number(plain), None, _spell(plain))
    if label := _LABEL.match(plain):
        plain = plain[label.end() :]
    number = fold_number(plain)
    if "@" in plain:
        raise QueryUnreadable("Customers are not looked up by e-mail. Send a phone, an order or a tracking number.")
    is_readable = _PHONE_WRITTEN.fullmatch(plain) or _NUMBER_WRITTEN.fullmatch(plain)
    if not is_readable or not _DIGIT.search(plain):
        raise QueryUnreadable(
            "This is neither a phone nor a number. Send one phone, order number, tracking number or customer id, "
            f"or at least its last {FEWEST_DIGITS} digits; names are not looked up."
        )
    spellings = _spell(plain)
    if not number.isdecimal():
        return CustomerQuery(QueryKind.NUMBER, number, None, spellings)
    return _read_digits(number, plain, spellings)


def hash_query(text: str, key: str) -> str:
    """Return what the audit trail keeps of a query: the same for every writing of it, and nothing without the key.

    Phones are few enough to try them all, so that a hash without a key would hide nothing.
    """
    try:
        canonical = read_query(text).canonical
    except InvalidInput:
        canonical = fold_number(text)
    return hmac.new(key.encode(), canonical.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _tidy(text: str) -> str:
    if len(text) > MAX_QUERY:
        raise QueryUnreadable(f"This is longer than {MAX_QUERY} characters. Send the phone or number alone.")
    try:
        refuse_unstorable(text)
    except ValueError as error:
        raise QueryUnreadable(f"The text {error}.") from None
    return _INVISIBLE.sub("", to_half_width(text)).strip(" \t\r\n#")


def _spell(plain: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((plain, plain.upper(), plain.lower())))


def _read_digits(number: str, plain: str, spellings: tuple[str, ...]) -> CustomerQuery:
    if len(number) < FEWEST_DIGITS:
        raise QueryUnreadable(f"Too few digits to tell customers apart. Send at least the last {FEWEST_DIGITS}.")
    if is_mobile(plain):
        kind = QueryKind.PHONE
    else:
        kind = QueryKind.TAIL if len(number) <= MOST_TAIL_DIGITS else QueryKind.NUMBER
    return CustomerQuery(kind, number, fold_phone(plain), spellings)
