"""Measures of rankings against labels, computed by ir-measures over pytrec_eval."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import ir_measures
from ir_measures.measures import Measure

from eval.records import Record
from kb.errors import InvalidInput

# nDCG takes grades as gains and log2 discounts (Järvelin and Kekäläinen, TOIS 2002). The others count an item as right
# from the dataset's lowest right grade on. `map` is over as many as are ranked.
FAMILIES = {
    "hit": ir_measures.Success,
    "mrr": ir_measures.RR,
    "ndcg": ir_measures.nDCG,
    "recall": ir_measures.R,
    "precision": ir_measures.P,
    "map": ir_measures.AP,
}
STANDARD_MEASURES = ("hit@1", "hit@3", "mrr@10", "ndcg@10", "recall@10", "map")
NAME = re.compile(r"(hit|mrr|ndcg|recall|precision|map)(?:@([1-9][0-9]{0,2}))?")
NEED_A_CUTOFF = frozenset({"hit", "recall", "precision"})


class MeasureUnknown(InvalidInput):
    """A measure's name means nothing here."""

    code = "measure_unknown"


def measure_records(records: Sequence[Record], measures: Sequence[str]) -> Mapping[str, Mapping[str, float]]:
    """Return {question id: {measure: value}} for every question that has an answer; one without a ranking scores 0.

    Raises `MeasureUnknown`.
    """
    labelled = [record for record in records if record.has_answer]
    values = {record.id: dict.fromkeys(measures, 0.0) for record in labelled}
    for right_from in sorted({record.right_from for record in labelled}):
        chosen = [record for record in labelled if record.right_from == right_from]
        names = {find_measure(name, right_from=right_from): name for name in measures}
        labels = {record.id: dict(record.labels) for record in chosen}
        for metric in ir_measures.iter_calc(list(names), labels, _score_by_rank(chosen)):
            values[metric.query_id][names[metric.measure]] = float(metric.value)
    return values


def is_ranking_measure(name: str) -> bool:
    """Tell whether a measure is one of rankings, and not of confidence or order context."""
    return NAME.fullmatch(name) is not None


@cache
def find_measure(name: str, *, right_from: int) -> Measure:
    """Return the measure that a name such as `ndcg@10` stands for; raises `MeasureUnknown`."""
    match = NAME.fullmatch(name)
    if match is None or (match[1] in NEED_A_CUTOFF and match[2] is None):
        raise MeasureUnknown(
            f"There is no measure {name!r}. Write one of {', '.join(FAMILIES)} with how many count, such as ndcg@10; "
            "mrr, ndcg and map may stand alone."
        )
    measure = FAMILIES[match[1]]
    if match[1] != "ndcg":
        measure = measure(rel=right_from)
    return measure @ int(match[2]) if match[2] else measure


def _score_by_rank(records: Iterable[Record]) -> dict[str, dict[str, float]]:
    """Give each rank its own score: evaluators sort by score, and break ties by id."""
    return {
        record.id: {item.id: float(len(record.ranking) - place) for place, item in enumerate(record.ranking)}
        for record in records
        if record.ranking
    }
