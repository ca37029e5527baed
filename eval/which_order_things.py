"""Learns from labelled sayings which thing a customer speaks of, and asks them of orders that differ by things alone.

The bilinear form is that of a conditional logit over all things of one language, cut to its strongest directions; what
tells whether a thing is spoken of is a logistic regression, on these sayings beside those of situations.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.datasets import DatasetUnusable
from eval.which_order import FITTED, SAYING_SHARE, THING_KIND, LabelledRow, ReadRow
from eval.which_order_sayings import Lesson, is_han, name_thing
from index.encoder import Encoder
from index.logit import find_minimum, softmax
from index.which_order.evidence import Signal
from index.which_order.named import weigh_names
from index.which_order.nearness import NameVectors, name_item
from index.which_order.reader import SituationReader
from index.which_order.things import ThingReader, weigh_things
from kb.orders.order import Item, Order, OrderStatus
from kb.text.normalise import normalise
from kb.text.segment import Segmenter

THINGS = Path(__file__).parent.parent / "data" / "things"
FloatArray = NDArray[np.float64]
_Row = TypeVar("_Row", bound=BaseModel)

SCALE = 5.0  # Vectors lie close together.
RANK = 32
START_SHARPNESS = 80.0
HOLD, GATE_HOLD = 0.01, 1e-3
ROUNDS = 150
FOLDS = 5
OTHERS = 3  # Orders beside the one that is meant.
ASKED_SHARE = 0.5
UNTOLD_SHARE = 0.15  # Of the sayings, those asked where another order has the same in another size or colour.
SAME_SHARE = 0.995  # Of different things, as many are less alike to the likest other than what counts as the same.
NEVER = -1e4  # A thing of another language is not what is spoken of.
SAID_OF_KIND = 4  # How often a word for a kind of things is said, each time of another situation.


class Thing(BaseModel):
    """A thing by its name in a shop, and what customers say who mean it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    category: tuple[str, ...] = ()
    sayings: tuple[str, ...] = Field(min_length=1)

    @property
    def item(self) -> Item:
        """The thing as an item of an order."""
        return Item(name=self.name, category=self.category)

    @property
    def is_chinese(self) -> bool:
        """Whether its name is Chinese."""
        return is_han(self.name)


class Kind(BaseModel):
    """What customers call whatever is of a kind: clothes, something to eat."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    categories: tuple[str, ...] = Field(min_length=1)
    called: tuple[str, ...] = ()
    called_in_english: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer says, the places of the things that may be meant, and the fold it is in."""

    text: str
    meant: tuple[int, ...]
    fold: int


@dataclass(frozen=True, slots=True, eq=False)
class ThingLesson:
    """Things and what is said of them, with the vectors of both; those of sayings are without their situation."""

    things: Sequence[Thing]
    said: Sequence[Said]
    questions: FloatArray
    items: FloatArray


def read_things(folder: Path) -> tuple[list[Thing], list[Kind]]:
    """Read things and kinds, one JSON object a line of sayings.jsonl and kinds.jsonl; raises `DatasetUnusable`."""
    things = _read(folder / "sayings.jsonl", Thing, "name, category and sayings of a thing")
    kinds = _read(folder / "kinds.jsonl", Kind, "categories, called and called_in_english of a kind")
    if len(things) < FOLDS:
        raise DatasetUnusable(f"{folder} holds fewer than {FOLDS} things.")
    return things, kinds


def _read(path: Path, model: type[_Row], wanted: str) -> list[_Row]:
    try:
        return [model.model_validate(orjson.loads(line)) for line in path.read_bytes().splitlines() if line.strip()]
    except (OSError, ValueError, ValidationError) as error:
        raise DatasetUnusable(f"{path}: write {wanted} a line.") from error


def encode_things(
    things: Sequence[Thing], kinds: Sequence[Kind], said: Lesson, encoder: Encoder, situations: SituationReader
) -> ThingLesson:
    """Encode all things and what is said of them; words for a kind are said of the situations of a lesson."""
    folds = np.random.default_rng(0).integers(0, FOLDS, len(things)).tolist()
    sayings = [Said(normalise(t), (n,), folds[n]) for n, thing in enumerate(things) for t in thing.sayings]
    sayings += _say_kinds(things, kinds, said)
    questions = situations.without_situation(np.asarray(encoder.encode_questions([one.text for one in sayings])))
    items = np.asarray(encoder.encode_questions([name_item(thing.item) for thing in things]), np.float64)
    return ThingLesson(things, sayings, questions.astype(np.float64), items)


