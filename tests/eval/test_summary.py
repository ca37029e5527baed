"""The figures of a run: over all questions, and by slice."""

from __future__ import annotations

import pytest

from eval.metrics import MeasureUnknown
from eval.scoring import DECIDED, REFUSED_OF_UNANSWERABLE
from eval.summary import list_slices, summarise
from tests.eval.run_makers import make_record, make_run

RUN = make_run(
    make_record("q1", "a b", {"a": 1}, answered=True, confidence=0.9, slices={"intent": "退货", "order": "with"}),
    make_record("q2", "b a", {"a": 1}, answered=True, confidence=0.6, slices={"intent": "退货"}),
    make_record("q3", "b a", slices={"intent": "闲聊", "order": "with"}),
    make_record("q4", "b", {"b": 2}, slices={"intent": "发票", "order": "without"}),
)


def test_figures_are_the_means_with_their_counts() -> None:
    figures = summarise(RUN).figures
    assert (figures["hit@1"].value, figures["hit@1"].count) == (2 / 3, 3)
    assert (figures[DECIDED].value, figures[DECIDED].count) == (2 / 4, 4)
    assert (figures[REFUSED_OF_UNANSWERABLE].value, figures[REFUSED_OF_UNANSWERABLE].count) == (1.0, 1)


def test_slices_are_figures_of_their_questions_alone() -> None:
    slices = summarise(RUN).slices
    assert list(slices) == ["intent", "order"]
    assert {value: figures[DECIDED].count for value, figures in slices["intent"].items()} == {
        "退货": 2,
        "闲聊": 1,
        "发票": 1,
    }
    assert {value: figures[DECIDED].count for value, figures in slices["order"].items()} == {"with": 2, "without": 1}
    assert slices["intent"]["退货"]["hit@1"].value == 1 / 2
    assert "hit@1" not in slices["intent"]["闲聊"]  # Nothing of it has an answer.
    assert slices["intent"]["闲聊"][DECIDED].value == 1.0


def test_slices_are_listed_the_commonest_value_first() -> None:
    listed = list_slices(RUN.records)
    assert {name: list(values.items()) for name, values in listed.items()} == {
        "intent": [("退货", 2), ("闲聊", 1), ("发票", 1)],
        "order": [("with", 2), ("without", 1)],
    }


def test_summary_counts_what_is_labelled_and_grouped() -> None:
    again = make_record("q5", "a b", {"b": 1}, text="问题 q1")
    summary = summarise(make_run(*RUN.records, again))
    assert (summary.labelled, summary.groups) == (4, 1)


def test_run_without_confidence_has_no_word_on_it() -> None:
    assert summarise(RUN).answering is not None
    assert summarise(make_run(*RUN.records, judges=False)).answering is None


def test_other_measures_take_the_place_of_the_standard_ones() -> None:
    assert {"ndcg@5", DECIDED} < set(summarise(RUN, ["ndcg@5"]).figures)
    assert "hit@1" not in summarise(RUN, ["ndcg@5"]).figures
    with pytest.raises(MeasureUnknown, match="'ndgc@5'"):
        summarise(RUN, ["ndgc@5"])


def test_run_of_no_questions_has_no_figures() -> None:
    summary = summarise(make_run())
    assert (summary.figures, summary.slices, summary.answering, summary.groups) == ({}, {}, None, 0)


def test_slice_is_measured_as_a_run_of_its_own() -> None:
    shared = {"text": "怎么退", "order": "o"}
    records = (
        make_record("q1", "a b", {"a": 1}, slices={"language": "zh"}, confidence=0.9, answered=True, **shared),
        make_record("q2", "a b", {"b": 1}, slices={"language": "zh"}, confidence=0.2, answered=True, **shared),
        make_record("q3", "c", {"c": 1}, slices={"language": "en"}, confidence=0.5, answered=True, **shared),
    )
    slices = summarise(make_run(*records)).slices["language"]
    assert slices["zh"]["group_right"].value == 0.0
    assert slices["zh"]["auc"].value == 1.0
    assert "group_right" not in slices["en"]  # One question under one order is no group.
