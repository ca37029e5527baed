"""The situations that customers speak from, and how well each suits the states of an order.

Who asks which neighbour took it in need not say 签收: reader.py tells the situation from sayings like it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

import numpy as np

from index.encoder import FloatMatrix, FloatVector
from index.which_order.evidence import Evidence
from index.which_order.states import State
from kb.orders.words import Words

UNSUITED = 0.03  # Customers mix up words, and states lag behind the world.
LEAST_SAID = 0.4  # How likely a situation is before it is given as a reason.
TELLING_LEAD = 0.5  # By how much a suited order leads (in logarithms) before that is a reason.


class Situation(StrEnum):
    """What a customer's words take for granted of the order."""

    UNPAID = "unpaid"
    UNSHIPPED = "unshipped"
    CHANGEABLE = "changeable"
    PRESALE = "presale"
    MOVING = "moving"
    REROUTE = "reroute"
    STALLED = "stalled"
    UNDELIVERABLE = "undeliverable"
    LATE = "late"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AT_STATION = "at_station"
    LOST = "lost"
    SIGNED_NOT_RECEIVED = "signed_not_received"
    PARTLY = "partly"
    REFUSED = "refused"
    RECEIVED_FAULT = "received_fault"
    RECEIVED_USE = "received_use"
    RETURN_WISH = "return_wish"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    INSTALLATION = "installation"
    REFUND_REVIEW = "refund_review"
    REFUND_APPROVED = "refund_approved"
    SENDING_BACK = "sending_back"
    REFUND_WAITING = "refund_waiting"
    REFUNDED = "refunded"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    NEUTRAL = "neutral"


_ARRIVED = {State.KEPT: 1.0, State.RECEIVED: 0.7, State.PARTLY: 0.5}
# How likely who speaks from a situation speaks of an order in a state, the best suited being 1; of several states of an
# order the highest counts.
SUITS: Mapping[Situation, Mapping[State, float]] = {
    Situation.UNPAID: {State.UNPAID: 1.0},
    Situation.UNSHIPPED: {State.UNSHIPPED: 1.0, State.UNSCANNED: 0.4, State.UNPAID: 0.1},
    Situation.CHANGEABLE: {State.CHANGEABLE: 1.0, State.UNSHIPPED: 0.5, State.WITH_CARRIER: 0.15},
    Situation.PRESALE: {State.PRESALE: 1.0, State.CHANGEABLE: 0.3},
    Situation.MOVING: {State.WITH_CARRIER: 1.0, State.LATE: 1.0, State.UNSHIPPED: 0.35},
    Situation.REROUTE: {State.WITH_CARRIER: 1.0, State.UNSHIPPED: 0.4},
    Situation.STALLED: {State.STILL: 1.0, State.LOST: 0.6, State.WITH_CARRIER: 0.3, State.UNSHIPPED: 0.15},
    Situation.UNDELIVERABLE: {
        State.STUCK: 1.0,
        State.OUT_FOR_DELIVERY: 0.3,
        State.REFUSED: 0.3,
        State.WITH_CARRIER: 0.2,
    },
    Situation.LATE: {State.LATE: 1.0, State.WITH_CARRIER: 0.35, State.UNSHIPPED: 0.35},
    Situation.OUT_FOR_DELIVERY: {State.OUT_FOR_DELIVERY: 1.0, State.STUCK: 0.3, State.WITH_CARRIER: 0.2},
    Situation.AT_STATION: {State.AT_STATION: 1.0, State.WITH_CARRIER: 0.1, State.RECEIVED: 0.1},
    Situation.LOST: {State.LOST: 1.0, State.STILL: 0.35, State.WITH_CARRIER: 0.15},
    Situation.SIGNED_NOT_RECEIVED: {State.KEPT: 1.0, State.RECEIVED: 0.6, State.PARTLY: 0.3},
    Situation.PARTLY: {State.PARTLY: 1.0, State.SEVERAL_PARCELS: 0.5, State.RECEIVED: 0.2},
    Situation.REFUSED: {State.REFUSED: 1.0},
    Situation.RECEIVED_FAULT: _ARRIVED,
    Situation.RECEIVED_USE: _ARRIVED,
    Situation.RETURN_WISH: {State.KEPT: 1.0, State.RECEIVED: 0.4, State.WITH_CARRIER: 0.15},
    Situation.EXCHANGE: {State.KEPT: 1.0, State.RECEIVED: 0.5},
    Situation.REPAIR: {State.KEPT: 1.0, State.RECEIVED: 0.6},
    Situation.INSTALLATION: {State.RECEIVED: 1.0, State.WITH_CARRIER: 0.5, State.UNSHIPPED: 0.2},
    Situation.REFUND_REVIEW: {State.REFUND_UNDECIDED: 1.0, State.REFUND_APPROVED: 0.3},
    Situation.REFUND_APPROVED: {State.REFUND_APPROVED: 1.0, State.SENT_BACK: 0.4, State.REFUND_UNDECIDED: 0.25},
    Situation.SENDING_BACK: {State.SENT_BACK: 1.0, State.REFUND_APPROVED: 0.2},
    Situation.REFUND_WAITING: {
        State.REFUND_OWED: 1.0,
        State.REFUSED: 0.7,
        State.REFUND_UNDECIDED: 0.5,
        State.REFUNDED: 0.4,
        State.CANCELLED: 0.4,
    },
    Situation.REFUNDED: {State.REFUNDED: 1.0, State.REFUND_OWED: 0.3, State.SENT_BACK: 0.3},
    Situation.REJECTED: {State.REFUND_REJECTED: 1.0},
    Situation.CANCELLED: {State.CANCELLED: 1.0},
}
UNFITTED = 0.1  # The share of an installation's suit that remains for what needs no fitting.
SITUATIONS = tuple(Situation)
SITUATION_WORDS: Mapping[Situation, Words] = {
    Situation.UNPAID: Words("还没付款", "not paid yet"),
    Situation.UNSHIPPED: Words("还没发货", "not shipped yet"),
    Situation.CHANGEABLE: Words("还没发货、想改或取消", "to be changed or cancelled before it ships"),
    Situation.PRESALE: Words("预售或定制", "on pre-order or made to order"),
    Situation.MOVING: Words("还在路上", "on its way"),
    Situation.REROUTE: Words("路上想改送", "to be redirected on its way"),
    Situation.STALLED: Words("物流不动", "standing still"),
    Situation.UNDELIVERABLE: Words("派送不成", "that could not be delivered"),
    Situation.LATE: Words("超时没到", "late"),
    Situation.OUT_FOR_DELIVERY: Words("正在派送", "out for delivery"),
    Situation.AT_STATION: Words("等待自提", "waiting to be picked up"),
    Situation.LOST: Words("丢件", "lost"),
    Situation.SIGNED_NOT_RECEIVED: Words("显示签收", "said to be delivered"),
    Situation.PARTLY: Words("没到齐", "partly delivered"),
    Situation.REFUSED: Words("拒收", "refused at the door"),
    Situation.RECEIVED_FAULT: Words("收到了有问题", "received with a fault"),
    Situation.RECEIVED_USE: Words("已经在用", "in use"),
    Situation.RETURN_WISH: Words("收到后想退", "received and to be returned"),
    Situation.EXCHANGE: Words("收到后想换", "received and to be exchanged"),
    Situation.REPAIR: Words("要维修", "in need of repair"),
    Situation.INSTALLATION: Words("等安装", "to be installed"),
    Situation.REFUND_REVIEW: Words("退款待审核", "whose refund is undecided"),
    Situation.REFUND_APPROVED: Words("已同意退货", "whose return was approved"),
    Situation.SENDING_BACK: Words("已寄回", "sent back"),
    Situation.REFUND_WAITING: Words("退款没到账", "whose refund has not come"),
    Situation.REFUNDED: Words("已退款", "refunded"),
    Situation.REJECTED: Words("退款被拒", "whose refund was rejected"),
    Situation.CANCELLED: Words("已取消", "cancelled"),
}


