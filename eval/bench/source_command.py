"""`xianzhi eval source-trouble`: what a shop's own system in trouble costs a match."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from eval.bench.source_trouble import AFTER_PAUSE, WITHOUT_ORDER, Measured, TroubleBench, list_conditions
from eval.datasets import load_dataset
from eval.tables import open_console
from eval.workbench import open_workbench
from index.cli import show_progress
from index.opening import open_encoder
from kb.errors import InvalidInput
from kb.settings import Settings

DEFAULT_MATCHES = 60
MOST_TIMES = 1.5


def source_trouble(
    dataset: Annotated[Path, typer.Argument(help="Folder with corpus, questions and orders.")],
    matches: Annotated[int, typer.Option(min=1, max=10_000, help="Matches under each condition.")] = DEFAULT_MATCHES,
    timeout_ms: Annotated[int, typer.Option(min=50, max=10_000, help="The longest wait for an order.")] = 800,
) -> None:
    """Measure how long a match takes while the shop's own system hangs, refuses, or answers garbage."""
    logging.getLogger("kb.sources").setLevel(logging.ERROR)  # Its warnings are what is measured here.
    settings, loaded = Settings(), load_dataset(dataset)
    if not loaded.orders or not loaded.questions:
        raise InvalidInput(
            f"{dataset} holds no orders or no questions. Name a dataset whose dataset.yaml lists orders."
        )
    with show_progress() as show, open_workbench(loaded, open_encoder(settings), settings, on_progress=show) as bench:
        trouble = TroubleBench(bench, settings.zone, timeout_ms, matches)
        figures = [trouble.measure(condition) for condition in list_conditions()]
    open_console().print(show_figures(figures, timeout_ms=timeout_ms))


def show_figures(figures: list[Measured], *, timeout_ms: int) -> Table:
    """Return the table: every condition, and under it how long a match may take."""
    table = Table(
        "condition", "p50 ms", "p99 ms", "failed", "order source", title="Matches by the state of the shop's system"
    )
    for one in figures:
        states = ", ".join(f"{state} {count}" for state, count in sorted(one.states.items()))
        times = [f"{one.percentile(share):.1f}" for share in (0.5, 0.99)] if one.milliseconds else ["", ""]
        table.add_row(one.condition, *times, str(one.failed), states)
    allowed = {
        one.condition: f"{MOST_TIMES * one.percentile(0.99) + timeout_ms:.1f}"
        for one in figures
        if one.condition in (WITHOUT_ORDER, AFTER_PAUSE)
    }
    table.caption = (
        f"allowed at p99: {allowed[WITHOUT_ORDER]} ms, the timeout and {MOST_TIMES} times what a match without an "
        f"order takes; {allowed[AFTER_PAUSE]} ms by what one takes after a pause as long"
    )
    return table
