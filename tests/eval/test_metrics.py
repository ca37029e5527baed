"""Measures against rankings worked out by hand, and against pytrec_eval."""

from __future__ import annotations

import math

import numpy as np
import pytest
import pytrec_eval

from eval.metrics import MEASURES, average, measure_questions

ORACLE = {
    "hit@1": "success_1",
    "hit@3": "success_3",
    "ndcg@10": "ndcg_cut_10",
    "recall@10": "recall_10",
}


def ranking(*items: str) -> list[tuple[str, float]]:
    """Return a ranking of these items, all of the same score: its order is what counts."""
    return [(item, 1.0) for item in items]


def test_measures_of_one_ranking_by_hand() -> None:
    values = measure_questions({"q": {"a": 1, "b": 2, "z": 1}}, {"q": ranking("x", "b", "y", "a")})["q"]
    ideal = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert values == pytest.approx(
        {
            "hit@1": 0.0,
            "hit@3": 1.0,
            "mrr@10": 1 / 2,
            "ndcg@10": (2 / math.log2(3) + 1 / math.log2(5)) / ideal,
            "recall@10": 2 / 3,
        }
    )


def test_what_stands_in_eleventh_place_counts_for_nothing() -> None:
    late = ranking(*(f"x{n}" for n in range(10)), "a")
    assert set(measure_questions({"q": {"a": 1}}, {"q": late})["q"].values()) == {0.0}


def test_grade_zero_is_no_answer() -> None:
    values = measure_questions({"q": {"a": 0, "b": 1}}, {"q": ranking("a", "b")})["q"]
    assert (values["hit@1"], values["mrr@10"], values["recall@10"]) == (0.0, 0.5, 1.0)


def test_missing_and_empty_rankings_count_as_zero() -> None:
    qrels = {"found": {"a": 1}, "empty": {"a": 1}, "missing": {"a": 1}, "labelled nothing": {"a": 0}}
    values = measure_questions(qrels, {"found": ranking("a"), "empty": []})
    assert set(values) == set(qrels)
    assert average(values) == dict.fromkeys(MEASURES, 0.25)


def test_ranked_question_without_labels_is_left_out_of_the_average() -> None:
    values = measure_questions({"q": {"a": 1}}, {"q": ranking("a"), "unlabelled": ranking("a")})
    assert list(values) == ["q"]


@pytest.mark.parametrize("run", [{}, {"q": ranking("a")}])
def test_nothing_labelled_averages_to_zero(run: dict[str, list[tuple[str, float]]]) -> None:
    assert average(measure_questions({}, run)) == dict.fromkeys(MEASURES, 0.0)


def test_nothing_ranked_scores_zero() -> None:
    assert average(measure_questions({"q": {"a": 1}}, {})) == dict.fromkeys(MEASURES, 0.0)


def test_every_measure_agrees_with_pytrec_eval() -> None:
    random = np.random.default_rng(3)
    items = [f"d{n}" for n in range(40)]
    qrels = {f"q{n}": {item: int(random.integers(0, 3)) for item in random.choice(items, 6)} for n in range(60)}
    # Two of three questions are answered; nothing says how the others would have been.
    run = {
        question: ranking(*random.permutation(items)[: random.integers(1, 30)].tolist())
        for number, question in enumerate(qrels)
        if number % 3
    }
    scored = {q: {item: float(-place) for place, (item, _) in enumerate(ranked)} for q, ranked in run.items()}
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, {"success.1,3", "ndcg_cut.10", "recall.10", "recip_rank"})
    expected = evaluator.evaluate(scored)
    ours = measure_questions(qrels, run)
    for question in qrels:
        for name, key in ORACLE.items():
            theirs = expected[question][key] if question in expected else 0.0
            assert ours[question][name] == pytest.approx(theirs, abs=1e-9)
        reciprocal = expected.get(question, {}).get("recip_rank", 0.0)
        within_ten = reciprocal if reciprocal >= 0.1 else 0.0
        assert ours[question]["mrr@10"] == pytest.approx(within_ten, abs=1e-9)
    mean = sum(expected[question]["ndcg_cut_10"] for question in run) / len(qrels)
    assert average(ours)["ndcg@10"] == pytest.approx(mean, abs=1e-9)
