"""Check a reply: say of each figure, date and number what supports it, in the order or in a cited text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kb.errors import InvalidInput
from kb.orders.context import OrderContext
from kb.orders.words import Language
from kb.replies.guard.claims import ClaimKind, Found
from kb.replies.guard.evidence import OrderEvidence, OrderText
from kb.replies.guard.reading import find_claims, fold
from kb.replies.guard.statements import Statements, read_statements

MAX_REPLY = 10_000
_BLANK = "\ufffc"  # Stands for one character of a text that is the order's own.


class ReplyTooLong(InvalidInput):
    """The reply has more characters than anybody reads."""

    code = "reply_too_long"


class SupportSource(StrEnum):
    """Where a claim is supported."""

    ORDER = "order"
    CITED = "cited"


@dataclass(frozen=True, slots=True)
class Support:
    """What says the same as a claim: a slot or fact of the order by `name`, or a sentence of a cited text."""

    source: SupportSource
    name: str = ""
    cited: int | None = None  # Which of the cited texts.
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A stretch `text[start:end]` of the reply, what it claims in one form, and its support where there is any."""

    start: int
    end: int
    text: str
    kind: ClaimKind
    value: str
    support: Support | None


@dataclass(frozen=True, slots=True)
class GuardReport:
    """Every claim of a reply, in order."""

    claims: tuple[Claim, ...]

    @property
    def unsupported(self) -> tuple[Claim, ...]:
        """The claims that nothing supports."""
        return tuple(claim for claim in self.claims if claim.support is None)


def check_reply(text: str, context: OrderContext, cited: Sequence[str] = (), language: Language = "zh") -> GuardReport:
    """Say of each claim in a reply what supports it; raises `ReplyTooLong` beyond ten thousand characters."""
    if len(text) > MAX_REPLY:
        raise ReplyTooLong(f"The reply has {len(text):,} characters; shorten it to {MAX_REPLY:,}.")
    evidence = OrderEvidence(context)
    statements = [read_statements(one, language) for one in cited]
    claims = []
    for found, owner in _find_all(text, evidence, language):
        support = Support(SupportSource.ORDER, owner) if owner else None
        support = support or _find_support(found, evidence, statements, language)
        value = _date_value(found, evidence.today)
        claims.append(Claim(found.start, found.end, text[found.start : found.end], found.kind, value, support))
    return GuardReport(tuple(claims))


def find_unsupported(
    text: str, evidence: OrderEvidence, statements: Sequence[Statements], language: Language
) -> list[tuple[int, int]]:
    """Return the stretches of a reply that nothing supports; of one that is too long to be checked, none."""
    if len(text) > MAX_REPLY:
        return []
    return [
        (found.start, found.end)
        for found, owner in _find_all(text, evidence, language)
        if not owner and not _is_supported(found, evidence, statements, language)
    ]


def _find_all(text: str, evidence: OrderEvidence, language: Language) -> Iterator[tuple[Found, str]]:
    """Yield the claims, each with the name of the order's text that it stands in, if it does."""
    plain = fold(text)
    found: list[tuple[Found, str]] = []
    for one in evidence.texts:
        starts = [] if one.is_only_digits else list(_find_whole(plain, one.text))
        plain = _blank(plain, starts, len(one.text))
        found += [claim for start in starts for claim in _shift(one, start, language)]
    found += [(claim, "") for claim in find_claims(plain, language)]
    return (pair for pair in sorted(found, key=lambda pair: pair[0].start) if not pair[0].is_passing)


def _find_whole(text: str, part: str) -> Iterator[int]:
    """Yield where a part stands in a text, but not inside a longer word or number."""
    start = text.find(part)
    while start >= 0:
        end = start + len(part)
        if not (_touches(text[start - 1 : start], part[0]) or _touches(part[-1], text[end : end + 1])):
            yield start
        start = text.find(part, end)


def _blank(text: str, starts: Sequence[int], length: int) -> str:
    pieces, end = [], 0
    for start in starts:
        pieces += [text[end:start], _BLANK * length]
        end = start + length
    return "".join([*pieces, text[end:]]) if starts else text


def _touches(left: str, right: str) -> bool:
    return bool(left and right) and all(one.isascii() and one.isalnum() for one in (left, right))


def _shift(owner: OrderText, start: int, language: Language) -> list[tuple[Found, str]]:
    if owner.is_a_product:
        return []
    return [
        (claim._replace(start=claim.start + start, end=claim.end + start), owner.name)
        for claim in find_claims(owner.text, language)
    ]


def _find_support(
    found: Found, evidence: OrderEvidence, statements: Sequence[Statements], language: Language
) -> Support | None:
    name = evidence.find(found, language)
    if name is not None:
        return Support(SupportSource.ORDER, name)
    for index, one in enumerate(statements):
        place = _find_place(found, evidence, one)
        if place is not None:
            return Support(SupportSource.CITED, cited=index, sentence=one.quote(place))
    return None


def _is_supported(found: Found, evidence: OrderEvidence, statements: Sequence[Statements], language: Language) -> bool:
    # The texts first: they are read once for all orders.
    if any(one.find(found) is not None for one in statements):
        return True
    return evidence.find(found, language) is not None or any(
        _find_place(found, evidence, one) is not None for one in statements
    )


def _find_place(found: Found, evidence: OrderEvidence, statements: Statements) -> int | None:
    place = statements.find(found)
    if place is None and found.day is not None and found.clock is not None and evidence.find_day(found):
        # The day is the order's, and its hour the rule's: 今天 21:00 前 of a parcel out for delivery today.
        time = found._replace(day=None, keys=found.clock.list_keys())
        return statements.find(time)
    return place


def _date_value(found: Found, today: date) -> str:
    """Return a claim's value, with days counted from today as dates."""
    day = found.day.find_date(today) if found.day is not None else None
    if day is None or found.day is None or found.day.offset is None:
        return found.value
    return " ".join([day.isoformat(), *found.value.split(" ")[1:]])
