"""Which orders a notice would touch now, before it is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kb.articles.models import Audience
from kb.conditions import Condition, FactTest, Verdict, evaluate, missing_facts, parse_condition
from kb.notices.models import Notice
from kb.notices.service import is_in_force
from kb.orders.context import OrderContext, derive_context
from kb.orders.newest import walk_newest_orders, walk_newest_without_parcels
from kb.orders.order import Order

MOST_ORDERS = 100_000
LISTED = 50
SHOWN_REGION_LEVELS = 2  # Province and city; what shops write below them may be an address.
# What is read from the scans of parcels, and so needs them loaded.
OF_PARCELS = ("shipment.", "return.", "hours_without_scan", "days_since_delivered", "is_partly_delivered", "is_refused")
NO_REGION = ""
PROGRESS_EVERY = 1_000

OnProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class TouchedOrder:
    """An order that a notice touches, as far as it is shown."""

    id: str
    status: str
    region: str
    placed_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticePreview:
    """What a notice would do: `orders` are the newest of the `touched`.

    For `unknown` orders a fact is missing, and they are not touched; `missing` counts them by fact. `cut` tells that
    there are more orders than were checked. `in_force` tells whether its period holds now.
    """

    notice_id: str
    in_force: bool
    checked: int
    cut: bool
    touched: int
    unknown: int
    by_status: Mapping[str, int]
    by_region: Mapping[str, int]
    missing: Mapping[str, int]
    orders: Sequence[TouchedOrder]


@dataclass(slots=True)
class _Tally:
    notice: Notice
    condition: Condition
    touched: int = 0
    unknown: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_region: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    orders: list[TouchedOrder] = field(default_factory=list)

    def add(self, order: Order, context: OrderContext) -> None:
        verdict = evaluate(self.condition, context)
        if verdict is Verdict.UNKNOWN:
            self.unknown += 1
            self.missing.update(missing_facts(self.condition, context))
        elif verdict is Verdict.MET:
            region = order.customer.region or () if order.customer else ()
            self.touched += 1
            self.by_status[order.status.value] += 1
            self.by_region[region[0] if region else NO_REGION] += 1
            if len(self.orders) < LISTED:
                shown = "/".join(region[:SHOWN_REGION_LEVELS])
                self.orders.append(TouchedOrder(order.id or "", order.status.value, shown, order.placed_at))


def preview_notices(  # noqa: PLR0913  # What is checked, when and where, each named at the call.
    session: Session,
    notices: Sequence[Notice],
    *,
    now: datetime,
    zone: ZoneInfo,
    most: int = MOST_ORDERS,
    on_progress: OnProgress | None = None,
) -> list[NoticePreview]:
    """Return what each notice would do to the newest orders, as they stand now and whatever its period is."""
    tallies = [_Tally(notice, parse_condition(notice.applies_when)) for notice in notices]
    walk = walk_newest_orders if any(_needs_parcels(one.condition) for one in tallies) else walk_newest_without_parcels
    checked = 0
    with closing(walk(session, limit=most + 1)) as orders:  # One more tells whether there are more.
        for order in islice(orders, most):
            context = derive_context(order, now=now, zone=zone, audience=Audience.PUBLIC)
            for tally in tallies:
                tally.add(order, context)
            checked += 1
            if on_progress is not None and checked % PROGRESS_EVERY == 0:
                on_progress(checked)
        cut = next(orders, None) is not None
    return [_make_preview(tally, now=now, checked=checked, cut=cut) for tally in tallies]


def _make_preview(tally: _Tally, *, now: datetime, checked: int, cut: bool) -> NoticePreview:
    return NoticePreview(
        notice_id=tally.notice.id,
        in_force=is_in_force(tally.notice, now),
        checked=checked,
        cut=cut,
        touched=tally.touched,
        unknown=tally.unknown,
        by_status=_sort(tally.by_status),
        by_region=_sort(tally.by_region),
        missing=_sort(tally.missing),
        orders=tally.orders,
    )


def _sort(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _needs_parcels(condition: Condition) -> bool:
    return any(name.startswith(OF_PARCELS) for name in _list_facts(condition))


def _list_facts(condition: Condition) -> Iterator[str]:
    if isinstance(condition, FactTest):
        yield condition.fact
        return
    for block in condition.blocks:
        for member in block.members:
            yield from _list_facts(member)
