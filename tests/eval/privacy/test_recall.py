"""Masking over the frames that it may be mended by; the held half is only measured, by the command."""

from __future__ import annotations

import random

from eval.privacy.frames import Half, fill_frame, read_frames
from eval.privacy.people import make_people
from eval.privacy.recall import MIN_RECALL, MOST_WRONGLY_MASKED, measure_masking

PEOPLE = make_people(60, seed=20261115)


def test_the_open_half_keeps_to_its_bars() -> None:
    # Of so few people one rare family name is a large share of its kind: by kind is measured over a thousand.
    figures = measure_masking(PEOPLE, Half.OPEN, seed=1)
    assert figures.recall >= MIN_RECALL, {kind: tally.examples for kind, tally in figures.missed.items() if tally.wrong}
    assert figures.wrong_share <= MOST_WRONGLY_MASKED


def test_the_halves_share_no_frame() -> None:
    frames = read_frames()
    assert sum(len(frame) for halves in frames.values() for frame in halves.values()) >= 80
    for halves in frames.values():
        assert not set(halves[Half.OPEN]) & set(halves[Half.HELD])


def test_labels_are_where_the_values_stand() -> None:
    sentence = fill_frame("我叫{name}，号码{phone}", PEOPLE[0], random.Random(1))
    assert [label.kind for label in sentence.labels] == ["name", "phone"]
    assert sentence.text[sentence.labels[0].start : sentence.labels[0].end] == PEOPLE[0].name
