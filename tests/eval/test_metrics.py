"""Measures against rankings worked out by hand, against pytrec_eval, and against a computation of their definitions."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval

from eval.datasets import load_dataset
from eval.metrics import STANDARD_MEASURES, MeasureUnknown, find_measure, measure_records
from eval.records import Record
from tests.eval.run_makers import make_ranking, make_record

ROOT = Path(__file__).parents[2]
PUBLIC_DATA = Path(os.environ.get("XIANZHI_PUBLIC_DATA", ROOT / ".." / "shared" / "data"))
CSDS = PUBLIC_DATA / "csds"
RANKED = 25  # Deeper than every cutoff but that of `map`.

# Each measure's name in trec_eval, and how much of a ranking trec_eval is given to compute it: its reciprocal rank
# knows no cutoff.
ORACLE = {
    "hit@1": ("success_1", None),
    "hit@3": ("success_3", None),
    "mrr": ("recip_rank", None),
    "mrr@10": ("recip_rank", 10),
    "ndcg": ("ndcg", None),
    "ndcg@5": ("ndcg_cut_5", None),
    "ndcg@10": ("ndcg_cut_10", None),
    "recall@10": ("recall_10", None),
    "precision@5": ("P_5", None),
    "map": ("map", None),
    "map@10": ("map_cut_10", None),
}


def measure_one(record: Record, *measures: str) -> dict[str, float]:
    """Return the measures of one question."""
    return dict(measure_records([record], measures or STANDARD_MEASURES)[record.id])


def test_standard_measures_of_one_ranking_by_hand() -> None:
    values = measure_one(make_record("q", "x b y a", {"a": 1, "b": 2, "z": 1}))
    ideal = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert values == pytest.approx(
        {
            "hit@1": 0.0,
            "hit@3": 1.0,
            "mrr@10": 1 / 2,
            "ndcg@10": (2 / math.log2(3) + 1 / math.log2(5)) / ideal,
            "recall@10": 2 / 3,
            "map": (1 / 2 + 2 / 4) / 3,  # The third right answer is never found.
        }
    )


def test_from_grade_two_on_lower_grades_are_gains_and_nothing_else() -> None:
    values = measure_one(make_record("q", "a x b", {"a": 1, "b": 2, "c": 3}, right_from=2))
    ideal = 3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)
    assert values == pytest.approx(
        {
            "hit@1": 0.0,
            "hit@3": 1.0,
            "mrr@10": 1 / 3,
            "ndcg@10": (1 / math.log2(2) + 2 / math.log2(4)) / ideal,
            "recall@10": 1 / 2,
            "map": (1 / 3) / 2,
        }
    )


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("hit@2", 1.0),
        ("mrr", 1 / 2),
        ("mrr@1", 0.0),
        ("recall@2", 1 / 3),
        ("recall@999", 2 / 3),
        ("precision@4", 2 / 4),
        ("precision@10", 2 / 10),  # Four are ranked: the six that are not there count as wrong.
        ("map@2", (1 / 2) / 3),
        ("ndcg@1", 0.0),
        ("ndcg", (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3) + 1 / math.log2(4))),
    ],
)
def test_measure_with_its_own_cutoff_by_hand(measure: str, expected: float) -> None:
    values = measure_one(make_record("q", "x a y b", {"a": 1, "b": 1, "c": 1}), measure)
    assert values == {measure: pytest.approx(expected)}


def test_what_stands_in_eleventh_place_counts_for_map_alone() -> None:
    late = make_record("q", " ".join((*(f"x{n}" for n in range(10)), "a")), {"a": 1})
    assert measure_one(late) == {**dict.fromkeys(STANDARD_MEASURES, 0.0), "map": pytest.approx(1 / 11)}


def test_grades_of_zero_and_below_are_neither_right_nor_gains() -> None:
    values = measure_one(make_record("q", "a c b", {"a": 0, "b": 1, "c": -1}), "hit@1", "mrr", "recall@3", "ndcg@3")
    assert values == pytest.approx({"hit@1": 0.0, "mrr": 1 / 3, "recall@3": 1.0, "ndcg@3": 1 / math.log2(4)})


def test_place_counts_and_not_score_or_id() -> None:
    alike = make_record("q", labels={"a": 1}, ranking=make_ranking("z", "a", score=1.0))
    rising = replace(alike, ranking=(*make_ranking("z", score=-3.0), *make_ranking("a", score=9.0)))
    assert measure_one(alike, "mrr") == measure_one(rising, "mrr") == {"mrr": 0.5}


def test_question_with_an_answer_and_no_ranking_scores_zero() -> None:
    assert measure_one(make_record("q", "", {"a": 1})) == dict.fromkeys(STANDARD_MEASURES, 0.0)


@pytest.mark.parametrize(("labels", "right_from"), [({}, 1), ({"a": 0}, 1), ({"a": -1}, 1), ({"a": 1}, 2)])
def test_question_without_an_answer_is_left_out(labels: Mapping[str, int], right_from: int) -> None:
    unanswerable = make_record("no", "a", labels, right_from=right_from)
    assert set(measure_records([unanswerable, make_record("yes", "a", {"a": 1})], ["hit@1"])) == {"yes"}


def test_no_questions_measure_to_nothing() -> None:
    assert measure_records([], STANDARD_MEASURES) == {}


def test_questions_of_different_lowest_right_grades_are_measured_each_by_its_own() -> None:
    records = [make_record(f"q{n}", "a b", {"a": 1, "b": 2}, right_from=n) for n in (1, 2)]
    assert [values["mrr"] for values in measure_records(records, ["mrr"]).values()] == [1.0, 0.5]


@pytest.mark.parametrize("name", ["", "hit", "recall", "precision", "ndcg@", "ndcg@0", "ndcg@1000", "NDCG@10", "auc"])
def test_measure_without_a_meaning_is_refused_with_what_may_be_written(name: str) -> None:
    with pytest.raises(MeasureUnknown, match=r"hit, mrr, ndcg, recall, precision, map .* such as ndcg@10"):
        find_measure(name, right_from=1)


def rank_csds(*, graded: bool) -> list[Record]:
    """Rank real questions by chance, the right answer among the first for most; graded, more items have grades."""
    if not CSDS.is_dir():
        pytest.skip(f"{CSDS} is not there; XIANZHI_PUBLIC_DATA names another folder")
    dataset, random = load_dataset(CSDS), np.random.default_rng(7)
    corpus = [case.id for case in dataset.cases] + [article.id for article in dataset.articles]
    records = []
    for question in dataset.questions:
        labels = dict(dataset.qrels.get(question.id, {}))
        drawn = random.choice(corpus, RANKED, replace=False).tolist()
        if graded:
            labels |= {item: int(random.integers(0, 4)) for item in random.choice(drawn, 8, replace=False)}
        first = [item for item in labels if random.random() < 0.7]
        ranked = list(dict.fromkeys([*drawn[: random.integers(0, 12)], *first, *drawn]))[: random.integers(0, RANKED)]
        records.append(make_record(question.id, " ".join(ranked), labels, right_from=2 if graded else 1))
    return records


def ask_trec_eval(record: Record, name: str) -> float:
    """Return what pytrec_eval says of one question."""
    key, depth = ORACLE[name]
    evaluator = pytrec_eval.RelevanceEvaluator(
        {"q": dict(record.labels)},
        {"success.1,3", "recip_rank", "ndcg", "ndcg_cut.5,10", "recall.10", "P.5", "map", "map_cut.10"},
        relevance_level=record.right_from,
    )
    run = {item.id: float(-place) for place, item in enumerate(record.ranking[:depth])}
    return float(evaluator.evaluate({"q": run})["q"][key]) if run else 0.0


def compute(record: Record, name: str) -> float:
    """Compute a measure of one question from its definition."""
    family, _, cutoff = name.partition("@")
    ids = [item.id for item in record.ranking][: int(cutoff) if cutoff else None]
    places = [place for place, item in enumerate(ids, 1) if record.labels.get(item, 0) >= record.right_from]
    right = sum(grade >= record.right_from for grade in record.labels.values())
    if family == "ndcg":
        ideal = sorted((grade for grade in record.labels.values() if grade > 0), reverse=True)
        best = _discount(ideal[: int(cutoff) if cutoff else None])
        return _discount([max(record.labels.get(item, 0), 0) for item in ids]) / best
    return {
        "hit": float(bool(places)),
        "mrr": 1 / places[0] if places else 0.0,
        "recall": len(places) / right,
        "precision": len(places) / int(cutoff or 1),
        "map": sum(found / place for found, place in enumerate(places, 1)) / right,
    }[family]


def _discount(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


@pytest.mark.parametrize("graded", [False, True])
def test_real_questions_measure_as_trec_eval_and_the_definitions_say(graded: bool) -> None:
    records = rank_csds(graded=graded)
    ours = measure_records(records, tuple(ORACLE))
    labelled = [record for record in records if record.has_answer]
    assert len(labelled) > 300
    assert set(ours) == {record.id for record in labelled}
    for record in labelled:
        for name in ORACLE:
            assert ours[record.id][name] == pytest.approx(ask_trec_eval(record, name), abs=1e-9), (record.id, name)
            assert ours[record.id][name] == pytest.approx(compute(record, name), abs=1e-9), (record.id, name)
    assert 0.1 < np.mean([values["mrr"] for values in ours.values()]) < 0.9  # Neither nothing nor everything is found.
