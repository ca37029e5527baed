"""Chooses the order that a question is about by all that speaks for each, or none where that is not clear."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from index.encoder import Encoder, FloatVector
from index.which_order.amounts import weigh_amounts
from index.which_order.denied import part_denied
from index.which_order.evidence import Evidence, Finding, Signal, add_findings, join_evidence, oppose
from index.which_order.named import weigh_names
from index.which_order.nearness import NameVectors, weigh_nearness
from index.which_order.reader import OrderReader, find_reader
from index.which_order.situations import weigh_situations
from index.which_order.state_cues import weigh_cues
from index.which_order.states import State, find_states
from index.which_order.things import weigh_things
from index.which_order.times import TimeReader
from index.which_order.traces import weigh_numbers, weigh_traces
from index.which_order.weights import CLEAR, WEIGHTS, weigh
from kb.orders.context import OrderContext
from kb.orders.order import Order
from kb.orders.words import Words
from kb.text.segment import Segmenter

MOST_READ = 300  # Characters of a question, and of what was said before it: who is long says much that is no hint.
MOST_FINDINGS = 3.0  # Of one kind: a question that names five states is not five times as sure.
BEFORE_SHARE = 0.3  # What was said before may have been about another order.
MAX_REASONS = 3

Weigher = Callable[[str, Sequence[Order]], list[Finding]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is read, what was said before it, and the vector of both."""

    text: str
    before: str
    vector: FloatVector


@dataclass(frozen=True, slots=True)
class OrderFit:
    """An order with how likely it is the one that is meant, and why."""

    context: OrderContext
    probability: float
    evidence: Mapping[Signal, float]
    reasons: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """A customer's orders, the likeliest first, of equally likely ones the newest; and how likely is clear."""

    fits: tuple[OrderFit, ...]
    least: float

    @property
    def clear(self) -> OrderContext | None:
        """The context of the order that is meant; None where that is to be asked."""
        best = self.fits[0]
        return best.context if best.probability >= self.least else None


class OrderChooser:
    """Chooses between orders; keeps the vectors of their items' names, and is safe to use from several threads."""

    def __init__(self, encoder: Encoder, reader: OrderReader | None = None) -> None:
        """Go by the given reader; without one by that which suits the encoder, if any."""
        self._encoder = encoder
        self._vectors = NameVectors(encoder)
        self._lock = threading.Lock()
        self._reader = reader
        self._is_ready = reader is not None

    def warm_up(self) -> None:
        """Look for the reader now: the first customer should not wait for it."""
        with self._lock:
            if not self._is_ready:
                self._reader, self._is_ready = find_reader(self._encoder), True

    def choose(self, asked: Asked, contexts: Sequence[OrderContext], segmenter: Segmenter) -> OrderChoice:
        """Return how likely each of several orders is the one that a question is about."""
        self.warm_up()
        reader = self._reader
        weights, least = (WEIGHTS, CLEAR) if reader is None else (reader.weights, reader.clear)
        orders = [context.order for context in contexts if context.order is not None]
        states = [find_states(order, now=contexts[0].now) for order in orders]
        evidence = {
            **self._weigh_meaning(asked.vector, orders, states),
            **_weigh_words(asked, contexts, orders, states, segmenter),
        }
        fits = [
            OrderFit(
                context,
                probability,
                {signal: one.values[n] for signal, one in evidence.items()},
                _choose_reasons(evidence, n, weights),
            )
            for n, (context, probability) in enumerate(zip(contexts, weigh(evidence, weights), strict=True))
        ]
        return OrderChoice(tuple(sorted(fits, key=lambda fit: -fit.probability)), least)

    def _weigh_meaning(
        self, vector: FloatVector, orders: Sequence[Order], states: Sequence[frozenset[State]]
    ) -> dict[Signal, Evidence]:
        reader = self._reader
        if reader is None:
            return {Signal.NEARNESS: weigh_nearness(vector, orders, self._vectors)}
        return {
            Signal.SITUATION: weigh_situations(reader.situations.read(vector), states),
            Signal.THING: weigh_things(
                reader.situations.without_situation(vector), orders, reader.things, self._vectors
            ),
        }


def _weigh_words(
    asked: Asked,
    contexts: Sequence[OrderContext],
    orders: Sequence[Order],
    states: Sequence[frozenset[State]],
    segmenter: Segmenter,
) -> dict[Signal, Evidence]:
    now, zone = contexts[0].now, contexts[0].zone
    weighers: Mapping[Signal, Weigher] = {
        Signal.NAMED: partial(weigh_names, segmenter=segmenter),
        Signal.TIME: TimeReader(now, zone).weigh,
        Signal.AMOUNT: weigh_amounts,
        Signal.STATE: lambda text, _: weigh_cues(text, states),
        Signal.TRACE: weigh_traces,
        Signal.NUMBER: weigh_numbers,
    }
    said, before = asked.text[:MOST_READ], asked.before[-MOST_READ:]
    return {signal: _weigh_turns(weigher, said, before, orders) for signal, weigher in weighers.items()}


def _weigh_turns(weigher: Weigher, said: str, before: str, orders: Sequence[Order]) -> Evidence:
    now = _weigh_text(weigher, said, orders)
    if not before:
        return now
    return join_evidence(now, _weigh_text(weigher, before, orders), share=BEFORE_SHARE, most=MOST_FINDINGS)


def _weigh_text(weigher: Weigher, text: str, orders: Sequence[Order]) -> Evidence:
    meant, denied = part_denied(text)
    said = add_findings(weigher(meant, orders), len(orders), most=MOST_FINDINGS)
    return said if not denied else oppose(said, add_findings(weigher(denied, orders), len(orders), most=MOST_FINDINGS))


def _choose_reasons(
    evidence: Mapping[Signal, Evidence], order: int, weights: Mapping[Signal, float]
) -> tuple[Words, ...]:
    """Return the reasons of the evidence that speaks most for an order before the others."""

    def lead(signal: Signal) -> float:
        values = evidence[signal].values
        return weights[signal] * (values[order] - min(values))

    signals = sorted(evidence, key=lead, reverse=True)
    reasons = [reason for signal in signals for reason in evidence[signal].reasons[order]]
    return tuple(dict.fromkeys(reasons))[:MAX_REASONS]
