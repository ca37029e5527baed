"""`xianzhi doctor`: is everything whole, do database and index agree, and what is to be done where not?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from index.build import Builder
from index.cli import show_progress
from index.cores import count_cores
from index.doctor.examination import examine
from index.doctor.observation import Level, Observation, find_wrong
from index.doctor.repair import needs_repair, repair
from index.opening import open_encoder
from kb.database import Database
from kb.settings import Settings

EXIT_WRONG = 1
MARKS = {Level.WELL: "[green]✓[/]", Level.NOTE: "[yellow]·[/]", Level.WRONG: "[red]✗[/]"}

AsJson = Annotated[bool, typer.Option("--json", help="Write what was found as JSON.")]
WithRepair = Annotated[
    bool, typer.Option("--repair", help="Build the index anew where it is damaged or differs; touches nothing else.")
]


def doctor(as_json: AsJson = False, with_repair: WithRepair = False) -> None:
    """Look whether database, index and encoder are whole and agree; ends with 1 where something is wrong."""
    settings = Settings()
    with Console(stderr=True).status("looking"):
        observations = list(examine(settings))
    if with_repair and needs_repair(observations):
        _repair(settings, observations)
        observations = list(examine(settings))
    if as_json:
        typer.echo(orjson.dumps([asdict(one) for one in observations], option=orjson.OPT_INDENT_2).decode())
    else:
        _show(observations)
    if find_wrong(observations):
        raise typer.Exit(EXIT_WRONG)


def _repair(settings: Settings, observations: Sequence[Observation]) -> None:
    database = Database(settings.resolved_database_url)

    def open_builder() -> Builder:
        return Builder(database, open_encoder(settings, threads=count_cores()), settings.generations_dir)

    try:
        with show_progress() as on_progress:
            repair(observations, open_builder, now=settings.find_now(), on_progress=on_progress)
    finally:
        database.close()


def _show(observations: Sequence[Observation]) -> None:
    table = Table("", "part", title="Doctor", title_justify="left")
    for heading in ("what was found", "what to do"):
        table.add_column(heading, overflow="fold")  # Nothing that is to be copied is cut off.
    for one in observations:
        table.add_row(MARKS[one.level], one.part.value, escape(one.what), escape(one.remedy))
    console = Console()
    console.print(table)
    count = len(find_wrong(observations))
    console.print("[green]All well.[/]" if not count else f"[red]{count} to mend.[/]", highlight=False)
