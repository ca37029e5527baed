"""`xianzhi index adapt`: teach the encoder the shop's own words, and keep it only if it then finds more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from eval.adaptation.adapter import Adapter, Outcome, Say, Wishes
from eval.tables import open_console, show_changes, show_comparison
from index.adaptation.adopted import undo_adoption
from index.adaptation.schedule import Schedule
from index.adaptation.workplace import Workplace
from index.build import Progress
from index.cli import show_progress
from index.cores import count_cores
from kb.database import open_database
from kb.settings import Settings

DEFAULT = Schedule()
LINES = 10  # About a training, where there is no terminal.
Labels = Annotated[Path | None, typer.Option(help="An evaluation dataset to learn from as well.")]
Part = Annotated[float, typer.Option(min=0.1, max=0.9, help="How much is trained on; what is left measures.")]
Epochs = Annotated[float, typer.Option(min=0.01, max=50, help="At most so many times through the pairs.")]
Batch = Annotated[int, typer.Option(min=2, max=4096, help="Pairs a step: each has the others' answers as wrong ones.")]
Rate = Annotated[float, typer.Option(min=1e-7, max=1e-2, help="The highest learning rate.")]
Restart = Annotated[bool, typer.Option("--restart", help="Begin anew, whatever a killed run had done.")]
Undo = Annotated[bool, typer.Option("--undo", help="Go back to the encoder that served before.")]


def adapt(  # noqa: PLR0913  # Options of one command, each named at the call.
    *,
    labels: Labels = None,
    part: Part = 0.5,
    epochs: Epochs = DEFAULT.epochs,
    batch: Batch = DEFAULT.batch,
    rate: Rate = DEFAULT.learning_rate,
    restart: Restart = False,
    undo: Undo = False,
) -> None:
    """Fine-tune the encoder on your own knowledge, and keep it only if held-out questions then find more.

    Hours on a processor, minutes on a GPU; killed at any point it goes on where it was. Needs the `adapt` extra.
    """
    settings = Settings()
    if undo:
        _undo(settings)
        return
    schedule = Schedule(epochs=epochs, batch=batch, learning_rate=rate)
    console = Console(stderr=True, highlight=False)
    with open_database(settings) as database, show_progress() as draw:
        wishes = Wishes(labels, part, schedule, restart)
        on_progress = draw if console.is_terminal else _make_log(console.print)
        adapter = Adapter(database, settings, wishes, on_progress, console.print, threads=count_cores())
        outcome = adapter.adapt()
    _show(outcome, adapter.place)


def _make_log(say: Say) -> Progress:
    """Return what writes a line for every tenth of the training: a bar says nothing in a file."""

    def log(step: str, done: int, total: int) -> None:
        if step == "train" and (done % max(1, total // LINES) == 0 or done == total):
            say(f"step {done} of {total}")

    return log


def _show(outcome: Outcome, place: Workplace) -> None:
    # Here, as it brings matplotlib along.
    from eval.report.curves import draw_curves

    draw_curves(outcome.trained, place.curves)
    console, trained = open_console(), outcome.trained
    blends = ", ".join(f"{alpha:g}: {ndcg:.4f}" for alpha, ndcg in trained.blends.items())
    console.print(Text(f"questions to stop by, vectors alone: nDCG@10 {trained.before:.4f}; by alpha {blends}"))
    for comparison in outcome.comparisons:
        console.print(show_comparison(comparison))
        console.print(show_changes(comparison))
    for line in outcome.verdict.gains:
        console.print(Text(f"better: {line}", style="green"))
    for line in outcome.verdict.losses:
        console.print(Text(f"worse: {line}", style="red"))
    console.print(Text(f"learning curves: {place.curves}"))
    if outcome.generation is None:
        console.print(Text("Not kept: everything stays as it was.", style="bold"))
        return
    console.print(Text(f"Kept: generation {outcome.generation}. Restart what serves, to serve with it.", style="bold"))


def _undo(settings: Settings) -> None:
    folder = undo_adoption(settings)
    if folder is None:
        typer.echo("No adapted encoder serves; there is nothing to undo.")
        raise typer.Exit(1)
    typer.echo(f"{folder} no longer serves. Restart what serves; `xianzhi index adapt` trains anew.")
