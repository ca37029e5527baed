"""Learns from labelled sayings which situation a customer speaks from, and asks them as customers of the base.

A multinomial logistic regression on the vectors of the sayings, each of them also once with a thing named in it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from eval.datasets import DatasetUnusable
from eval.which_order import FITTED, SAYING_SHARE, LabelledRow, ReadRow
from index.encoder import Encoder
from index.logit import find_minimum, softmax
from index.which_order.evidence import Signal
from index.which_order.reader import SituationReader
from index.which_order.situations import SITUATIONS, Situation, measure_suits, weigh_situations
from index.which_order.states import find_states
from kb.orders.order import Order
from kb.text.normalise import normalise

SAYINGS_FILE = Path(__file__).parent.parent / "data" / "situations" / "sayings.jsonl"
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SCALE = 10.0  # Vectors of sayings lie close together.
HOLD = 5e-4
ROUNDS = 200
FOLDS = 5
DIRECTIONS = 20
ASKED_SHARE = 0.5  # Of the sayings, those that are asked of a customer of whom one order alone suits.
BOTH_SHARE = 0.25  # Those that are asked of one of whom several do.
HALF_SUITED = 0.4
FIRST_HAN = "\u3400"
THINGS = (
    "冰箱 洗衣机 空调 热水器 电饭煲 破壁机 扫地机器人 吹风机 手机 耳机 平板 键盘 显示器 打印机 相机 手表 充电宝 羽绒服 "
    "大衣 卫衣 裙子 裤子 运动鞋 靴子 拖鞋 袜子 帽子 围巾 背包 行李箱 被子 四件套 枕头 床垫 沙发 书桌 椅子 台灯 窗帘 "
    "炒锅 保温杯 碗 牛奶 咖啡豆 茶叶 坚果 大米 车厘子 牛排 螃蟹 奶粉 纸尿裤 积木 安全座椅 童书 猫粮 狗粮 口红 面霜 "
    "洗发水 牙刷 帐篷 跑步机 吉他 药"
)
THINGS_IN_ENGLISH = "fridge kettle headphones laptop jacket shoes mug desk chair blanket coffee toy camera"
WITH_THING = (
    "{thing}{said}",
    "那个{thing}{said}",
    "我买的{thing}，{said}",
    "{said}，{thing}那单",
    "给家里买的{thing}{said}",
)
WITH_THING_IN_ENGLISH = ("the {thing}: {said}", "my {thing} order, {said}")


@dataclass(frozen=True, slots=True)
class Saying:
    """What a customer says in a situation."""

    situation: Situation
    text: str


def read_sayings(path: Path) -> list[Saying]:
    """Read sayings, one situation a line: `situation`, `says`; raises `DatasetUnusable`."""
    try:
        rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
        sayings = [Saying(Situation(row["situation"]), normalise(said)) for row in rows for said in row["says"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetUnusable(f"{path}: write a situation of {', '.join(SITUATIONS)}, and says, a line.") from error
    missing = set(SITUATIONS) - {saying.situation for saying in sayings}
    if missing:
        raise DatasetUnusable(f"{path} has nothing that is said in: {', '.join(sorted(missing))}.")
    return sayings


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Sayings with their vectors: as they are said, and with a thing named."""

    sayings: Sequence[Saying]
    plain: FloatArray
    with_thing: FloatArray
    labels: IntArray


def encode_lesson(sayings: Sequence[Saying], encoder: Encoder) -> Lesson:
    """Encode all sayings."""
    chance = random.Random(7)
    things = [normalise(name_thing(saying.text, _choose_thing(saying.text, chance), chance)) for saying in sayings]
    return Lesson(
        sayings,
        np.asarray(encoder.encode_questions([saying.text for saying in sayings]), np.float64),
        np.asarray(encoder.encode_questions(things), np.float64),
        np.array([SITUATIONS.index(saying.situation) for saying in sayings]),
    )


def name_thing(said: str, thing: str, chance: random.Random) -> str:
    """Return what is said with a thing named in it."""
    return chance.choice(WITH_THING if is_han(said) else WITH_THING_IN_ENGLISH).format(thing=thing, said=said)


def is_han(text: str) -> bool:
    """Tell whether a text is Chinese."""
    return any(character >= FIRST_HAN for character in text)


def _choose_thing(said: str, chance: random.Random) -> str:
    return chance.choice((THINGS if is_han(said) else THINGS_IN_ENGLISH).split())


