"""The ready solution of each likely reason: what the ordinary matcher answers to a customer who would ask so."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from index.matcher import Matcher
from index.solutions import Filters, MatchRequest, MatchResult
from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.customers.likely import LikelyReason, LikelyReasons, ReadySolution
from kb.orders.order import Order


def add_solutions(
    matcher: Matcher,
    likely: LikelyReasons,
    orders: Sequence[Order],
    *,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> LikelyReasons:
    """Return the reasons with their solutions, likeliest first, as far as the time allows; the others have none."""
    model = matcher.live.reasons
    asks = {reason.id: reason.ask for reason in model.reasons} if model else {}
    by_id = {order.id: order for order in orders}
    until = clock() + seconds
    solved = []
    for one in likely.reasons:
        ask = asks.get(one.reason)
        if ask is not None and clock() < until:
            solved.append(replace(one, solution=_find_solution(matcher, ask, _choose_order(one, by_id))))
        else:
            solved.append(one)
    return replace(likely, reasons=tuple(solved))


def _find_solution(matcher: Matcher, ask: str, order: Order | None) -> ReadySolution | None:
    # Of articles only: a case was about another order, and has no reply to send.
    filters = Filters(kind=ItemKind.ARTICLE)
    request = MatchRequest(ask, order=order, audience=Audience.INTERNAL, limit=1, filters=filters)
    return _read_solution(matcher.match(request))


def _choose_order(reason: LikelyReason, by_id: Mapping[str | None, Order]) -> Order | None:
    return None if reason.order_id is None else by_id.get(reason.order_id)


def _read_solution(result: MatchResult) -> ReadySolution | None:
    if not result.solutions:
        return None
    first = result.solutions[0]
    return ReadySolution(
        item_id=first.id,
        version=first.version,
        title=first.title,
        reply=first.reply.text,
        missing=tuple(first.reply.missing),
        notice=first.reply.notice,
        confidence=first.confidence,
        is_sure=result.answered,
    )
