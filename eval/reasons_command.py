"""`xianzhi eval reasons`: how often the reason of a contact is told before a word is said."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from eval.reasons import FOLDS, REPEATS, TOPS, WORST, Figures, Level, OneReason, System, measure_reasons
from eval.tables import open_console
from index.reasons.completing import Donors
from index.reasons.learning import read_experience
from kb.database import Database, open_database
from kb.settings import Settings
from kb.transfer.importer import import_path

Folder = Annotated[
    Path | None, typer.Argument(help="Files of cases, orders and reasons, as for an import; default: the own base.")
]

AsWritten = Annotated[
    bool, typer.Option("--as-written", help="Take orders as the cases write them, and complete none from others.")
]


def reasons(folder: Folder = None, as_written: AsWritten = False) -> None:
    """Print how often a past case's reason, and its intent, is among the likeliest by its order alone."""
    settings = Settings()
    with _open_base(settings, folder) as database, database.read() as session:
        experience = read_experience(session, now=settings.find_now())
    figures = measure_reasons(replace(experience, donors=Donors({})) if as_written else experience)
    console = open_console()
    console.print(show_shares(figures))
    console.print(show_worst(figures.by_reason))


def show_shares(figures: Figures) -> Table:
    """Return the shares of both levels, the model's beside those of the rates alone."""
    title = f"{figures.cases} cases with an order; {FOLDS} folds, {REPEATS} times over"
    table = Table(title=title, title_justify="left")
    table.add_column("told")
    table.add_column("of", justify="right")
    for top in TOPS:
        for system in System:
            table.add_column(f"first {top}, {system.value}", justify="right")
    counts = {Level.REASON: figures.reasons, Level.INTENT: figures.intents}
    for level in Level:
        shares = [figures.shares[level, system, top] for top in TOPS for system in System]
        cells = (f"{share.value:.3f} [{share.low:.2f}, {share.high:.2f}]" for share in shares)
        table.add_row(level.value, str(counts[level]), *cells)
    return table


def show_worst(by_reason: Sequence[OneReason]) -> Table:
    """Return the reasons that are told worst."""
    table = Table(title="told worst", title_justify="left")
    for heading in ("reason", "cases", *(f"first {top}" for top in TOPS), "most often taken for"):
        table.add_column(heading, justify="left" if heading in {"reason", "most often taken for"} else "right")
    for one in by_reason[:WORST]:
        table.add_row(one.reason, str(one.cases), *(f"{one.shares[top]:.2f}" for top in TOPS), one.instead or "")
    return table


@contextmanager
def _open_base(settings: Settings, folder: Path | None) -> Iterator[Database]:
    """Yield the own base, or a temporary one of what a folder holds."""
    if folder is None:
        with open_database(settings) as database:
            yield database
        return
    with tempfile.TemporaryDirectory(prefix="xianzhi-eval-") as place:
        database = Database(f"sqlite:///{place}/eval.db")
        try:
            database.migrate()
            import_path(database, folder, zone=settings.zone, now=settings.find_now())
            yield database
        finally:
            database.close()
