"""Two runs of the same questions: what differs, whether by more than chance, and which questions changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import STANDARD_MEASURES, MeasureUnknown
from eval.records import Record, Run
from eval.resampling import Interval, correct_for_many, estimate_means, find_p_value
from eval.scoring import DECIDED, GROUP_RIGHT, LOWER_IS_BETTER, NEITHER, FloatArray, ScoreTable, score_run
from kb.errors import InvalidInput

SIGNIFICANT = 0.05
GATED = ("hit@1", "ndcg@10", DECIDED, GROUP_RIGHT)
LEAST_SPREAD = 1e-9  # Below it differences are alike but for rounding.
SORTED_BY = "ndcg@10"  # What makes a question better or worse in the lists.


class RunsDiffer(InvalidInput):
    """Two runs do not answer the same questions with the same labels."""

    code = "runs_differ"


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure over the questions of which both runs say something.

    `effect` is the mean difference in standard deviations of the differences; 0 where they are all alike.
    """

    measure: str
    before: float
    after: float
    difference: Interval
    effect: float
    p_value: float
    corrected: float

    @property
    def is_significant(self) -> bool:
        """Whether chance is an unlikely reason, the number of measures considered."""
        return self.corrected < SIGNIFICANT

    @property
    def is_worse(self) -> bool:
        """Whether the second run does worse by it, significantly or not."""
        sign = -1 if self.measure in LOWER_IS_BETTER else 1
        return self.measure not in NEITHER and self.difference.value * sign < 0


@dataclass(frozen=True, slots=True)
class Change:
    """A question that got better or worse: both records, and by how much."""

    before: Record
    after: Record
    change: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the second run does differently from the first."""

    before: Run
    after: Run
    differences: tuple[Difference, ...]
    better: tuple[Change, ...]
    worse: tuple[Change, ...]

    def check_measures(self, names: Sequence[str]) -> None:
        """Raise `MeasureUnknown` where the runs say nothing of a measure: a gate on it would always stand open."""
        known = [difference.measure for difference in self.differences]
        for name in names:
            if name not in known:
                raise MeasureUnknown(f"The runs say nothing of {name!r}. They say: {', '.join(known)}.")

    def find_failures(self, gated: Sequence[str] = GATED) -> list[Difference]:
        """Return the gated measures by which the second run is significantly worse, corrected for their number."""
        corrected = correct_for_many({d.measure: d.p_value for d in self.differences if d.measure in gated})
        return [d for d in self.differences if d.is_worse and corrected.get(d.measure, 1.0) < SIGNIFICANT]


def compare_runs(before: Run, after: Run, measures: Sequence[str] = STANDARD_MEASURES) -> Comparison:
    """Compare two runs of the same questions; raises `RunsDiffer`."""
    _check_questions(before, after)
    after = _in_order_of(before, after)
    tables = score_run(before, measures), score_run(after, measures)
    names = [name for name in tables[0].measures if name in tables[1].measures]
    p_values = {name: find_p_value(_subtract(tables, name), tables[0].units) for name in names}
    corrected = correct_for_many(p_values)
    intervals = estimate_means(_difference_table(tables, names))
    changes = _list_changes(before, after, _subtract(tables, SORTED_BY) if SORTED_BY in names else None)
    return Comparison(
        before,
        after,
        tuple(
            _describe(tables, name, intervals[name], p_values[name], corrected[name])
            for name in names
            if name in intervals
        ),
        better=tuple(change for change in changes if change.change > 0),
        worse=tuple(change for change in reversed(changes) if change.change < 0),
    )


def _check_questions(before: Run, after: Run) -> None:
    first = {record.id: record for record in before.records}
    second = {record.id: record for record in after.records}
    if missing := sorted(first.keys() ^ second.keys()):
        raise RunsDiffer(
            f"{len(missing)} questions are in one run only, such as {missing[0]!r}. Run both on the same dataset."
        )
    changed = [name for name in first if _asked(first[name]) != _asked(second[name])]
    if changed:
        raise RunsDiffer(
            f"{len(changed)} questions or their labels differ between the runs, such as {changed[0]!r}. "
            "Run both on the dataset as it is now."
        )


def _asked(record: Record) -> tuple[str, Mapping[str, int], int]:
    return record.words, record.labels, record.right_from


def _in_order_of(before: Run, after: Run) -> Run:
    by_id = {record.id: record for record in after.records}
    records = tuple(by_id[record.id] for record in before.records)
    return Run(after.system, after.dataset, after.corpus, after.judges, records, after.timing)


def _subtract(tables: tuple[ScoreTable, ScoreTable], name: str) -> FloatArray:
    return tables[1].column(name) - tables[0].column(name)


def _difference_table(tables: tuple[ScoreTable, ScoreTable], names: Sequence[str]) -> ScoreTable:
    columns = [_subtract(tables, name) for name in names]
    return ScoreTable(tables[0].ids, tables[0].units, tuple(names), np.array(columns).T)


def _describe(
    tables: tuple[ScoreTable, ScoreTable], name: str, difference: Interval, p_value: float, corrected: float
) -> Difference:
    each = _subtract(tables, name)
    both = ~np.isnan(each)
    spread = float(each[both].std(ddof=1)) if both.sum() > 1 else 0.0
    return Difference(
        measure=name,
        before=float(tables[0].column(name)[both].mean()),
        after=float(tables[1].column(name)[both].mean()),
        difference=difference,
        effect=difference.value / spread if spread > LEAST_SPREAD else 0.0,
        p_value=p_value,
        corrected=corrected,
    )


def _list_changes(before: Run, after: Run, difference: FloatArray | None) -> list[Change]:
    """Return every question that changed, the most improved first."""
    if difference is None:
        return []
    changes = [
        Change(first, second, float(change))
        for first, second, change in zip(before.records, after.records, difference, strict=True)
        if not np.isnan(change) and change != 0
    ]
    return sorted(changes, key=lambda change: -change.change)
