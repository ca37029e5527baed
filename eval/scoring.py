"""A run as a table: a row a question, a column a measure, no value where the measure does not speak of the question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.metrics import STANDARD_MEASURES, measure_records
from eval.records import SHOWN, Record, Run, find_groups

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DECIDED = "decided"  # Answered with a right solution first, or rightly refused.
ANSWERED = "answered"
RIGHT_OF_ANSWERED = "right_of_answered"
REFUSED_OF_UNANSWERABLE = "refused_of_unanswerable"
GROUP_RIGHT = "group_right"
UNMET_SHOWN = "unmet_shown"
LOWER_IS_BETTER = frozenset({UNMET_SHOWN})
# How much was answered is neither good nor bad; the columns beside it say whether it should have been.
NEITHER = frozenset({ANSWERED})


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """`values` is questions x measures, NaN where undefined; questions of the same words share a `unit`.

    They are resampled together: the same question under three orders is not three independent observations.
    """

    ids: tuple[str, ...]
    units: IntArray
    measures: tuple[str, ...]
    values: FloatArray

    def column(self, measure: str) -> FloatArray:
        """Return one measure of every question."""
        return self.values[:, self.measures.index(measure)]

    def rows(self) -> Iterator[Mapping[str, float]]:
        """Yield each question's measures by name."""
        for values in self.values.tolist():
            yield dict(zip(self.measures, values, strict=True))

    def means(self) -> Mapping[str, float]:
        """Return the mean of each measure over the questions it speaks of; NaN where there are none."""
        return {name: mean_of(self.column(name)) for name in self.measures}


def score_run(run: Run, measures: Sequence[str] = STANDARD_MEASURES) -> ScoreTable:
    """Return the table of a run; what is said of confidence is left out where the run has none."""
    rankings = measure_records(run.records, measures)
    columns = {name: [rankings.get(r.id, {}).get(name, np.nan) for r in run.records] for name in measures}
    if run.judges:
        columns |= {name: [judge(record) for record in run.records] for name, judge in JUDGEMENTS.items()}
    columns |= _score_order_context(run.records)
    return ScoreTable(
        ids=tuple(record.id for record in run.records),
        units=_number_words(run.records),
        measures=tuple(columns),
        values=np.array(list(columns.values()), np.float64).T.reshape(len(run.records), len(columns)),
    )


def mean_of(values: FloatArray) -> float:
    """Return the mean of the values that are there; NaN where none is."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else float("nan")


def _decided(record: Record) -> float:
    return float(record.top_is_right if record.answered else not record.has_answer)


def _right_of_answered(record: Record) -> float:
    return float(record.top_is_right) if record.answered else np.nan


def _refused_of_unanswerable(record: Record) -> float:
    return np.nan if record.has_answer else float(not record.answered)


JUDGEMENTS = {
    DECIDED: _decided,
    ANSWERED: lambda record: float(record.answered),
    RIGHT_OF_ANSWERED: _right_of_answered,
    REFUSED_OF_UNANSWERABLE: _refused_of_unanswerable,
}


def _score_order_context(records: tuple[Record, ...]) -> dict[str, list[float]]:
    """Whether a group is all right, on its first member; what share of the solutions shown the order rules out."""
    columns: dict[str, list[float]] = {}
    groups = find_groups(records)
    if groups:
        all_right = {group[0].id: float(all(record.top_is_right for record in group)) for group in groups}
        columns[GROUP_RIGHT] = [all_right.get(record.id, np.nan) for record in records]
    if any(record.order for record in records):
        columns[UNMET_SHOWN] = [_share_unmet(record) if record.order else np.nan for record in records]
    return columns


def _share_unmet(record: Record) -> float:
    shown = record.ranking[:SHOWN]
    return sum(item.applies == "unmet" for item in shown) / len(shown) if shown else np.nan


def _number_words(records: tuple[Record, ...]) -> IntArray:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(record.words, len(numbers)) for record in records], np.int64)
