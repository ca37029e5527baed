"""From which situation a customer speaks, and which of the orders' states it suits."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoder import FloatVector
from index.which_order.evidence import Signal
from index.which_order.reader import PROBES, OrderReader, ReaderDamaged, SituationReader, find_reader, load_reader
from index.which_order.situations import (
    SITUATION_WORDS,
    SITUATIONS,
    UNSUITED,
    Situation,
    measure_suits,
    weigh_situations,
)
from index.which_order.states import State, find_states
from tests.conftest import SHOP_ZONE
from tests.fakes import FakeEncoder, make_order
from tests.index.test_which_order_things import make_things

NOW = datetime(2026, 11, 15, 10, 0, tzinfo=SHOP_ZONE)


def make_likely(**shares: float) -> FloatVector:
    """Return a distribution over the situations."""
    return np.array([shares.get(situation.value, 0.0) for situation in SITUATIONS], np.float32)


def make_situations(dimension: int = 4) -> SituationReader:
    """Return what takes the first axis for late, the second for refunded, and knows two directions."""
    matrix = np.zeros((dimension, len(SITUATIONS)), np.float32)
    matrix[0, SITUATIONS.index(Situation.LATE)] = matrix[1, SITUATIONS.index(Situation.REFUNDED)] = 10
    return SituationReader(
        mean=np.zeros(dimension, np.float32),
        matrix=matrix,
        bias=np.zeros(len(SITUATIONS), np.float32),
        directions=np.eye(dimension, dtype=np.float32)[:2],
    )


def make_reader(dimension: int = 4) -> OrderReader:
    """Return a whole reader."""
    return OrderReader(
        make_situations(dimension),
        make_things(dimension),
        probes=np.zeros((len(PROBES), dimension), np.float32),
        weights=dict.fromkeys(Signal, 1.5),
        clear=0.7,
    )


def parcel(status: str, at: str = "2026-11-15T08:00:00+08:00", **fields: Any) -> dict[str, Any]:
    """Return a parcel with one scan."""
    return {"events": [{"at": at, "status": status}], **fields}


def test_states_of_an_order_are_those_of_now() -> None:
    late = make_order(promised_at="2026-11-14T22:00:00+08:00", shipments=[parcel("in_transit")])
    under_way = {State.ON_THE_WAY, State.WITH_CARRIER}
    assert find_states(late, now=NOW) == {*under_way, State.LATE}
    assert find_states(late, now=datetime(2026, 11, 14, tzinfo=SHOP_ZONE)) == under_way


def test_states_after_receipt_are_those_of_the_refund_and_the_return() -> None:
    back = make_order(
        status="completed", shipments=[parcel("lost", direction="return")], refund={"status": "returning"}
    )
    refunding = {State.REFUND_ASKED, State.REFUND_OWED, State.SENT_BACK}
    assert find_states(back, now=NOW) == {State.RECEIVED, State.LOST, *refunding}
    assert find_states(make_order(status="delivered", refund=None, shipments=None), now=NOW) == {
        State.RECEIVED,
        State.KEPT,
    }


@pytest.mark.parametrize(
    ("parcels", "state"),
    [
        ([parcel("created")], State.UNSCANNED),
        ([parcel("in_transit", at="2026-11-12T08:00:00+08:00")], State.STILL),
        ([parcel("exception")], State.STUCK),
        ([parcel("at_station")], State.AT_STATION),
        ([parcel("out_for_delivery")], State.OUT_FOR_DELIVERY),
        ([parcel("delivered"), parcel("in_transit")], State.PARTLY),
        ([parcel("refused"), parcel("in_transit", direction="return")], State.REFUSED),
    ],
)
def test_state_of_a_shipped_order_is_that_of_its_parcels(parcels: list[dict[str, Any]], state: State) -> None:
    states = find_states(make_order(shipments=parcels, promised_at=None), now=NOW)
    assert state in states
    assert (State.WITH_CARRIER in states) is (state is not State.REFUSED)


def test_presale_waits_and_what_needs_fitting_is_known_by_its_tags() -> None:
    order = make_order(
        status="paid", shipped_at=None, shipments=None, items=[{"name": "柜", "tags": ["预售", "需安装"]}]
    )
    assert {State.PRESALE, State.CHANGEABLE, State.NEEDS_FITTING} <= find_states(order, now=NOW)


def test_order_that_suits_what_is_said_leads_by_the_logarithm_of_the_share() -> None:
    likely = make_likely(unpaid=0.5, neutral=0.5)
    found = weigh_situations(likely, [frozenset({State.UNPAID}), frozenset({State.RECEIVED})])
    assert found.values == pytest.approx((0.0, np.log((0.5 + 0.5 * UNSUITED) / 1.0)), abs=1e-5)
    assert [reason.zh for reason in found.reasons[0]] == ["像在说还没付款的订单"]
    assert found.reasons[1] == ()


def test_what_says_nothing_of_states_and_states_that_are_equal_tell_nothing() -> None:
    states = [frozenset({State.UNPAID}), frozenset({State.RECEIVED})]
    assert weigh_situations(make_likely(neutral=1.0), states).values == (0.0, 0.0)
    same = weigh_situations(make_likely(unpaid=1.0), [frozenset({State.UNPAID})] * 2)
    assert (same.values, same.reasons) == ((0.0, 0.0), ((), ()))


def test_installation_suits_what_needs_fitting() -> None:
    column = SITUATIONS.index(Situation.INSTALLATION)
    assert measure_suits(frozenset({State.RECEIVED, State.NEEDS_FITTING}))[column] == 1
    assert measure_suits(frozenset({State.RECEIVED}))[column] == pytest.approx(0.1)


def test_every_situation_but_none_has_words_and_suits_some_state_fully() -> None:
    assert set(SITUATIONS) - SITUATION_WORDS.keys() == {Situation.NEUTRAL}
    assert np.all(measure_suits(frozenset(State)) == 1)


@given(st.sets(st.sampled_from(State)), st.sets(st.sampled_from(State)), st.sampled_from(SITUATIONS))
def test_best_suited_order_has_0_and_no_other_more(one: set[State], other: set[State], said: Situation) -> None:
    found = weigh_situations(make_likely(**{said.value: 1.0}), [frozenset(one), frozenset(other)])
    assert max(found.values) == 0
    assert min(found.values) >= np.log(UNSUITED) - 1e-5


def test_situation_is_read_from_a_vector_and_what_is_left_holds_none_of_it() -> None:
    reader = make_situations()
    likely = reader.read(np.array([0.9, 0.1, 0.2, 0.3], np.float32))
    assert SITUATIONS[int(likely.argmax())] is Situation.LATE
    assert likely.sum() == pytest.approx(1)
    rest = reader.without_situation(np.array([0.9, 0.1, 0.2, 0.3], np.float32))
    assert rest.tolist() == pytest.approx([0, 0, 0.2, 0.3])


def test_reader_is_saved_and_loaded_and_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "reader.npz"
    make_reader().save(path)
    loaded = load_reader(path)
    assert (loaded.clear, loaded.weights) == (0.7, dict.fromkeys(Signal, 1.5))
    assert np.array_equal(loaded.situations.matrix, make_reader().situations.matrix)
    assert np.array_equal(loaded.things.left, make_reader().things.left)
    assert (loaded.things.bias, loaded.things.sharpness, loaded.things.same) == (-5.0, 2.0, 0.9)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ReaderDamaged, match=r"reader\.npz"):
        load_reader(path)
    with pytest.raises(ReaderDamaged):
        load_reader(tmp_path / "none.npz")


def test_reader_suits_the_encoder_that_it_was_learnt_from_only() -> None:
    encoder = FakeEncoder()
    assert find_reader(encoder) is None  # Ours was learnt from the bundled one.
    reader = make_reader(encoder.fingerprint.dimension)
    assert not reader.suits(encoder)
