"""`xianzhi eval which-order`: how often the order that is meant is told from a customer's others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from eval.datasets import load_dataset
from eval.tables import open_console
from eval.which_order import (
    FittedChoice,
    ReadRow,
    fit_choice,
    list_questions,
    list_standard,
    read_rows,
    tally,
    weigh_rows,
)
from eval.workbench import open_workbench
from index.cli import show_progress
from index.opening import open_encoder
from index.which_order.weights import CLEAR
from kb.settings import Settings

SAMPLE = Path(__file__).parent.parent / "data" / "sample" / "questions" / "dev"
Rows = Annotated[Path, typer.Argument(metavar="ROWS", help="Labelled rows: id, customer_id, text, order_id, kind.")]
Base = Annotated[Path, typer.Option(help="Dataset folder whose corpus and orders they are asked of.")]
Fit = Annotated[bool, typer.Option("--fit", help="Fit the weights anew, and measure them by cross-validation.")]


def which_order(rows: Rows, base: Base = SAMPLE, fit: Fit = False) -> None:
    """Print how often the right one of a customer's orders is chosen, and how often is asked which instead."""
    settings, labelled, dataset = Settings(), read_rows(rows), load_dataset(base)
    with show_progress() as show, open_workbench(dataset, open_encoder(settings), settings, on_progress=show) as bench:
        read = weigh_rows(bench, labelled, on_progress=show)
        more = weigh_rows(bench, list_questions(dataset), on_progress=show) if fit else []
    console = open_console()
    console.print(show_kinds(read))
    if fit:
        fitted = fit_choice(read, more)
        console.print(show_fit(fitted))
        right, asked = fitted.decidable.right_share, fitted.ambiguous.asked_share
        console.print(f"fitted with {len(more)} more questions; measured on customers that it was not fitted to:")
        console.print(f"{right:.1%} right of what could be told, {asked:.1%} asked of what nobody could")


def show_kinds(read: Sequence[ReadRow]) -> Table:
    """Return what was chosen and asked, by kind and in all; the last column is what always taking the newest does."""
    table = Table(title=f"{len(read)} questions; chosen from {CLEAR:.2f} on", title_justify="left")
    for heading in ("kind", "rows", "right", "wrong", "asked", "newest right"):
        table.add_column(heading, justify="left" if heading == "kind" else "right")
    kinds = list(dict.fromkeys(sorted((r.right is None, r.row.kind) for r in read)))
    for place, (is_ambiguous, kind) in enumerate(kinds):
        is_last = place + 1 == len(kinds) or kinds[place + 1][0] != is_ambiguous
        of_kind = [row for row in read if (row.right is None, row.row.kind) == (is_ambiguous, kind)]
        table.add_row(kind, *_format(of_kind), end_section=is_last)
    table.add_row("all that could be told", *_format([row for row in read if row.right is not None]))
    table.add_row("all that nobody could tell", *_format([row for row in read if row.right is None]))
    return table


def show_fit(fitted: FittedChoice) -> Table:
    """Return the weights in use beside those fitted now."""
    table = Table(title=f"weights; fitted, an order is clear from {fitted.threshold:.2f} on", title_justify="left")
    for heading in ("evidence", "in use", "fitted"):
        table.add_column(heading, justify="left" if heading == "evidence" else "right")
    for signal, weight in list_standard().items():
        table.add_row(signal.value, f"{weight:.2f}", f"{fitted.weights[signal]:.2f}")
    return table


def _format(read: Sequence[ReadRow]) -> list[str]:
    counted = tally((row, row.probabilities) for row in read)
    shares = (counted.right, counted.wrong, counted.asked, counted.newest)
    return [str(counted.rows), *(f"{count / max(counted.rows, 1):.1%}" for count in shares)]
