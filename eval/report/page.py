"""The report's page: what its template shows, put together from runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import jinja2

from eval.compare import Comparison, compare_runs
from eval.records import SHOWN, RankedItem, Record, Run
from eval.report.plots import plot_calibration, plot_changes, plot_latency, plot_risk, prefix_ids
from eval.resampling import Interval
from eval.scoring import ANSWERED, DECIDED, GROUP_RIGHT, REFUSED_OF_UNANSWERABLE, UNMET_SHOWN
from eval.summary import Figures, Summary, list_slices
from eval.tables import ANSWERING, NAMES

FOLDER = Path(__file__).parent
HEADLINES: Mapping[str, str] = {
    "hit@1": "A right answer comes first",
    "ndcg@10": "Quality of the first ten",
    GROUP_RIGHT: "Same words, every order answered rightly",
    DECIDED: "Answered rightly or rightly refused",
    REFUSED_OF_UNANSWERABLE: "Refused, where nothing answers",
    UNMET_SHOWN: "Shown although the order rules it out",
}
NO_FIGURE = "-"
LISTED_CHANGES = 20
MANY_VALUES = 24  # Rarer values of a field are left out of the page; the JSON has them.


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture, what it is called, and how to read it."""

    title: str
    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that was not decided rightly: what was shown, and what would have been right."""

    record: Record
    kind: str
    shown: tuple[RankedItem, ...]
    missed: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class SliceBar:
    """A slice in one line: how often a right answer came first, or, where most have none, how often that was seen."""

    value: str
    figure: Interval | None
    is_refusal: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """What the page says of one dataset: the first system in full, the others beside it."""

    main: Summary
    others: tuple[Summary, ...]
    plots: tuple[Plot, ...]
    comparison: Comparison | None
    failures: tuple[Failure, ...]

    @property
    def slice_bars(self) -> Mapping[str, Sequence[SliceBar]]:
        """For each field of several values, how each of them fares."""
        counts = list_slices(self.main.run.records)
        bars = {
            field: [_choose_bar(value, figures, counts[field][value]) for value, figures in values.items()]
            for field, values in self.main.slices.items()
        }
        return {field: of_field[:MANY_VALUES] for field, of_field in bars.items() if len(of_field) > 1}

    @property
    def all(self) -> tuple[Summary, ...]:
        """Every system, the first one first."""
        return (self.main, *self.others)


def make_chapter(summaries: Sequence[Summary]) -> Chapter:
    """Return the chapter of one dataset's runs, the first of them in full; raises `RunsDiffer`."""
    main, *others = summaries
    comparison = compare_runs(others[0].run, main.run) if others else None
    return Chapter(
        main=main,
        others=tuple(others),
        plots=tuple(_draw_plots(main, others, comparison)),
        comparison=comparison,
        failures=tuple(_find_failures(main.run)),
    )


def render_page(chapters: Sequence[Chapter]) -> str:
    """Return the page, complete in itself: it loads nothing."""
    return _template().render(
        chapters=[_with_own_ids(chapter, number) for number, chapter in enumerate(chapters)],
        css=(FOLDER / "page.css").read_text("utf-8"),
        script=(FOLDER / "page.js").read_text("utf-8"),
        headlines=HEADLINES,
        listed_changes=LISTED_CHANGES,
        many_values=MANY_VALUES,
        names=NAMES,
        answering=ANSWERING,
    )


def _choose_bar(value: str, figures: Figures, count: int) -> SliceBar:
    hit, decided = figures.get("hit@1"), figures.get(DECIDED)
    if hit is not None and (decided is None or 2 * hit.count >= count):
        return SliceBar(value, hit, is_refusal=False)
    return SliceBar(value, decided, is_refusal=True)


def _with_own_ids(chapter: Chapter, number: int) -> Chapter:
    plots = (replace(p, svg=prefix_ids(p.svg, f"c{number}-{place}")) for place, p in enumerate(chapter.plots))
    return replace(chapter, plots=tuple(plots))


def _draw_plots(main: Summary, others: Sequence[Summary], comparison: Comparison | None) -> list[Plot]:
    plots = []
    if main.answering is not None and main.answering.curve:
        answered = main.figures[ANSWERED].value
        plots += [
            Plot(
                "Risk and coverage",
                plot_risk(main.answering, answered=answered),
                "The surest are answered first. The lower the curve, the better confidence tells right from wrong.",
            ),
            Plot(
                "Calibration",
                plot_calibration(main.answering),
                "On the dashed line, what is 80 % sure is right 80 % of the time. Larger points: more questions.",
            ),
        ]
    if comparison is not None:
        plots.append(
            Plot(
                "Questions that changed",
                plot_changes(comparison),
                "Every question is a point: above the dashed line it got better.",
            )
        )
    if any(record.stages for record in main.run.records):
        plots.append(
            Plot("Time of a match", plot_latency(main.run.records), "Boxes hold the middle half, whiskers 5 to 95 %.")
        )
    return plots


def _find_failures(run: Run) -> list[Failure]:
    return [_explain(record, kind) for record in run.records if (kind := _name_failure(record, judges=run.judges))]


def _name_failure(record: Record, *, judges: bool) -> str:
    """Return what went wrong in words; empty where nothing did."""
    if not record.has_answer:
        return "answered though nothing fits" if judges and record.answered else ""
    if not record.top_is_right:
        return "wrong answer first"
    return "right, but not given" if judges and not record.answered else ""


def _explain(record: Record, kind: str) -> Failure:
    places = {item.id: place for place, item in enumerate(record.ranking, 1)}
    right = {item: grade for item, grade in record.labels.items() if grade >= record.right_from}
    missed = sorted(right, key=lambda item: (-right[item], places.get(item, math.inf)))
    return Failure(
        record=record,
        kind=kind,
        shown=record.ranking[:SHOWN],
        missed=tuple((item, places.get(item, 0), record.titles.get(item, "")) for item in missed),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    filters: Mapping[str, Callable[..., str]] = {"figure": _figure, "span": _span, "whole": _whole, "signed": _signed}
    environment.filters.update(filters)
    return environment.get_template("page.html")


def _figure(interval: Interval | None) -> str:
    return NO_FIGURE if interval is None or math.isnan(interval.value) else f"{interval.value:.3f}"


def _span(interval: Interval | None) -> str:
    if interval is None or interval.says_little:
        return ""
    return f"{interval.low:.2f} to {interval.high:.2f}"


def _whole(share: float) -> str:
    return NO_FIGURE if math.isnan(share) else f"{share * 100:.0f} %"


def _signed(value: float) -> str:
    return f"{value:+.3f}"
