"""Runs, comparisons and ablations as tables on a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eval.ablation import Worth, find_significant
from eval.compare import GATED, Change, Comparison, Difference
from eval.resampling import Interval
from eval.scoring import ANSWERED, DECIDED, GROUP_RIGHT, REFUSED_OF_UNANSWERABLE, RIGHT_OF_ANSWERED, UNMET_SHOWN
from eval.summary import Summary, list_slices

NAMES = {  # What is decided rightly: a right answer comes first and is given, or there is none and it is refused.
    DECIDED: "decided rightly",
    ANSWERED: "answered",
    RIGHT_OF_ANSWERED: "right, of the answered",
    REFUSED_OF_UNANSWERABLE: "refused, of unanswerable",
    GROUP_RIGHT: "groups all right",
    UNMET_SHOWN: "shown, ruled out by the order",
    "auc": "AUC of confidence",
    "calibration_error": "expected calibration error",
    "area_under_risk": "area under risk-coverage",
}
ANSWERING = ("auc", "calibration_error", "area_under_risk")
SLICE_MEASURES = ("hit@1", "ndcg@10", DECIDED)
MANY_VALUES = 12  # A field with more is told in the JSON and in the report.
LISTED_CHANGES = 12
WIDTH = 120


def open_console() -> Console:
    """Return a console as wide as the terminal; wide enough for these tables where the output goes elsewhere."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


def show_runs(summaries: Sequence[Summary]) -> Table:
    """Return the runs of one dataset side by side, a column a system, with 95 % intervals."""
    first = summaries[0]
    title = (
        f"{first.run.dataset}: {len(first.run.records)} questions ({first.labelled} with an answer), "
        f"corpus of {first.run.corpus}"
    )
    table = Table(title=escape(title), title_justify="left")
    table.add_column("measure")
    for summary in summaries:
        table.add_column(summary.run.system, justify="right")
    for name in first.table.measures:
        table.add_row(NAMES.get(name, name), *(say_interval(s.figures.get(name)) for s in summaries))
    if first.answering is not None:
        table.add_section()
        for name in ANSWERING:
            figures = (s.answering.figures[name] if s.answering else None for s in summaries)
            table.add_row(NAMES[name], *(say_interval(figure) for figure in figures))
    table.add_section()
    for name, value in first.run.timing.items():
        table.add_row(name.replace("_", " "), f"{value:.2f}")
    return table


def show_slices(summary: Summary) -> Table:
    """Return the measures of a run by slice; fields with many values are left out."""
    names = [name for name in SLICE_MEASURES if name in summary.table.measures]
    table = Table(title=escape(f"{summary.run.dataset}, {summary.run.system}, by slice"), title_justify="left")
    table.add_column("slice")
    table.add_column("questions", justify="right")
    for name in names:
        table.add_column(name, justify="right")
    counts = list_slices(summary.run.records)
    for field, values in summary.slices.items():
        if 1 < len(values) <= MANY_VALUES:
            table.add_section()
            for value, figures in values.items():
                row = (say_interval(figures.get(name), digits=3) for name in names)
                table.add_row(escape(f"{field}: {value}"), str(counts[field][value]), *row)
    return table


def show_comparison(comparison: Comparison, gated: Sequence[str] = GATED) -> Table:
    """Return what the second run does differently, and whether by more than chance."""
    before, after = comparison.before, comparison.after
    table = Table(title=escape(f"{before.dataset}: from {before.system} to {after.system}"), title_justify="left")
    for column in ("measure", before.system, after.system, "difference", "effect", "p (Holm)", ""):
        table.add_column(column, justify="left" if column in ("measure", "") else "right")
    for difference in comparison.differences:
        mark = "*" if difference.measure in gated else ""
        table.add_row(
            NAMES.get(difference.measure, difference.measure) + mark,
            f"{difference.before:.4f}",
            f"{difference.after:.4f}",
            say_interval(difference.difference, sign="+"),
            f"{difference.effect:+.2f}",
            f"{difference.corrected:.4f}",
            _verdict(difference),
        )
    return table


def show_changes(comparison: Comparison) -> Table:
    """Return the questions that got worse and better the most, with what each run put first."""
    title = f"{len(comparison.worse)} questions got worse, {len(comparison.better)} better (nDCG@10)"
    table = Table(title=title, title_justify="left", show_lines=True)
    for column in ("", "question", f"first by {comparison.before.system}", f"first by {comparison.after.system}"):
        table.add_column(column)
    for change in (*comparison.worse[:LISTED_CHANGES], *comparison.better[:LISTED_CHANGES]):
        table.add_row(f"{change.change:+.2f}", escape(f"{change.after.id} {change.after.text}"), *_firsts(change))
    return table


def show_ablation(worths: Sequence[Worth]) -> Table:
    """Return what each part is worth: the measure with it less the measure without it."""
    differences = {w.part: {d.measure: d for d in w.comparison.differences} for w in worths}
    names = [name for name in GATED if any(name in of_part for of_part in differences.values())]
    table = Table(title="What each part is worth: with it less without it", title_justify="left")
    table.add_column("part")
    for name in names:
        table.add_column(NAMES.get(name, name), justify="right")
    significant = find_significant(worths, names)
    for part, of_part in differences.items():
        cells = (_say_worth(of_part.get(name), marked=(part, name) in significant) for name in names)
        table.add_row(part, *cells)
    table.caption, table.caption_justify = "* by more than chance, corrected for the number of figures", "left"
    return table


def say_interval(figure: Interval | None, *, sign: str = "", digits: int = 4) -> str:
    """Return a figure with its interval; a dash where there is none."""
    if figure is None or math.isnan(figure.value):
        return "-"
    if figure.says_little:
        return f"{figure.value:{sign}.{digits}f}{' ' * 15}"
    return f"{figure.value:{sign}.{digits}f} [{figure.low:{sign}.{digits - 1}f}, {figure.high:{sign}.{digits - 1}f}]"


def _verdict(difference: Difference) -> str:
    if not difference.is_significant:
        return ""
    return "worse" if difference.is_worse else "differs" if difference.measure == ANSWERED else "better"


def _firsts(change: Change) -> tuple[str, str]:
    before, after = (
        escape(f"{record.ranking[0].id}{' ✓' if record.top_is_right else ''}") if record.ranking else "-"
        for record in (change.before, change.after)
    )
    return before, after


def _say_worth(difference: Difference | None, *, marked: bool) -> str:
    if difference is None:
        return "-"
    return f"{difference.difference.value:+.4f}{'*' if marked else ' '}"
