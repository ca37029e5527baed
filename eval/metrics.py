"""Measures of a run against labels: computed by ir-measures, averaged so that nothing missing is forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures

from eval.datasets import Qrels

# Name in reports -> measure. Grades count from 1; nDCG takes them as gains (Järvelin and Kekäläinen, TOIS 2002).
MEASURES = {
    "hit@1": ir_measures.Success @ 1,
    "hit@3": ir_measures.Success @ 3,
    "mrr@10": ir_measures.RR @ 10,
    "ndcg@10": ir_measures.nDCG @ 10,
    "recall@10": ir_measures.R @ 10,
}
Run = Mapping[str, Sequence[tuple[str, float]]]
PerQuestion = dict[str, dict[str, float]]


def measure_questions(qrels: Qrels, run: Run) -> PerQuestion:
    """Return {question id: {measure: value}} for every labelled question; one without a ranking scores 0."""
    values: PerQuestion = {question: dict.fromkeys(MEASURES, 0.0) for question in qrels}
    names = {measure: name for name, measure in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), _plain(qrels), _scored(run)):
        if metric.query_id in values:
            values[metric.query_id][names[metric.measure]] = float(metric.value)
    return values


def average(values: PerQuestion) -> dict[str, float]:
    """Return the mean of each measure over the questions; 0 where there are none."""
    count = max(len(values), 1)
    return {name: sum(question[name] for question in values.values()) / count for name in MEASURES}


def _plain(qrels: Qrels) -> dict[str, dict[str, int]]:
    return {question: dict(labels) for question, labels in qrels.items()}


def _scored(run: Run) -> dict[str, dict[str, float]]:
    """Give each rank its own score: evaluators sort by score, and break ties by id."""
    return {
        question: {item: float(len(ranking) - place) for place, (item, _) in enumerate(ranking)}
        for question, ranking in run.items()
        if ranking
    }
