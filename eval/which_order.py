"""Which of a customer's orders is meant: how often it is told, and the weights by which it is.

Weights: a conditional logit over a customer's orders (McFadden, 1974), kept at or above 0 and near round numbers; for a
question that nobody could decide, what counts is how likely two who guess would differ. Folds keep customers together.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.datasets import Dataset, DatasetUnusable, Turns
from eval.workbench import Workbench
from index.build import Progress, report_nothing
from index.logit import find_minimum
from index.matcher import Matcher
from index.question import QuestionEmpty, QuestionTooLong
from index.solutions import MatchRequest
from index.which_order.chooser import OrderChoice
from index.which_order.evidence import Signal
from index.which_order.states import State, find_states
from index.which_order.weights import CLEAR, softmax
from kb.articles.models import Audience

FloatArray = NDArray[np.float64]

# No labelled row says a number, and nearness counts only where no reader tells of things.
FITTED = tuple(signal for signal in Signal if signal not in (Signal.NUMBER, Signal.NEARNESS))
START = np.array([1.0, 1.5, 1.0, 3.0, 3.0, 1.5, 2.0])  # In the order of FITTED: round numbers that do well unfitted.
HOLD = 0.02  # What a weight costs that is twice its start.
FOLDS = 5
THRESHOLDS = np.arange(0.50, 0.96, 0.02)
COST_OF_WRONG = 3.0  # Who is answered about another order loses as much as who is asked three times.
SAYING_SHARE = 0.2  # What a saying counts beside a row: there are many, and all tell by the state alone.
THING_KIND = "thing"  # Of sayings that are told by the thing alone.
LEAST = 1e-9


class LabelledRow(BaseModel):
    """A question of a customer with several orders; without `order_id` nobody could tell, and asking is right."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    customer_id: str
    text: str
    turns: Turns = ()
    order_id: str | None = None
    kind: str = Field("question", max_length=50)


@dataclass(frozen=True, slots=True, eq=False)
class ReadRow:
    """A labelled row and what speaks for each order: a row an order, newest first, a column a fitted signal."""

    row: LabelledRow
    order_ids: tuple[str | None, ...]
    features: FloatArray
    probabilities: tuple[float, ...]
    states: tuple[frozenset[State], ...] = ()
    least: float = CLEAR
    share: float = 1.0

    @property
    def right(self) -> int | None:
        """The place of the right order; None where nobody could tell."""
        return None if self.row.order_id is None else self.order_ids.index(self.row.order_id)

    def weigh(self, weights: FloatArray) -> tuple[float, ...]:
        """Return how likely each order is by these weights."""
        return softmax((self.features @ weights).tolist())


@dataclass(frozen=True, slots=True)
class Tally:
    """Of some rows, how many were chosen rightly, chosen wrongly, asked back; and rightly by the newest order."""

    rows: int
    right: int
    wrong: int
    asked: int
    newest: int

    @property
    def right_share(self) -> float:
        """Of the rows, those whose order was chosen."""
        return self.right / max(self.rows, 1)

    @property
    def asked_share(self) -> float:
        """Of the rows, those that were asked back."""
        return self.asked / max(self.rows, 1)


@dataclass(frozen=True, slots=True)
class FittedChoice:
    """Weights fitted to all rows, and how others of such weights do on customers they were not fitted to."""

    weights: Mapping[Signal, float]
    threshold: float
    rows: tuple[Tally, Tally]  # Of what could be told, and of what nobody could.
    sayings: tuple[Tally, Tally]
    things: tuple[Tally, Tally]
    judged: tuple[ReadRow, ...]  # The rows as weights say that were not fitted to their customers.


def read_rows(path: Path) -> list[LabelledRow]:
    """Read labelled rows, one JSON object a line; raises `DatasetUnusable`."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetUnusable(f"{path} cannot be read; name a UTF-8 file of one JSON object a line.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            rows += [LabelledRow.model_validate(orjson.loads(line))] if line.strip() else []
        except (orjson.JSONDecodeError, ValidationError) as error:
            raise DatasetUnusable(f"{path}, line {number}: write id, customer_id, text, order_id and kind.") from error
    if not rows:
        raise DatasetUnusable(f"{path} holds no rows.")
    return rows


def list_questions(dataset: Dataset) -> list[LabelledRow]:
    """Return a dataset's questions whose order is one of several of its customer."""
    owners = {order.id: order.customer.id for order in dataset.orders if order.customer and order.customer.id}
    counts = Counter(owners.values())
    return [
        LabelledRow(id=q.id, customer_id=owners[q.order.id], text=q.text, turns=q.turns, order_id=q.order.id)
        for q in dataset.questions
        if q.order is not None and q.order.id is not None and counts[owners.get(q.order.id, "")] > 1
    ]


