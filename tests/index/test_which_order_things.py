"""Which thing a question is about, and that nothing is told where it speaks of none."""

from __future__ import annotations

import numpy as np
import pytest

from index.encoder import FloatVector
from index.which_order.nearness import MOST_NAMES, NameVectors
from index.which_order.things import ThingReader, weigh_things
from kb.orders.order import Order
from tests.fakes import CountingEncoder, make_order


def make_things(dimension: int = 4) -> ThingReader:
    """Return what takes the third axis for the speaking of a thing, and likens the fourth to the first."""
    left, right = np.zeros((dimension, 1), np.float32), np.zeros((dimension, 1), np.float32)
    left[3], right[0] = 3.0, 1.0
    gate = np.zeros(dimension, np.float32)
    gate[2] = 10.0
    return ThingReader(gate, -5.0, 2.0, np.zeros(dimension, np.float32), left, right, same=0.9)


def make_vector(*values: float) -> FloatVector:
    """Return a vector."""
    return np.array(values, np.float32)


def make_named(number: int, *names: str) -> Order:
    """Return an order of these items."""
    return make_order(id=f"SO{number}", items=[{"name": name, "quantity": 1} for name in names])


POT, SHOES = make_named(1, "炒锅"), make_named(2, "登山鞋")
NOTHING = make_order(id="SO3", items=None)


def read_for(*orders: Order) -> tuple[ThingReader, NameVectors, FloatVector]:
    """Return a reader for the fake encoder, its vectors, and a question near the first order's first item."""
    encoder = CountingEncoder()
    vectors = NameVectors(encoder)
    (item, *_) = orders[0].items or ()
    near = vectors.find([item.name or ""])[item.name or ""]
    zeros = np.zeros_like(near)
    reader = ThingReader(zeros, 4.0, 20.0, zeros, zeros[:, None], zeros[:, None], same=0.99)
    return reader, vectors, near


def test_a_thing_is_spoken_of_or_not() -> None:
    reader = make_things()
    assert reader.names_thing(make_vector(0, 0, 1, 0)) == pytest.approx(0.9933, abs=1e-4)
    assert reader.names_thing(make_vector(0, 0, 0, 0)) == pytest.approx(0.0067, abs=1e-4)


def test_what_is_near_is_measured_by_the_vectors_and_by_what_was_learnt() -> None:
    items = np.stack([make_vector(1, 0, 0, 0), make_vector(0, 1, 0, 0)])
    assert make_things().measure(make_vector(0.5, 0, 0, 1), items).tolist() == pytest.approx([2 * 0.5 + 3.0, 0.0])


def test_of_one_thing_in_two_colours_neither_is_nearer() -> None:
    black, white = make_vector(1, 0, 0, 0), make_vector(0.95, 0.312, 0, 0)
    near = make_things().measure(make_vector(0, 1, 0, 0), np.stack([black, white, make_vector(0, 0, 1, 0)]))
    assert near[0] == near[1] == pytest.approx(0.312)
    assert near[2] == 0


def test_the_order_of_the_nearest_thing_leads_and_says_why() -> None:
    reader, vectors, question = read_for(POT)
    found = weigh_things(question, [SHOES, POT, NOTHING], reader, vectors)
    assert found.values[1] == 0
    assert max(found.values[0], found.values[2]) < -1
    assert [bool(reasons) for reasons in found.reasons] == [False, True, False]
    assert "炒锅" in found.reasons[1][0].zh


def test_what_speaks_of_no_thing_tells_nothing_and_gives_no_reason() -> None:
    reader, vectors, question = read_for(POT)
    silent = ThingReader(reader.gate, -9.0, reader.sharpness, reader.mean, reader.left, reader.right, reader.same)
    found = weigh_things(question, [SHOES, POT], silent, vectors)
    assert found.values == pytest.approx((0.0, 0.0), abs=1e-3)
    assert found.reasons == ((), ())


def test_orders_without_named_items_are_told_apart_by_nothing() -> None:
    reader, vectors, question = read_for(POT)
    assert weigh_things(question, [NOTHING, NOTHING], reader, vectors).values == (0.0, 0.0)


def test_only_the_newest_names_are_encoded() -> None:
    reader, vectors, question = read_for(POT)
    many = [make_named(n, *(f"物件{n}-{k}" for k in range(MOST_NAMES))) for n in range(2)]
    assert len(weigh_things(question, many, reader, vectors).values) == 2
