"""The parts of `xianzhi bench` that put a server under load: traffic, overload, and a long soak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
from rich.table import Table

from eval.bench.base import Ground
from eval.bench.overload import measure_overload, show_overload
from eval.bench.soak import measure_soak, show_soak
from eval.bench.traffic import Traffic, measure_traffic, show_traffic

Report = Callable[[str], None]
SOAK_PLOT = "soak.png"


def run_traffic(ground: Ground, out: Path, *, seconds: float, report: Report) -> Iterator[Table]:
    """Measure both kinds of traffic, write what each round gave, and yield the table."""
    figures = [measure_traffic(traffic, ground, seconds=seconds, report=report) for traffic in Traffic]
    write_figures(figures, out / "traffic.json")
    yield show_traffic(figures)


def run_overload(ground: Ground, out: Path, *, seconds: float, report: Report) -> Iterator[Table]:
    """Ask five times more than can be answered, write every reply, and yield the table."""
    figures = measure_overload(ground, seconds=seconds, report=report)
    write_figures(figures, out / "overload.json")
    yield show_overload(figures)


def run_soak(ground: Ground, out: Path, *, seconds: float, per_second: float, report: Report) -> Iterator[Table]:
    """Use a server for long, write its memory over time, draw it, and yield the table."""
    figures = measure_soak(ground, seconds=seconds, per_second=per_second, report=report)
    write_figures(figures, out / "soak.json")
    from eval.bench.plot import draw_soak  # Here, as it brings matplotlib along.

    draw_soak(figures, out / SOAK_PLOT)
    yield show_soak(figures)


def write_figures(figures: object, path: Path) -> None:
    """Write figures as JSON, so that other programs can read what a table rounds."""
    path.write_bytes(orjson.dumps(figures))