@lru_cache(maxsize=4096)
def measure_suits(states: frozenset[State]) -> FloatVector:
    """Return how well an order in these states suits each situation, up to 1; every order suits what tells none."""
    suits = [
        max((UNSUITED, *(suit for state, suit in SUITS.get(s, {}).items() if state in states))) for s in SITUATIONS
    ]
    suits[SITUATIONS.index(Situation.NEUTRAL)] = 1.0
    if State.NEEDS_FITTING not in states:
        place = SITUATIONS.index(Situation.INSTALLATION)
        suits[place] = max(UNSUITED, suits[place] * UNFITTED)
    found = np.array(suits, np.float32)
    found.flags.writeable = False  # It is kept.
    return found


def weigh_situations(likely: FloatVector, states: Sequence[frozenset[State]]) -> Evidence:
    """Return how much less orders in these states suit what is likely said than the best suited: 0 or below.

    The logarithm of how likely who says this would speak of such an order.
    """
    suits: FloatMatrix = np.stack([measure_suits(one) for one in states])
    values = np.log(suits @ likely)
    values -= values.max()
    said = int(likely.argmax())
    words = SITUATION_WORDS.get(SITUATIONS[said])
    tells = words is not None and likely[said] >= LEAST_SAID and values.min() <= -TELLING_LEAD
    reasons = tuple(
        (Words(f"像在说{words.zh}的订单", f"sounds like an order {words.en}"),)
        if words and tells and value > -TELLING_LEAD and suit[said] > UNSUITED
        else ()
        for value, suit in zip(values.tolist(), suits, strict=True)
    )
    return Evidence(tuple(values.tolist()), reasons)
