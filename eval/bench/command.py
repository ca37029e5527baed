"""`xianzhi bench`: the server at growing bases, beside other libraries, and against the machine."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.bench.base import Ground
from eval.bench.contenders import ContenderName
from eval.bench.encoder_rate import measure_machine
from eval.bench.multiplied import read_pieces
from eval.bench.peers import compare_contenders
from eval.bench.rarest import measure_rarest, show_rarest
from eval.bench.scale import Plan, Report, SizeFigures, measure_size
from eval.bench.showing import (
    BenchFigures,
    Peers,
    show_load,
    show_machine,
    show_peers,
    show_recall,
    show_sizes,
    write_json,
)
from eval.bench.under_load import run_overload, run_soak, run_traffic, write_figures
from eval.datasets import Dataset, load_datasets
from eval.termination import exit_when_terminated
from index.opening import open_encoder
from kb.errors import InvalidInput
from kb.settings import Settings

JSON_FILE, PLOT_FILE = "bench.json", "bench.png"
SIZES, CLIENTS = (1_000, 10_000, 100_000), (1, 8, 32, 64)
LOADED_SIZE = 10_000  # Passages of the base that is put under load.
OVERLOAD_SECONDS = 60.0
SOAK_SECONDS, SOAK_RATE = 1_200.0, 4.0
WIDTH = 170  # Wider than it needs: a wrapped cell would break the table where it is pasted.


class Part(StrEnum):
    """What is measured."""

    SCALE = "scale"
    PEERS = "peers"
    MACHINE = "machine"
    TRAFFIC = "traffic"
    OVERLOAD = "overload"
    SOAK = "soak"
    RAREST = "rarest"


WITHOUT_PART = [Part.SCALE, Part.PEERS, Part.MACHINE]
Datasets = Annotated[
    list[Path], typer.Argument(help="Folders with corpus, questions and labels; the first is multiplied.")
]
Parts = Annotated[list[Part] | None, typer.Option("--part", help="Measure only this; may be repeated.")]
Sizes = Annotated[list[int] | None, typer.Option("--size", min=100, max=2_000_000, help="Passages; may be repeated.")]
Clients = Annotated[list[int] | None, typer.Option("--clients", min=1, max=64, help="At once; may be repeated.")]
Seconds = Annotated[float, typer.Option(min=0.2, max=600.0, help="How long each load lasts, three times.")]
Systems = Annotated[list[ContenderName] | None, typer.Option("--peer", help="Compare with this one only.")]
Bases = Annotated[
    Path | None, typer.Option(help="A folder where the bases of part scale stay; one that is there is not built again.")
]
Out = Annotated[Path, typer.Option(help="The folder of the JSON and the plot.")]


def bench(  # noqa: PLR0913  # Options of one command, each named at the call.
    datasets: Datasets,
    *,
    part: Parts = None,
    size: Sizes = None,
    clients: Clients = None,
    seconds: Seconds = 5.0,
    peer: Systems = None,
    bases: Bases = None,
    out: Out = Path("bench"),
) -> None:
    """Measure latency, throughput, memory and build time; print tables, write bench.json and bench.png."""
    parts = part or WITHOUT_PART
    names = [ContenderName.XIANZHI, *(name for name in peer or ContenderName if name is not ContenderName.XIANZHI)]
    loaded = load_datasets(datasets)
    with exit_when_terminated(), Console(stderr=True).status("measuring") as status:
        sizes = []
        if Part.SCALE in parts:
            plan = _make_plan(loaded[0], clients, seconds)
            sizes = _measure_sizes(plan, size, bases, status.update)
        peers = _compare(loaded, datasets, names, status.update) if Part.PEERS in parts else {}
        status.update("the encoder and the machine")
        questions = _list_questions(loaded[0])
        machine = measure_machine(open_encoder(Settings()), questions) if Part.MACHINE in parts else None
        out.mkdir(parents=True, exist_ok=True)
        loads = _put_under_load(loaded[0], parts, seconds, out, status.update)
        rarest = _try_rarest(loaded, out, status.update) if Part.RAREST in parts else []
    for table in (*loads, *rarest):
        Console(width=WIDTH).print(table)
    figures = BenchFigures(sizes, peers, machine)
    _print(figures)
    write_json(figures, out / JSON_FILE)
    from eval.bench.plot import draw_plot  # Here, as it brings matplotlib along.

    draw_plot(figures, out / PLOT_FILE)
    typer.echo(f"Written: {out / JSON_FILE}, {out / PLOT_FILE}")


def _put_under_load(dataset: Dataset, parts: Sequence[Part], seconds: float, out: Path, report: Report) -> list[Table]:
    if not {Part.TRAFFIC, Part.OVERLOAD, Part.SOAK} & set(parts):
        return []
    ground = Ground(read_pieces(dataset), _list_questions(dataset), open_encoder(Settings()), LOADED_SIZE)
    tables: list[Table] = []
    if Part.TRAFFIC in parts:
        tables += run_traffic(ground, out, seconds=seconds, report=report)
    if Part.OVERLOAD in parts:
        tables += run_overload(ground, out, seconds=OVERLOAD_SECONDS, report=report)
    if Part.SOAK in parts:
        tables += run_soak(ground, out, seconds=SOAK_SECONDS, per_second=SOAK_RATE, report=report)
    return tables


def _try_rarest(datasets: Sequence[Dataset], out: Path, report: Report) -> list[Table]:
    settings = Settings()
    encoder = open_encoder(settings)
    figures = [one for dataset in datasets for one in measure_rarest(dataset, encoder, settings, report=report)]
    write_figures(figures, out / "rarest.json")
    return [show_rarest(figures)]


def _make_plan(dataset: Dataset, clients: Sequence[int] | None, seconds: float) -> Plan:
    return Plan(
        pieces=read_pieces(dataset),
        questions=_list_questions(dataset),
        clients=sorted(set(clients or CLIENTS)),
        seconds=seconds,
    )


def _measure_sizes(plan: Plan, sizes: Sequence[int] | None, bases: Path | None, report: Report) -> list[SizeFigures]:
    encoder = open_encoder(Settings())
    return [measure_size(size, plan, encoder, report=report, bases=bases) for size in sorted(set(sizes or SIZES))]


def _compare(
    loaded: Sequence[Dataset], folders: Sequence[Path], names: Sequence[ContenderName], report: Report
) -> Peers:
    return {
        dataset.name: compare_contenders(folder, names, report=report)
        for dataset, folder in zip(loaded, folders, strict=True)
    }


def _list_questions(dataset: Dataset) -> list[str]:
    questions = [question.text for question in dataset.questions if question.text.strip()]
    if not questions:
        raise InvalidInput(f"The dataset {dataset.name!r} holds no questions. Name one that does.")
    return questions


def _print(figures: BenchFigures) -> None:
    console = Console(width=WIDTH)
    if figures.sizes:
        console.print(show_sizes(figures.sizes))
        console.print(show_load(figures.sizes))
        console.print(show_recall(figures.sizes))
    if figures.peers:
        console.print(show_peers(figures.peers))
    if figures.machine is not None:
        console.print(show_machine(figures.machine))
