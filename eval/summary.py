"""The figures of a run: every measure over all questions and by slice, with intervals, and how confidence held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.answering import Answering, judge_confidence
from eval.metrics import STANDARD_MEASURES
from eval.records import Record, Run, find_groups
from eval.resampling import Interval, estimate_means
from eval.scoring import GROUP_RIGHT, ScoreTable, score_run

Figures = Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Summary:
    """What one system did on one dataset; `slices` maps a field to its values to their figures."""

    run: Run
    table: ScoreTable
    figures: Figures
    slices: Mapping[str, Mapping[str, Figures]]
    answering: Answering | None
    groups: int

    @property
    def labelled(self) -> int:
        """How many questions have an answer."""
        return sum(record.has_answer for record in self.run.records)


def summarise(run: Run, measures: Sequence[str] = STANDARD_MEASURES) -> Summary:
    """Return the figures of a run; raises `MeasureUnknown`."""
    table = score_run(run, measures)
    return Summary(
        run=run,
        table=table,
        figures=estimate_means(table),
        slices=_slice(run.records, table),
        answering=judge_confidence(run.records, table.units) if run.judges else None,
        groups=len(find_groups(run.records)),
    )


def list_slices(records: Sequence[Record]) -> Mapping[str, Mapping[str, int]]:
    """Return how many questions every value of every slice field has, the commonest first."""
    counts: dict[str, dict[str, int]] = {}
    for record in records:
        for name, value in record.slices.items():
            of_field = counts.setdefault(name, {})
            of_field[value] = of_field.get(value, 0) + 1
    return {name: dict(sorted(values.items(), key=lambda item: -item[1])) for name, values in counts.items()}


def _slice(records: Sequence[Record], table: ScoreTable) -> Mapping[str, Mapping[str, Figures]]:
    """Return the figures of each slice; those of groups are left out, whose members may lie in several."""
    slices: dict[str, dict[str, Figures]] = {}
    for name, values in list_slices(records).items():
        for value in values:
            rows = np.array([record.slices.get(name) == value for record in records])
            figures = estimate_means(table, rows)
            slices.setdefault(name, {})[value] = {k: figure for k, figure in figures.items() if k != GROUP_RIGHT}
    return slices
