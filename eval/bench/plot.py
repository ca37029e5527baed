"""The figures of a benchmark as a plot; imported by who draws alone, as matplotlib takes a second to load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from eval.bench.contenders import ContenderName
from eval.bench.peers import RivalFigures
from eval.bench.scale import SizeFigures
from eval.bench.showing import BenchFigures
from eval.bench.soak import SETTLED_MINUTES, SoakFigures

DOTS_PER_INCH = 120


def draw_plot(figures: BenchFigures, path: Path) -> None:
    """Draw latency by size, throughput by clients, and the contenders' latency, as far as they were measured."""
    drawings: list[Callable[[Axes], None]] = []
    if figures.sizes:
        drawings += [partial(_draw_latency, sizes=figures.sizes), partial(_draw_throughput, sizes=figures.sizes)]
    drawings += [partial(_draw_rivals, dataset=name, rivals=rivals) for name, rivals in figures.peers.items()]
    figure = Figure(figsize=(5.0 * max(len(drawings), 1), 3.8), layout="constrained")
    FigureCanvasAgg(figure)
    for number, draw in enumerate(drawings, 1):
        draw(figure.add_subplot(1, len(drawings), number))
    figure.savefig(path, dpi=DOTS_PER_INCH)


def _draw_latency(axes: Axes, *, sizes: Sequence[SizeFigures]) -> None:
    fewest = min(sizes[0].answers)
    for share in (0.5, 0.99):
        axes.plot(
            [s.size for s in sizes], [s.percentile(fewest, share) for s in sizes], "o-", label=f"p{share * 100:.0f}"
        )
    axes.set(xscale="log", xlabel="passages", ylabel="ms", title=f"Match over HTTP, {fewest} client")
    axes.set_ylim(bottom=0)
    axes.legend()


def _draw_throughput(axes: Axes, *, sizes: Sequence[SizeFigures]) -> None:
    for one in sizes:
        axes.plot(list(one.answers), [one.per_second(c) for c in one.answers], "o-", label=f"{one.size:,} passages")
        axes.axhline(median(one.encoder_alone), linestyle=":", color="gray")
    axes.set(xscale="log", xlabel="clients", ylabel="answers/s", title="Throughput (dotted: encoder alone)")
    axes.set_ylim(bottom=0)
    axes.legend()


def _draw_rivals(axes: Axes, *, dataset: str, rivals: Mapping[ContenderName, RivalFigures]) -> None:
    names = [name.value for name in rivals]
    axes.bar(names, [one.percentile(0.5) for one in rivals.values()])
    axes.set(ylabel="p50 ms", title=dataset)
    for place, one in enumerate(rivals.values()):
        axes.annotate(f"MRR {one.quality()['mrr@10']:.2f}", (place, one.percentile(0.5)), ha="center", va="bottom")


def draw_soak(figures: SoakFigures, path: Path) -> None:
    """Draw the memory of a server over time."""
    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot([second / 60 for second in figures.seconds], figures.megabytes)
    axes.axvline(SETTLED_MINUTES, color="grey", linestyle=":")
    axes.set(xlabel="minutes", ylabel="memory of the server, MB", ylim=(0, None))
    figure.savefig(path, dpi=DOTS_PER_INCH)
