"""Throughput and latency over HTTP beside the encoder alone: where no question repeats, and where questions do."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

import orjson
from rich.box import MARKDOWN
from rich.table import Table

from eval.bench.base import Ground, serve_base
from eval.bench.encoder_rate import measure_encoder
from eval.bench.served import Served
from eval.bench.streams import REFUSED, Load, Replies, Stream, put_on
from index.cores import count_cores

SEED = 20_261_115
CLIENTS = 32
ROUNDS = 3
WARM_UP_SECONDS = 3.0
DRAWN = 5_000
# Zipf (1949): the question of rank r is asked 1/r as often as the first; the exponent of what people type into search
# engines lies near 1 (Baeza-Yates et al., Modeling user search behavior, LA-WEB 2005).
EXPONENT = 1.0

Report = Callable[[str], None]


class Traffic(StrEnum):
    """How questions follow one another."""

    DISTINCT = "distinct"
    ZIPF = "zipf"


# Where nothing repeats, nothing is kept: the few hundred questions that there are stand for as many as are asked.
SERVED_WITH = {
    Traffic.DISTINCT: {"XIANZHI_QUESTION_VECTORS": "0", "XIANZHI_QUESTIONS_KEPT": "0"},
    Traffic.ZIPF: {},
}


@dataclass(slots=True)
class TrafficFigures:
    """What was measured of one kind of traffic, in rounds with the encoder alone in turn."""

    traffic: Traffic
    rounds: list[Replies] = field(default_factory=list)
    encoder_alone: list[float] = field(default_factory=list)
    encoder_everywhere: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Answers a second: the median of the rounds."""
        return median(one.answers_per_second for one in self.rounds)

    def percentile(self, share: float) -> float:
        """Return the median over the rounds of a percentile, in milliseconds."""
        return median(one.percentile(share) for one in self.rounds)


def draw_zipf(questions: Sequence[str], count: int, *, seed: int = SEED) -> list[str]:
    """Return so many questions, the first ones more often: by Zipf's law, in an order that chance made."""
    chance = random.Random(seed)
    ranked = list(dict.fromkeys(questions))
    chance.shuffle(ranked)
    return chance.choices(ranked, [1 / rank**EXPONENT for rank in range(1, len(ranked) + 1)], k=count)


def write_question(question: str) -> str:
    """Return the body of a match."""
    return orjson.dumps({"question": question, "limit": 5}).decode()


def measure_traffic(traffic: Traffic, ground: Ground, *, seconds: float, report: Report) -> TrafficFigures:
    """Serve a base, and let clients ask it, each one question after the other, in rounds."""
    figures, questions, encoder = TrafficFigures(traffic), ground.questions, ground.encoder
    drawn = draw_zipf(questions, DRAWN) if traffic is Traffic.ZIPF else list(dict.fromkeys(questions))
    bodies = [write_question(question) for question in drawn]
    report(f"{traffic}: building and starting")
    with serve_base(ground, environment=SERVED_WITH[traffic]) as served:
        _ask(served, bodies, WARM_UP_SECONDS)
        for number in range(1, ROUNDS + 1):
            report(f"{traffic}: round {number} of {ROUNDS}")
            figures.encoder_alone.append(measure_encoder(encoder, questions).per_second)
            lanes = count_cores()
            figures.encoder_everywhere.append(measure_encoder(encoder, questions, lanes=lanes).per_second)
            figures.rounds.append(_ask(served, bodies, seconds))
    return figures


def _ask(served: Served, bodies: Sequence[str], seconds: float) -> Replies:
    stream = Stream("agents", "/v1/match", bodies, clients=CLIENTS)
    return put_on(Load(served.port, seconds, SEED, [stream]))["agents"]


def show_traffic(figures: Sequence[TrafficFigures]) -> Table:
    """Return throughput and latency by traffic, beside the encoder alone in the same rounds."""
    table = Table(title=f"Traffic of {CLIENTS} clients: medians of the rounds", title_justify="left", box=MARKDOWN)
    headings = (
        "traffic",
        "answers/s",
        "p50 ms",
        "p99 ms",
        "p99/p50",
        "of encoder",
        "of all cores",
        "refused",
        "failed",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "traffic" else "right")
    for one in figures:
        middle, tail = one.percentile(0.5), one.percentile(0.99)
        table.add_row(
            one.traffic.value,
            f"{one.per_second:.1f}",
            f"{middle:.1f}",
            f"{tail:.1f}",
            f"{tail / middle:.1f}",
            f"{one.per_second / median(one.encoder_alone):.2f}",
            f"{one.per_second / median(one.encoder_everywhere):.2f}",
            str(sum(each.count(REFUSED) for each in one.rounds)),
            str(sum(each.failed for each in one.rounds)),
        )
    return table