def _say_kinds(things: Sequence[Thing], kinds: Sequence[Kind], said: Lesson) -> list[Said]:
    chance, sayings = random.Random(7), []
    for number, kind in enumerate(kinds):
        for words, is_chinese in ((kind.called, True), (kind.called_in_english, False)):
            own = [n for n, thing in enumerate(things) if thing.is_chinese == is_chinese]
            meant = tuple(n for n in own if not set(kind.categories).isdisjoint(things[n].category[:1]))
            others = [one.text for one in said.sayings if is_han(one.text) == is_chinese]
            if not others:
                continue
            texts = [name_thing(chance.choice(others), word, chance) for word in words for _ in range(SAID_OF_KIND)]
            sayings += [Said(normalise(text), meant, number % FOLDS) for text in texts if len(meant) > 1]
    return sayings


def learn_things(lesson: ThingLesson, said: Lesson, situations: SituationReader) -> ThingReader:
    """Learn to tell things: from what is said of them, and from what is said of situations without naming any."""
    return _learn(lesson, None, _strip(said, situations))


def ask_things(
    lesson: ThingLesson, said: Lesson, situations: SituationReader, encoder: Encoder, segmenter: Segmenter
) -> list[ReadRow]:
    """Return sayings as questions of customers whose orders differ by their things alone.

    Each is read by a reader that was learnt without that thing.
    """
    chance, vectors = random.Random(7), NameVectors(encoder)
    stripped = _strip(said, situations)
    orders = [Order(id=str(n), status=OrderStatus.PAID, items=(t.item,)) for n, t in enumerate(lesson.things)]
    asked = []
    for fold in range(FOLDS):
        reader = _learn(lesson, fold, stripped)
        for place, one in enumerate(lesson.said):
            draw = chance.random()
            if one.fold != fold or draw >= ASKED_SHARE + UNTOLD_SHARE:
                continue
            own = _choose_orders(lesson, one, orders, chance)
            is_told = draw < ASKED_SHARE
            if not is_told:
                own.append(_choose_another(one, own[0], orders, lesson.things, chance))
            question = lesson.questions[place].astype(np.float32)
            features = np.zeros((len(own), len(FITTED)))
            features[:, FITTED.index(Signal.THING)] = weigh_things(question, own, reader, vectors).values
            named = weigh_names(one.text, own, segmenter)
            features[:, FITTED.index(Signal.NAMED)] = sum((np.array(one.fits) for one in named), np.zeros(len(own)))
            asked.append(_make_row(one, own, features, is_told=is_told))
    return asked


def _choose_another(
    said: Said, order: Order, orders: Sequence[Order], things: Sequence[Thing], chance: random.Random
) -> Order:
    """Return another order that may be meant as well: of the same kind, or of the same thing in another size."""
    if len(said.meant) > 1:
        return orders[chance.choice([n for n in said.meant if orders[n] is not order])]
    (item,) = order.items or ()
    name = " ".join([*(item.name or "").split()[:-1], chance.choice(things).name.split()[-1]])
    return Order(id=f"{order.id}-varied", status=order.status, items=(item.model_copy(update={"name": name}),))


def _choose_orders(lesson: ThingLesson, said: Said, orders: Sequence[Order], chance: random.Random) -> list[Order]:
    meant = chance.choice(said.meant)
    language = lesson.things[meant].is_chinese
    others = [n for n, thing in enumerate(lesson.things) if n not in said.meant and thing.is_chinese == language]
    return [orders[n] for n in (meant, *chance.sample(others, min(OTHERS, len(others))))]


def _make_row(said: Said, own: Sequence[Order], features: FloatArray, *, is_told: bool) -> ReadRow:
    ids = tuple(order.id for order in own)
    row = LabelledRow(
        id=said.text, customer_id=f"{said.meant}", text=said.text, order_id=ids[0] if is_told else None, kind=THING_KIND
    )
    return ReadRow(row, ids, features, tuple([1 / len(own)] * len(own)), share=SAYING_SHARE)


