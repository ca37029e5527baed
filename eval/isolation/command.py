"""`xianzhi eval isolation`: an attacker at every open door, and nothing hidden is found in any answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.isolation.door import OpenFrontDoor
from eval.isolation.siege import Siege, SiegeFigures
from eval.tables import open_console
from index.opening import open_encoder
from kb.settings import Settings

EXIT_LEAKED = 1
SEED = 20261122

Requests = Annotated[int, typer.Option(min=100, max=1_000_000, help="How many requests to send.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same requests.")]
Examples = Annotated[bool, typer.Option("--examples", help="Show some answers that told something.")]


def make_isolation_command(open_door: OpenFrontDoor) -> Callable[..., None]:
    """Return the command; `open_door` opens the service, which this package does not know."""

    def isolation(requests: Requests = 20_000, seed: Seed = SEED, examples: Examples = False) -> None:
        """Ask every open route for what is hidden, in every parameter, and look through all that comes back."""
        with Console(stderr=True).status("asking for what is hidden"), tempfile.TemporaryDirectory() as folder:
            figures = Siege(open_encoder(Settings()), open_door, Path(folder), seed).run(requests)
        console = open_console()
        console.print(show_siege(figures))
        kinds = ", ".join(sorted(figures.findable))
        console.print(f"secrets in the log: {figures.logged.total()}; told to an agent, so found where told: {kinds}")
        if examples:
            for route in figures.routes.values():
                for shown in route.shown:
                    console.print(shown, markup=False, highlight=False)
        if not figures.holds:
            raise typer.Exit(EXIT_LEAKED)

    return isolation


def show_siege(figures: SiegeFigures) -> Table:
    """Return the figures by route."""
    title = f"{figures.requests:,} requests, {figures.pairs:,} pairs of hidden and not there"
    table = Table("route", "requests", "statuses", "leaks", "pairs", "told apart", title=title, title_justify="left")
    for name, route in sorted(figures.routes.items()):
        statuses = " ".join(f"{status}:{count:,}" for status, count in sorted(route.statuses.items()))
        leaks = ", ".join(f"{kind} {count}" for kind, count in route.leaks.items()) or "0"
        table.add_row(name, f"{route.requests:,}", statuses, leaks, f"{route.pairs:,}", str(route.told_apart))
    return table
