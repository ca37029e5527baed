"""All faults at once: `python -m tests.crash.faults` kills, damages, measures; ends with 1 where anything is lost."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.crash.damage import DamageFigures, damage_many
from tests.crash.kills import KillFigures, kill_many
from tests.crash.readiness import Readiness, measure_readiness

MOST_READY_SECONDS = 10.0
EXIT_FAULTS = 1
WIDTH = 120

Kills = Annotated[int, typer.Option(help="Processes to kill, every second one at a named point.")]
Flips = Annotated[int, typer.Option(help="Bits to flip in files of a generation.")]
Truncations = Annotated[int, typer.Option(help="Files of a generation to cut off.")]
Swaps = Annotated[int, typer.Option(help="Files of a generation to swap with others.")]
Passages = Annotated[int, typer.Option(help="Size of the base whose readiness is measured; 0 leaves it out.")]


def run_faults(
    kills: Kills = 300, flips: Flips = 1_000, truncations: Truncations = 200, swaps: Swaps = 100, passages: Passages = 0
) -> None:
    """Kill processes, damage generations, measure how soon a base answers again; print all of it."""
    logging.getLogger("index").setLevel(logging.CRITICAL)  # Its warnings are what is counted here.
    console = Console(width=WIDTH)
    with tempfile.TemporaryDirectory(prefix="xianzhi-faults-") as name:
        folder = Path(name)
        killed = kill_many(kills, folder / "kills", seed=1)
        console.print(show_kills(killed))
        counts = {"flip": flips, "truncation": truncations, "swap": swaps, "rename": min(swaps, 10)}
        damaged = damage_many(counts, folder / "damage", seed=2)
        console.print(show_damage(damaged))
        ready = list(measure_readiness(passages, folder / "ready")) if passages else []
        if ready:
            console.print(show_readiness(ready, passages))
    for fault in (*killed.faults, *damaged.faults):
        console.print(f"[red]{fault}[/red]")
    if killed.faults or damaged.faults:
        raise typer.Exit(EXIT_FAULTS)


def show_kills(figures: KillFigures) -> Table:
    """Return what was killed, where, what had been acknowledged, and what of it was lost."""
    table = Table("kills", "count", title=f"{figures.kills} SIGKILLs", title_justify="left")
    for point, count in sorted(figures.points.items(), key=lambda one: -one[1]):
        table.add_row(point, str(count))
    table.add_section()
    for verb, count in figures.acknowledged.most_common():
        table.add_row(f"acknowledged: {verb}", f"{count:,}")
    table.add_section()
    table.add_row("faults found afterwards", str(len(figures.faults)))
    table.add_row("slowest opening, seconds", f"{figures.slowest_ready_seconds:.1f}")
    return table


def show_damage(figures: DamageFigures) -> Table:
    """Return what was damaged, and what was served instead."""
    table = Table("damage", "count", title="Damaged generations", title_justify="left")
    for kind, count in figures.damages.items():
        table.add_row(kind, f"{count:,}")
    table.add_section()
    table.add_row("the older generation served", f"{figures.older_served:,}")
    table.add_row("built anew", f"{figures.rebuilt:,}")
    table.add_row("a damaged one served, or not seen by the doctor", str(len(figures.faults)))
    return table


def show_readiness(measured: list[Readiness], passages: int) -> Table:
    """Return the seconds from starting a process to its first answer."""
    title = f"Ready again, {passages:,} passages, vectors of a stand-in encoder"
    table = Table("after", "seconds", "of a processor", title=title, title_justify="left")
    for one in measured:
        table.add_row(one.after, f"{one.seconds:.1f}", f"{one.processor_seconds:.1f}")
    return table


if __name__ == "__main__":
    typer.run(run_faults)
