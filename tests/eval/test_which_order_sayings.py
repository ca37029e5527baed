"""Learning from sayings which situation a customer speaks from."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import orjson
import pytest

from eval.datasets import DatasetUnusable
from eval.which_order import FITTED, SAYING_SHARE, LabelledRow, ReadRow
from eval.which_order_sayings import (
    SAYINGS_FILE,
    Saying,
    ask_sayings,
    encode_lesson,
    foretell,
    learn_situations,
    read_again,
    read_sayings,
)
from index.which_order.evidence import Signal
from index.which_order.situations import SITUATIONS, Situation
from index.which_order.states import State
from tests.conftest import SHOP_ZONE
from tests.fakes import FakeEncoder, make_order

NOW = datetime(2026, 11, 15, 10, 0, tzinfo=SHOP_ZONE)
UNPAID = make_order(id="SO1", status="pending_payment", shipped_at=None, shipments=None)
OTHER_UNPAID = make_order(id="SO3", status="pending_payment", shipped_at=None, shipments=None)
RECEIVED = make_order(id="SO2", status="delivered", shipments=None)


def make_sayings() -> list[Saying]:
    """Return sayings in every situation, those of one made of its own characters."""
    return [
        Saying(situation, chr(0x4E00 + 7 * place) * repeat)
        for place, situation in enumerate(SITUATIONS)
        for repeat in range(2, 8)
    ]


def test_sayings_of_the_repository_are_many_in_every_situation_and_each_is_said_in_one() -> None:
    sayings = read_sayings(SAYINGS_FILE)
    counts = [sum(saying.situation is situation for saying in sayings) for situation in SITUATIONS]
    assert min(counts) >= 30
    assert len({saying.text for saying in sayings}) >= 0.98 * len(sayings)


@pytest.mark.parametrize(
    "content", ['{"situation": "bored", "says": ["…"]}', "{", '{"situation": "unpaid", "says": ["没付"]}']
)
def test_unusable_sayings_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "sayings.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(DatasetUnusable, match=r"sayings\.jsonl"):
        read_sayings(path)


def test_reader_learns_the_situations_of_its_sayings() -> None:
    encoder = FakeEncoder()
    lesson = encode_lesson(make_sayings(), encoder)
    reader = learn_situations(lesson)
    read = [int(reader.read(vector.astype(np.float32)).argmax()) for vector in lesson.plain]
    assert np.mean(np.array(read) == lesson.labels) > 0.9


def test_foretold_is_learnt_from_the_other_sayings() -> None:
    likely = foretell(encode_lesson(make_sayings(), FakeEncoder()))
    assert likely.sum(1) == pytest.approx(np.ones(len(likely)))


def test_saying_is_asked_of_whose_one_order_alone_suits_and_of_whose_several_do() -> None:
    sayings = [Saying(Situation.UNPAID, "没付")] * 40
    clear = [row for _, row in ask_sayings(sayings, [UNPAID, RECEIVED], now=NOW)]
    assert {row.order_id for row in clear} == {"SO1"}
    both = [row for _, row in ask_sayings(sayings, [UNPAID, OTHER_UNPAID, RECEIVED], now=NOW)]
    assert {row.order_id for row in both} == {None}
    assert ask_sayings(sayings, [RECEIVED, UNPAID.model_copy(update={"customer": None})], now=NOW) == []


def test_saying_is_read_again_by_a_reader_that_did_not_learn_it() -> None:
    row = LabelledRow(id="0", customer_id="C0042", text="没付", order_id="SO1")
    states = (frozenset({State.UNPAID}), frozenset({State.RECEIVED}))
    read = ReadRow(row, ("SO1", "SO2"), np.ones((2, len(FITTED))), (0.5, 0.5), states)
    again = read_again(read, np.eye(len(SITUATIONS))[SITUATIONS.index(Situation.UNPAID)])
    column = FITTED.index(Signal.SITUATION)
    assert again.features[:, column] == pytest.approx([0.0, np.log(0.03)], abs=1e-5)
    assert np.all(np.delete(again.features, column, axis=1) == 1)
    assert again.share == SAYING_SHARE


def test_file_holds_one_situation_a_line() -> None:
    rows = [orjson.loads(line) for line in SAYINGS_FILE.read_bytes().splitlines()]
    assert sorted(row["situation"] for row in rows) == sorted(SITUATIONS)
