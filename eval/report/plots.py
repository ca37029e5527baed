"""The plots of a report, as SVG that takes its ink from the page around it."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.answering import Answering
from eval.compare import Comparison
from eval.metrics import measure_records
from eval.records import Record

# Stand-ins that the page's own colours replace, so that one picture serves light and dark.
INK, LEAD, QUIET, GOOD, BAD = "#010101", "#020202", "#030303", "#040404", "#050505"
VARIABLES = {INK: "--ink", LEAD: "--lead", QUIET: "--quiet", GOOD: "--good", BAD: "--bad"}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # Text stays text: the page's font shows it, and it can be searched.
    "svg.hashsalt": "xianzhi",  # The same run gives the same file.
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "text.color": INK,
    "grid.color": QUIET,
    "grid.alpha": 0.2,
    "axes.grid": True,
    "legend.frameon": False,
}
WIDTH, HEIGHT = 4.6, 3.2  # Inches; the page scales them.
NDCG = "ndcg@10"
JITTER = 0.012  # nDCG takes few values: points are moved apart a little to be seen.


def plot_risk(answering: Answering, *, answered: float) -> str:
    """Return the risk-coverage curve, with the point at which the run's threshold stands."""

    def draw(axes: Axes) -> None:
        coverage, risk = zip(*answering.curve, strict=True)
        axes.plot(coverage, risk, color=LEAD, linewidth=1.8)
        place = min(range(len(coverage)), key=lambda index: abs(coverage[index] - answered))
        axes.plot(coverage[place], risk[place], "o", color=LEAD, markersize=6)
        axes.set_title(f"at the threshold {coverage[place]:.0%} answered, {risk[place]:.0%} of them wrong", size=9)
        axes.set(xlabel="share of questions answered", ylabel="share of those wrong", xlim=(0, 1.02), ylim=(0, None))

    return _draw(draw, "Risk and coverage")


def plot_calibration(answering: Answering) -> str:
    """Return accuracy by confidence; on the diagonal they agree. A point's size shows how many questions it is of."""

    def draw(axes: Axes) -> None:
        axes.plot((0, 1), (0, 1), color=QUIET, linewidth=1, linestyle="--")
        most = max(b.count for b in answering.bins)
        sizes = [20 + 160 * b.count / most for b in answering.bins]
        axes.plot([b.confidence for b in answering.bins], [b.accuracy for b in answering.bins], color=LEAD, linewidth=1)
        axes.scatter([b.confidence for b in answering.bins], [b.accuracy for b in answering.bins], sizes, color=LEAD)
        axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.05))

    return _draw(draw, "Calibration")


def plot_latency(records: Sequence[Record]) -> str:
    """Return how long matches took by stage: a box holds the middle half, whiskers reach the 5th and 95th percent."""
    stages = list(next(record.stages for record in records if record.stages))
    timed = [record.stages for record in records if record.stages]
    columns = [[each[stage] for each in timed] for stage in stages]
    columns.append([sum(each.values()) for each in timed])

    def draw(axes: Axes) -> None:
        parts = axes.boxplot(columns, orientation="horizontal", whis=(5, 95), showfliers=False, widths=0.5)
        for line in (*parts["boxes"], *parts["whiskers"], *parts["caps"]):
            line.set_color(QUIET)
        for line in parts["medians"]:
            line.set(color=LEAD, linewidth=2)
        axes.set_yticks(range(1, len(stages) + 2), [*stages, "whole match"])
        axes.invert_yaxis()
        axes.set(xlabel="milliseconds", xlim=(0, None))

    return _draw(draw, "Time of a match by stage")


def plot_changes(comparison: Comparison) -> str:
    """Return every question as a point, its nDCG@10 in both runs: above the diagonal it got better."""
    before, after = (measure_records(run.records, [NDCG]) for run in (comparison.before, comparison.after))
    first, second = (np.array([values[name][NDCG] for name in before]) for values in (before, after))
    colours = np.select([second > first, second < first], [GOOD, BAD], QUIET)
    spread = np.random.default_rng(0).uniform(-JITTER, JITTER, (2, len(first)))

    def draw(axes: Axes) -> None:
        axes.plot((0, 1), (0, 1), color=QUIET, linewidth=1, linestyle="--")
        axes.scatter(first + spread[0], second + spread[1], 14, colours, alpha=0.7, linewidths=0)
        axes.set(xlabel=f"nDCG@10, {comparison.before.system}", ylabel=f"nDCG@10, {comparison.after.system}")
        axes.set_title(f"{len(comparison.better)} better", size=9, color=GOOD, loc="left")
        axes.set_title(f"{len(comparison.worse)} worse", size=9, color=BAD, loc="right")

    return _draw(draw, "Questions that changed")


def _draw(draw: Callable[[Axes], None], title: str) -> str:
    with _quietly(), mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        draw(figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Title": title})
    return _take_svg(buffer.getvalue(), title)


def _take_svg(text: str, title: str) -> str:
    """Return the picture alone, its stand-in colours given over to the page, its size to the page's width."""
    svg = text[text.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    for stand_in, variable in VARIABLES.items():
        svg = svg.replace(stand_in, f"var({variable})")
    return svg.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)


def prefix_ids(svg: str, prefix: str) -> str:
    """Return a picture with ids of its own: several share a page."""
    return re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)


@contextmanager
def _quietly() -> Iterator[None]:
    """Leave out the warning that matplotlib's own font lacks Chinese: the page's font shows the text."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield
