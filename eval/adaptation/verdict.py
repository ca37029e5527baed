"""Whether an adapted encoder is kept: better by more than chance somewhere, and worse by more than chance nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.compare import GATED, SIGNIFICANT, SORTED_BY, Comparison, Difference
from eval.records import Run
from eval.resampling import FEWEST, correct_for_many, find_p_value
from eval.scoring import DECIDED, mean_of, score_run
from eval.summary import list_slices

# Where confidence was fitted anew it is to be true, not to answer often: a base in which one first answer in ten is
# right had better answer less than the standard curve does. What is left is the ranking.
RANKING = tuple(measure for measure in GATED if measure != DECIDED)


@dataclass(frozen=True, slots=True)
class WorseSlice:
    """A slice in which the second run is significantly worse by a measure."""

    dataset: str
    slice: str
    measure: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the second runs are kept, and why not."""

    gains: tuple[str, ...]
    losses: tuple[str, ...]

    @property
    def is_kept(self) -> bool:
        """Whether there is a gain and no loss."""
        return bool(self.gains) and not self.losses


def judge(comparisons: Sequence[Comparison], gated: Sequence[str] = GATED) -> Verdict:
    """Return the verdict over the comparisons of all datasets; no gated measure may get worse."""
    gains, losses = [], []
    for comparison in comparisons:
        name = comparison.before.dataset
        if (gain := find_gain(comparison)) is not None:
            gains.append(f"{name}: {SORTED_BY} from {gain.before:.4f} to {gain.after:.4f}")
        losses += [f"{name}: {d.measure} from {d.before:.4f} to {d.after:.4f}" for d in comparison.find_failures(gated)]
        losses += [
            f"{worse.dataset}, {worse.slice}: {worse.measure} from {worse.before:.4f} to {worse.after:.4f}"
            for worse in find_worse_slices(comparison, gated)
        ]
    return Verdict(tuple(gains), tuple(losses))


def find_gain(comparison: Comparison) -> Difference | None:
    """Return the difference in nDCG@10 where it is a significant gain."""
    found = next((d for d in comparison.differences if d.measure == SORTED_BY), None)
    return found if found is not None and found.is_significant and found.difference.value > 0 else None


def find_worse_slices(comparison: Comparison, gated: Sequence[str] = GATED) -> list[WorseSlice]:
    """Return the slices in which a gated measure is significantly worse, corrected for all slices and measures.

    A slice of a handful of questions is left out: chance alone decides there.
    """
    p_values, found = {}, {}
    for name, before, after in _slice(comparison):
        first, second = score_run(before), score_run(after)
        for measure in (m for m in gated if m in first.measures and m in second.measures):
            columns = first.column(measure), second.column(measure)
            difference = columns[1] - columns[0]
            if np.count_nonzero(~np.isnan(difference)) < FEWEST or mean_of(difference) >= 0:
                p_values[name, measure] = 1.0  # Looked at as well: it counts for the correction.
                continue
            p_values[name, measure] = find_p_value(difference, first.units)
            means = mean_of(columns[0]), mean_of(columns[1])
            found[name, measure] = WorseSlice(comparison.before.dataset, name, measure, *means)
    corrected = correct_for_many(p_values)
    return [worse for key, worse in found.items() if corrected[key] < SIGNIFICANT]


def _slice(comparison: Comparison) -> Iterator[tuple[str, Run, Run]]:
    """Yield both runs in every slice that is not all of them."""
    records = comparison.before.records
    for field, values in list_slices(records).items():
        for value, count in values.items():
            if FEWEST <= count < len(records):
                chosen = {record.id for record in records if record.slices.get(field) == value}
                yield f"{field}: {value}", _keep(comparison.before, chosen), _keep(comparison.after, chosen)


def _keep(run: Run, chosen: set[str]) -> Run:
    return replace(run, records=tuple(record for record in run.records if record.id in chosen))
