"""Learning from sayings which thing a customer speaks of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.datasets import DatasetUnusable
from eval.which_order import FITTED, THING_KIND, ReadRow
from eval.which_order_sayings import Lesson, Saying, encode_lesson, learn_situations
from eval.which_order_things import (
    OTHERS,
    THINGS,
    Kind,
    Thing,
    ThingLesson,
    ask_things,
    encode_things,
    learn_things,
    read_things,
)
from index.which_order.evidence import Signal
from index.which_order.reader import SituationReader
from index.which_order.situations import SITUATIONS
from kb.text.segment import default_segmenter
from tests.fakes import FakeEncoder

# What is said shares no character with the name: only learning can tell.
NAMES = [chr(0x4E00 + 40 * n) * 3 for n in range(12)]
SAYINGS = [chr(0x7000 + 40 * n) * 3 for n in range(12)]


def make_lesson() -> tuple[ThingLesson, Lesson, SituationReader]:
    """Return things whose sayings name each of them in characters of its own, and sayings of situations."""
    encoder = FakeEncoder()
    said = [Saying(s, chr(0x5E00 + 7 * n) * repeat) for n, s in enumerate(SITUATIONS) for repeat in range(2, 5)]
    lesson = encode_lesson(said, encoder)
    situations = learn_situations(lesson)
    things = [
        Thing(name=name, category=(f"类{n % 3}",), sayings=tuple(f"{word}{k}" for k in range(4)))
        for n, (name, word) in enumerate(zip(NAMES, SAYINGS, strict=True))
    ]
    kinds = [Kind(categories=("类1", "none"), called=(chr(0x8000) * 3,), called_in_english=("stuff",))]
    return encode_things(things, kinds, lesson, encoder, situations), lesson, situations


def test_things_of_the_repository_are_many_and_each_is_called_in_several_ways() -> None:
    things, kinds = read_things(THINGS)
    known = {thing.category[0] for thing in things}
    assert all(set(kind.categories) <= known for kind in kinds)
    assert len(things) >= 500
    assert min(len(thing.sayings) for thing in things) >= 4
    assert len({thing.name for thing in things}) == len(things)
    assert 0.1 < np.mean([not thing.is_chinese for thing in things]) < 0.3


@pytest.mark.parametrize("content", ["{", '{"name": "锅"}', '{"name": "锅", "sayings": ["那口"]}'])
def test_unusable_things_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "sayings.jsonl").write_text(content, "utf-8")
    (tmp_path / "kinds.jsonl").write_text("", "utf-8")
    with pytest.raises(DatasetUnusable, match=r"sayings\.jsonl|fewer than"):
        read_things(tmp_path)


def test_reader_learns_which_thing_its_sayings_mean_and_which_sayings_mean_none() -> None:
    lesson, said, situations = make_lesson()
    reader = learn_things(lesson, said, situations)
    items = lesson.items.astype(np.float32)
    nearest = [int(reader.measure(q, items).argmax()) for q in lesson.questions.astype(np.float32)]
    assert np.mean([near in said.meant for near, said in zip(nearest, lesson.said, strict=True)]) > 0.9
    assert {len(said.meant) for said in lesson.said} == {1, 4}  # A word for a kind may mean any thing of it.
    naming = np.mean([reader.names_thing(q) for q in lesson.questions.astype(np.float32)])
    silent = np.mean([reader.names_thing(situations.without_situation(q)) for q in said.plain.astype(np.float32)])
    assert naming > silent + 0.3


def test_sayings_are_asked_of_orders_that_differ_by_things_or_by_colours_alone() -> None:
    lesson, said, situations = make_lesson()
    asked = ask_things(lesson, said, situations, FakeEncoder(), default_segmenter())
    assert {read.row.kind for read in asked} == {THING_KIND}
    told, untold = _part(asked)
    assert {len(read.order_ids) for read in told} == {OTHERS + 1}
    assert {len(read.order_ids) for read in untold} == {OTHERS + 2}
    others = [n for n, signal in enumerate(FITTED) if signal not in (Signal.THING, Signal.NAMED)]
    assert not np.concatenate([read.features[:, others] for read in asked]).any()


def _part(asked: list[ReadRow]) -> tuple[list[ReadRow], list[ReadRow]]:
    return [read for read in asked if read.right is not None], [read for read in asked if read.right is None]
