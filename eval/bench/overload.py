"""Five times more than can be answered: what those get who are let in, and how soon the others are told."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import orjson
from rich.box import MARKDOWN
from rich.table import Table

from eval.bench.base import Ground, serve_base
from eval.bench.streams import ANSWERED, REFUSED, Load, Replies, Stream, put_on
from eval.bench.traffic import write_question

SEED = 20_261_116
TIMES = 5
CAPACITY_CLIENTS = 32
CAPACITY_SECONDS = 20.0
WARM_UP_SECONDS = 3.0
# Nothing repeats: no question is answered from what was found before.
SERVED_WITH = {"XIANZHI_QUESTION_VECTORS": "0", "XIANZHI_QUESTIONS_KEPT": "0"}
AGENT, WIDGET, BATCH = "agent", "widget", "batch"
# Whose requests come, of a hundred.
MIXTURE = {AGENT: 0.5, WIDGET: 0.35, BATCH: 0.15}

Report = Callable[[str], None]


@dataclass(slots=True)
class OverloadFigures:
    """What was measured: agents alone at capacity, and each class when five times as much is asked."""

    times: int
    seconds: float
    capacity: Replies
    replies: dict[str, Replies] = field(default_factory=dict)

    @property
    def tail_ratio(self) -> float:
        """The p99 of the agents that were let in, over their p99 at capacity."""
        return self.replies[AGENT].percentile(0.99) / self.capacity.percentile(0.99)


def measure_overload(ground: Ground, *, seconds: float, report: Report) -> OverloadFigures:
    """Find the capacity with clients that wait for their answers, then let five times as many requests come.

    The capacity's figures are of before and after: whatever else the machine does, it does to both.
    """
    shuffled = list(dict.fromkeys(ground.questions))
    random.Random(SEED).shuffle(shuffled)
    report("overload: building and starting")
    with serve_base(ground, environment=SERVED_WITH) as served:
        agents = Stream(AGENT, "/v1/match", [write_question(one) for one in shuffled], clients=CAPACITY_CLIENTS)
        put_on(Load(served.port, WARM_UP_SECONDS, SEED, [agents]))
        report("overload: finding the capacity")
        capacity = put_on(Load(served.port, CAPACITY_SECONDS, SEED, [agents]))[AGENT]
        report(f"overload: {TIMES} times {capacity.answers_per_second:.0f} a second")
        streams = list_streams(shuffled, TIMES * capacity.answers_per_second)
        replies = put_on(Load(served.port, seconds, SEED, streams))
        capacity.join(put_on(Load(served.port, CAPACITY_SECONDS, SEED, [agents]))[AGENT])
    return OverloadFigures(TIMES, seconds, capacity, replies)


def list_streams(questions: Sequence[str], per_second: float) -> list[Stream]:
    """Return what comes: so many requests a second in all, each class from an address of its own."""
    asked = [write_question(one) for one in questions]
    of_visitors = [orjson.dumps({"question": one}).decode() for one in questions]
    step_back = [("X-Request-Class", "batch")]
    rate = {name: per_second * share for name, share in MIXTURE.items()}
    return [
        Stream(AGENT, "/v1/match", asked, per_second=rate[AGENT], address="127.0.0.2"),
        Stream(WIDGET, "/v1/widget/ask", of_visitors, per_second=rate[WIDGET], address="127.0.0.3"),
        Stream(BATCH, "/v1/match", asked, per_second=rate[BATCH], headers=step_back, address="127.0.0.4"),
    ]


def show_overload(figures: OverloadFigures) -> Table:
    """Return each class's answers and refusals, with agents at capacity first."""
    table = Table(title=f"Overload for {figures.seconds:.0f} s", title_justify="left", box=MARKDOWN)
    headings = ("load", "class", "asked/s", "answered/s", "share", "p50 ms", "p99 ms", "told p50", "told p99", "failed")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in {"load", "class"} else "right")
    table.add_row(f"{CAPACITY_CLIENTS} clients", AGENT, *_describe(figures.capacity))
    for name, replies in figures.replies.items():
        table.add_row(f"{figures.times} times that", name, *_describe(replies))
    table.caption = (
        f"p99 of agents let in, over theirs at capacity: {figures.tail_ratio:.2f}; "
        "told: milliseconds until a refusal was there"
    )
    return table


def _describe(replies: Replies) -> list[str]:
    asked = len(replies.statuses)
    return [
        f"{asked / replies.seconds:.1f}",
        f"{replies.answers_per_second:.1f}",
        f"{replies.count(ANSWERED) / max(asked, 1):.2f}",
        f"{replies.percentile(0.5):.0f}",
        f"{replies.percentile(0.99):.0f}",
        f"{replies.percentile(0.5, REFUSED):.0f}" if replies.count(REFUSED) else "",
        f"{replies.percentile(0.99, REFUSED):.0f}" if replies.count(REFUSED) else "",
        str(replies.failed),
    ]
