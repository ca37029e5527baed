"""The figures of a run: every measure over all questions and by slice, with intervals, and how confidence held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from eval.answering import Answering, judge_confidence
from eval.metrics import STANDARD_MEASURES
from eval.records import Record, Run, find_groups
from eval.resampling import Interval, estimate_means
from eval.scoring import ScoreTable, score_run

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
        slices=_slice(run, measures),
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


def _slice(run: Run, measures: Sequence[str]) -> Mapping[str, Mapping[str, Figures]]:
    """Return the figures of each slice as of a run of its own: its groups are those whose members lie in it."""
    slices: dict[str, dict[str, Figures]] = {}
    for name, values in list_slices(run.records).items():
        for value in values:
            part = replace(run, records=tuple(r for r in run.records if r.slices.get(name) == value))
            slices.setdefault(name, {})[value] = _measure(part, measures)
    return slices


def _measure(run: Run, measures: Sequence[str]) -> Figures:
    table = score_run(run, measures)
    answering = judge_confidence(run.records, table.units) if run.judges else None
    return {**estimate_means(table), **(answering.figures if answering else {})}