def _strip(said: Lesson, situations: SituationReader) -> tuple[FloatArray, FloatArray]:
    """Return the vectors of sayings without their situation: those that name a thing, and those that name none."""
    naming, plain = (situations.without_situation(each.astype(np.float32)) for each in (said.with_thing, said.plain))
    return naming.astype(np.float64), plain.astype(np.float64)


def _learn(lesson: ThingLesson, left_out: int | None, said: tuple[FloatArray, FloatArray]) -> ThingReader:
    """Learn from all folds, or from all but one and without its things."""
    unseen = {n for one in lesson.said if one.fold == left_out and len(one.meant) == 1 for n in one.meant}
    kept = [n for n in range(len(lesson.things)) if n not in unseen]
    chosen = [n for n, one in enumerate(lesson.said) if one.fold != left_out and not unseen.issuperset(one.meant)]
    wanted = np.zeros((len(chosen), len(lesson.things)))
    for row, one in enumerate(chosen):
        wanted[row, list(lesson.said[one].meant)] = 1
    wanted = wanted[:, kept] / wanted[:, kept].sum(1, keepdims=True)
    questions, items, mean = lesson.questions[chosen], lesson.items[kept], lesson.items.mean(0)
    gate, bias = _learn_gate(np.concatenate([questions, said[0]]), said[1])
    chinese = np.array([lesson.things[n].is_chinese for n in kept])
    never = chinese[wanted.argmax(1)][:, None] != chinese[None]
    sharpness, form = _learn_form(questions, items - mean, wanted, never)
    left, strength, turned = np.linalg.svd(form)
    alike = items @ items.T - 2 * np.eye(len(items))
    return ThingReader(
        gate=gate.astype(np.float32),
        bias=bias,
        sharpness=sharpness,
        mean=mean.astype(np.float32),
        left=(left[:, :RANK] * strength[:RANK]).astype(np.float32),
        right=turned[:RANK].T.astype(np.float32),
        same=float(np.quantile(alike.max(1), SAME_SHARE)),
    )


def _learn_gate(naming: FloatArray, others: FloatArray) -> tuple[FloatArray, float]:
    """Return the weights and the bias of a logistic regression that tells the first vectors from the others."""
    vectors = np.concatenate([naming, others]) * SCALE * 2
    wanted = np.repeat([1.0, 0.0], [len(naming), len(others)])

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        scores = vectors @ flat[1:] + flat[0]
        off = (1 / (1 + np.exp(-scores)) - wanted) / len(wanted)
        told = float((np.logaddexp(0, scores) - wanted * scores).mean())
        slope = np.concatenate([[off.sum()], vectors.T @ off + 2 * GATE_HOLD * flat[1:]])
        return told + GATE_HOLD * float(flat[1:] @ flat[1:]), slope

    found = find_minimum(loss, np.zeros(vectors.shape[1] + 1), most_steps=ROUNDS)
    return found[1:] * SCALE * 2, float(found[0])


def _learn_form(
    questions: FloatArray, items: FloatArray, wanted: FloatArray, never: NDArray[np.bool_]
) -> tuple[float, FloatArray]:
    """Return the sharpness and the bilinear form by which the items wanted of each question are the likeliest."""
    size = questions.shape[1]
    near, asked, offered = questions @ items.T, questions * SCALE, items * SCALE

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        form = flat[1:].reshape(size, size)
        shares = softmax(np.where(never, NEVER, flat[0] * near + (asked @ form) @ offered.T))
        told = -float((wanted * np.log(shares.clip(1e-12))).sum(1).mean())
        off = (shares - wanted) / len(wanted)
        slope = asked.T @ (off @ offered) + 2 * HOLD * form
        return told + HOLD * float((form**2).sum()), np.concatenate([[float((off * near).sum())], slope.ravel()])

    found = find_minimum(loss, np.concatenate([[START_SHARPNESS], np.zeros(size * size)]), most_steps=ROUNDS)
    return float(found[0]), found[1:].reshape(size, size) * SCALE * SCALE
