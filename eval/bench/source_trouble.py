"""How long a match takes while the shop's own system is in trouble: against none, and against our own tables."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from eval.bench.shop_server import Shop, Trouble, run_shop
from eval.workbench import Workbench
from index.matcher import Matcher
from index.solutions import MatchRequest, MatchResult
from kb.sources.mapping import SourceMapping
from kb.sources.opening import open_http_source
from kb.sources.ports import OrderSource

WARM_UP_MATCHES = 5
WITHOUT_ORDER = "no order named"
AFTER_PAUSE = "no order named, after a pause"
OPENS_SOON = 5
NEVER_OPENS = 1_000
FIELDS = ("id", "status", "placed_at", "paid_at", "shipped_at", "promised_at", "delivered_at", "payment.amount")
TROUBLES = tuple(trouble for trouble in Trouble if trouble is not Trouble.NONE)
LISTS: Mapping[str, object] = {
    "items": {"each": "items", "fields": {"sku": "sku", "name": "name", "category": "category", "tags": "tags"}},
    "shipments": {
        "each": "shipments",
        "fields": {
            "tracking_no": "tracking_no",
            "events": {"each": "events", "fields": {"at": "at", "status": "status", "place": "place"}},
        },
    },
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of matches under one condition, the states of the source, and how many matches failed."""

    condition: str
    milliseconds: Sequence[float]
    states: Mapping[str, int]
    failed: int

    def percentile(self, share: float) -> float:
        """Return the milliseconds that this share of the matches stays within."""
        return float(np.percentile(self.milliseconds, share * 100))


@dataclass(frozen=True, slots=True)
class Condition:
    """How the shop's own system is; without a `trouble`, even none, orders come from our own tables."""

    name: str
    has_order: bool = True
    after_pause: bool = False
    trouble: Trouble | None = None
    listens: bool = True
    opens_after: int = NEVER_OPENS

    @property
    def warm_up(self) -> int:
        """How many matches go before those that are timed: enough to open the breaker where it opens."""
        return self.opens_after + 1 if self.opens_after == OPENS_SOON else WARM_UP_MATCHES


def list_conditions() -> Iterator[Condition]:
    """Yield every condition: what it is compared with first, then each trouble with the breaker kept shut and open."""
    yield Condition(WITHOUT_ORDER, has_order=False)
    # Who waits for a source finds the processor's caches taken by others, and so does a match after as long a pause.
    yield Condition(AFTER_PAUSE, has_order=False, after_pause=True)
    yield Condition("own tables")
    yield Condition("shop's system, well", trouble=Trouble.NONE)
    for trouble in (*TROUBLES, None):
        name = "refusing" if trouble is None else trouble.value
        for opens_after, suffix in ((NEVER_OPENS, ""), (OPENS_SOON, ", breaker open")):
            if trouble is Trouble.WRONG_JSON and suffix:
                continue  # Answers that only miss their fields come at once, and open nothing.
            listens = trouble is not None
            yield Condition(name + suffix, trouble=trouble or Trouble.NONE, listens=listens, opens_after=opens_after)


@dataclass(frozen=True, slots=True)
class TroubleBench:
    """Asks the questions of a dataset about its own orders, one after the other."""

    workbench: Workbench
    zone: ZoneInfo
    timeout_ms: int
    matches: int

    def measure(self, condition: Condition) -> Measured:
        """Return the figures of one condition."""
        with self._open_source(condition) as source:
            surroundings = replace(self.workbench.matcher.surroundings, orders=source)
            matcher = Matcher(self.workbench.live, surroundings)
            for n in range(condition.warm_up):
                self._match(matcher, condition, n)
            timed = [self._match(matcher, condition, n) for n in range(self.matches)]
        answered = [one for one in timed if one is not None]
        states = Counter(_name_state(result) for _, result in answered)
        return Measured(condition.name, [spent for spent, _ in answered], states, len(timed) - len(answered))

    def _match(self, matcher: Matcher, condition: Condition, n: int) -> tuple[float, MatchResult] | None:
        dataset = self.workbench.dataset
        order_id = dataset.orders[n % len(dataset.orders)].id if condition.has_order else None
        request = MatchRequest(
            dataset.questions[n % len(dataset.questions)].text, order_id=order_id, now=self.workbench.now
        )
        if condition.after_pause:
            time.sleep(self.timeout_ms / 1000)
        started = time.perf_counter()
        try:
            result = matcher.match(request)
        except Exception:  # Counted: that there are none is what is measured.
            return None
        return (time.perf_counter() - started) * 1000, result

    @contextmanager
    def _open_source(self, condition: Condition) -> Iterator[OrderSource | None]:
        """Yield a source whose system is in this condition; None stands for our own tables."""
        if condition.trouble is None:
            yield None
            return
        answers = {f"/orders/{order.id}": order.model_dump(mode="json") for order in self.workbench.dataset.orders}
        with ExitStack() as stack:
            address = stack.enter_context(
                run_shop(Shop(answers, condition.trouble)) if condition.listens else _hold_silent_port()
            )
            mapping = make_mapping(address, timeout_ms=self.timeout_ms, opens_after=condition.opens_after)
            yield stack.enter_context(open_http_source(mapping, self.zone, {}))


def make_mapping(address: str, *, timeout_ms: int, opens_after: int) -> SourceMapping:
    """Return the settings of a system that tells orders in our own form, and is asked for every match."""
    return SourceMapping.model_validate(
        {
            "base_url": address,
            "timeout_ms": timeout_ms,
            "cache": {"size": 0},
            "breaker": {"failures": opens_after, "seconds": 3_600},
            "requests": {"order": {"url": "/orders/{order_id}"}},
            "order": {**{name: name for name in FIELDS}, **LISTS},
        }
    )


@contextmanager
def _hold_silent_port() -> Iterator[str]:
    """Yield an address of this machine that refuses connections: bound, and never listened at."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def _name_state(result: MatchResult) -> str:
    report = result.order_source
    return f"{report.state} ({report.reason})" if report.reason else report.state.value