def weigh_rows(
    bench: Workbench,
    rows: Sequence[LabelledRow],
    matcher: Matcher | None = None,
    *,
    on_progress: Progress = report_nothing,
) -> list[ReadRow]:
    """Ask every row as its customer's; one that cannot be searched, or whose customer has one order, is left out."""
    read = []
    for done, row in enumerate(rows, 1):
        request = MatchRequest(
            row.text, turns=row.turns, customer_id=row.customer_id, audience=Audience.INTERNAL, now=bench.now
        )
        try:
            choice = (matcher or bench.matcher).search(request).choice
        except (QuestionEmpty, QuestionTooLong):
            continue
        if choice is None:
            continue
        read.append(_read(row, choice, bench.now))
        on_progress("ask", done, len(rows))
    return read


def _read(row: LabelledRow, choice: OrderChoice, now: datetime) -> ReadRow:
    fits = sorted(choice.fits, key=lambda fit: fit.context.facts.get("hours_since_placed", np.inf))
    ids = tuple(fit.context.order.id if fit.context.order else None for fit in fits)
    if row.order_id is not None and row.order_id not in ids:
        raise DatasetUnusable(f"Row {row.id}: the order {row.order_id} is none of the newest of {row.customer_id}.")
    features = np.array([[fit.evidence.get(signal, 0.0) for signal in FITTED] for fit in fits])
    states = tuple(find_states(fit.context.order, now=now) for fit in fits if fit.context.order)
    return ReadRow(row, ids, features, tuple(fit.probability for fit in fits), states, choice.least)


def tally(rows: Iterable[tuple[ReadRow, Sequence[float]]], threshold: float | None = None) -> Tally:
    """Return how a threshold does on rows with the probabilities of their orders; without one the row's own."""
    right = wrong = asked = newest = count = 0
    for read, probabilities in rows:
        best = int(np.argmax(probabilities))
        count += 1
        newest += read.right == 0
        if probabilities[best] < (read.least if threshold is None else threshold):
            asked += 1
        elif best == read.right:
            right += 1
        else:
            wrong += 1
    return Tally(count, right, wrong, asked, newest)


def fit_weights(rows: Sequence[ReadRow]) -> FloatArray:
    """Return the weights that make the right orders likeliest, and guesses at what nobody can tell differ most."""
    if not rows:
        return START

    shares_in_all = sum(read.share for read in rows)

    def loss(weights: FloatArray) -> float:
        total = 0.0
        for read in rows:
            shares = np.array(read.weigh(weights))
            agreed = float(shares[read.right]) if read.right is not None else 1 - float(shares @ shares)
            total -= read.share * float(np.log(max(agreed, LEAST)))
        drift = (weights - START) / START
        return total / shares_in_all + HOLD * float(drift @ drift)

    return find_minimum(loss, START, bounds=[(0.0, None)] * len(START), has_slope=False)


def fit_choice(rows: Sequence[ReadRow], more: Sequence[ReadRow], sayings: Sequence[ReadRow] = ()) -> FittedChoice:
    """Fit to rows and more questions; the threshold and the tallies are those of rows of customers not fitted to."""
    everything = [*rows, *more, *sayings]
    judged: list[tuple[ReadRow, tuple[float, ...]]] = []
    for fold in range(FOLDS):
        learnt = fit_weights([read for read in everything if _fold(read) != fold])
        judged += [(read, read.weigh(learnt)) for read in (*rows, *sayings) if _fold(read) == fold]
    threshold = min(THRESHOLDS.tolist(), key=lambda at: _cost(judged, at))
    of_rows = [(read, shares) for read, shares in judged if read.share == 1]
    of_sayings = [(read, shares) for read, shares in judged if read.share < 1 and read.row.kind != THING_KIND]
    of_things = [(read, shares) for read, shares in judged if read.row.kind == THING_KIND]
    return FittedChoice(
        weights={s: round(float(w), 2) for s, w in zip(FITTED, fit_weights(everything), strict=True)},
        threshold=round(threshold, 2),
        rows=_tally_both(of_rows, threshold),
        sayings=_tally_both(of_sayings, threshold),
        things=_tally_both(of_things, threshold),
        judged=tuple(replace(read, probabilities=shares, least=threshold) for read, shares in of_rows),
    )


def _tally_both(judged: Sequence[tuple[ReadRow, Sequence[float]]], threshold: float) -> tuple[Tally, Tally]:
    return (
        tally(((r, p) for r, p in judged if r.right is not None), threshold),
        tally(((r, p) for r, p in judged if r.right is None), threshold),
    )


def _cost(judged: Sequence[tuple[ReadRow, Sequence[float]]], threshold: float) -> float:
    """Return what choosing from this probability on costs: 1 for who is asked though the order could be told."""
    total = 0.0
    for read, probabilities in judged:
        best = int(np.argmax(probabilities))
        if probabilities[best] >= threshold:
            total += read.share * (0.0 if best == read.right else COST_OF_WRONG)
        elif read.right is not None:
            total += read.share
    return total


def _fold(read: ReadRow) -> int:
    return int(hashlib.sha256(read.row.customer_id.encode()).hexdigest(), 16) % FOLDS