def learn_situations(lesson: Lesson) -> SituationReader:
    """Learn to read situations."""
    chosen = np.ones(len(lesson.labels), bool)
    mean, matrix, bias = _learn(lesson, chosen)
    centres = np.stack([lesson.plain[lesson.labels == n].mean(0) for n in range(len(SITUATIONS))])
    directions = np.linalg.svd(centres - centres.mean(0), full_matrices=False)[2][:DIRECTIONS]
    return SituationReader(
        mean=mean.astype(np.float32),
        matrix=matrix.astype(np.float32),
        bias=bias.astype(np.float32),
        directions=directions.astype(np.float32),
    )


def foretell(lesson: Lesson) -> FloatArray:
    """Return for each saying how likely each situation is, as learnt from the other folds' sayings."""
    folds = np.random.default_rng(0).integers(0, FOLDS, len(lesson.labels))
    likely = np.zeros((len(lesson.labels), len(SITUATIONS)))
    for fold in range(FOLDS):
        mean, matrix, bias = _learn(lesson, folds != fold)
        likely[folds == fold] = softmax((lesson.plain[folds == fold] - mean) @ matrix + bias)
    return likely


def _learn(lesson: Lesson, chosen: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean, the matrix and the bias; a situation with many sayings counts by their root only."""
    labels = np.concatenate([lesson.labels[chosen]] * 2)
    vectors = np.concatenate([lesson.plain[chosen], lesson.with_thing[chosen]])
    mean = lesson.plain[chosen].mean(0)
    inputs, wanted = (vectors - mean) * SCALE, np.eye(len(SITUATIONS))[labels]
    counts = 1 / np.sqrt(np.bincount(labels, minlength=len(SITUATIONS)).clip(1))[labels]
    counts /= counts.sum()
    size = (inputs.shape[1] + 1, len(SITUATIONS))

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        weights = flat.reshape(size)
        shares = softmax(inputs @ weights[1:] + weights[0])
        off = (shares - wanted) * counts[:, None]
        slope = np.vstack([off.sum(0), inputs.T @ off + 2 * HOLD * weights[1:]])
        told = float(counts @ np.log(shares[np.arange(len(labels)), labels].clip(1e-12)))
        return HOLD * float((weights[1:] ** 2).sum()) - told, slope.ravel()

    weights = find_minimum(loss, np.zeros(size).ravel(), most_steps=ROUNDS).reshape(size)
    return mean, weights[1:] * SCALE, weights[0]


def ask_sayings(sayings: Sequence[Saying], orders: Sequence[Order], *, now: datetime) -> list[tuple[int, LabelledRow]]:
    """Return sayings, by their place, as questions of customers: one of whose orders alone suits, or several."""
    chance = random.Random(7)
    suits = {
        customer: [(order, measure_suits(find_states(order, now=now))) for order in own]
        for customer, own in _group(orders).items()
    }
    asked = []
    for place, saying in enumerate(sayings):
        column = SITUATIONS.index(saying.situation)
        found: dict[bool, list[tuple[str, str | None]]] = {True: [], False: []}
        for customer, own in suits.items():
            right = [order.id for order, suit in own if suit[column] == 1]
            others = [float(suit[column]) for _, suit in own if suit[column] < 1]
            if len(right) == 1 and max(others, default=0.0) <= HALF_SUITED:
                found[True].append((customer, right[0]))
            elif len(right) > 1:
                found[False].append((customer, None))
        for is_clear, share in ((True, ASKED_SHARE), (False, BOTH_SHARE)):
            if found[is_clear] and chance.random() < share:
                customer, order_id = chance.choice(found[is_clear])
                row = LabelledRow(id=f"{place}", customer_id=customer, text=saying.text, order_id=order_id)
                asked.append((place, row))
    return asked


def _group(orders: Sequence[Order]) -> Mapping[str, list[Order]]:
    grouped: dict[str, list[Order]] = {}
    for order in orders:
        if order.customer and order.customer.id:
            grouped.setdefault(order.customer.id, []).append(order)
    return {customer: own for customer, own in grouped.items() if len(own) > 1}


def read_again(read: ReadRow, likely: FloatArray) -> ReadRow:
    """Return the row of a saying as a reader that was not learnt from it reads it."""
    features = read.features.copy()
    features[:, FITTED.index(Signal.SITUATION)] = weigh_situations(likely.astype(np.float32), read.states).values
    return replace(read, features=features, share=SAYING_SHARE)
