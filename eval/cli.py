"""`xianzhi eval`: measure retrieval on labelled datasets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.text import Text

from eval.ablation import PARTS, Ablation, check_parts
from eval.bench.source_command import source_trouble
from eval.compare import GATED, compare_runs
from eval.datasets import Dataset, load_dataset, load_datasets
from eval.describe import describe_dataset, show_description
from eval.from_feedback import from_feedback
from eval.gate import check_gate, describe_failures, write_baseline
from eval.metrics import STANDARD_MEASURES, find_measure, is_ranking_measure
from eval.reasons_command import reasons
from eval.records import Run
from eval.runner import run_recipe, run_system
from eval.storage import find_runs, read_run, to_data, write_run, write_trec
from eval.suggest.command import suggest, suggest_flood
from eval.summary import Summary, summarise
from eval.systems import System
from eval.tables import open_console, show_ablation, show_changes, show_comparison, show_runs, show_slices
from eval.termination import exit_when_terminated
from eval.which_order_command import which_order
from eval.workbench import open_workbench
from index.cli import show_progress
from index.opening import open_encoder
from index.recipe import STANDARD
from kb.settings import Settings

app = typer.Typer(no_args_is_help=True)
app.command("from-feedback")(from_feedback)
app.command("which-order")(which_order)
app.command("source-trouble")(source_trouble)
app.command()(reasons)
app.command()(suggest)
app.command("suggest-flood")(suggest_flood)

WORSE = 1  # The exit code of a comparison whose second run is significantly worse.
FolderOfRun = typer.Argument(help="A run's folder, as `eval run --out` writes it.")


@app.callback()
def prepare(context: typer.Context) -> None:
    """Measure retrieval on labelled datasets."""
    context.with_resource(exit_when_terminated())


@app.command()
def run(  # noqa: PLR0913  # Options of one command, each named at the call.
    datasets: Annotated[list[Path], typer.Argument(help="Folders with corpus, questions and labels.")],
    *,
    baseline: Annotated[list[System] | None, typer.Option(help="Another system beside ours; may be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(help="Save every run in this folder, as dataset/system.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page of figures, plots and failures to this file.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file.")] = None,
    trec: Annotated[Path | None, typer.Option(help="Write our rankings to this file, in TREC's format.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first so many questions.")] = None,
    measure: Annotated[list[str] | None, typer.Option(help="Such as ndcg@5, beside the standard ones.")] = None,
) -> None:
    """Index each dataset's corpus in a temporary folder, ask its questions, and print how well they were answered."""
    measures = tuple(dict.fromkeys((*STANDARD_MEASURES, *(measure or ()))))
    for name in measures:
        find_measure(name, right_from=1)
    systems = list(dict.fromkeys((System.XIANZHI, *(baseline or ()))))
    results = []
    for dataset in load_datasets(datasets, limit=limit):
        summaries = _run_dataset(dataset, systems, measures)
        results.append(summaries)
        _print_runs(summaries)
        if out is not None:
            for summary in summaries:
                write_run(out / summary.run.dataset / summary.run.system, summary)
    if report is not None:
        _write_report(report, results)
    if json is not None:
        data = [_to_data(summaries) for summaries in results]
        _make_room(json).write_bytes(orjson.dumps(data[0] if len(data) == 1 else data, option=orjson.OPT_INDENT_2))
    if trec is not None:
        write_trec(_make_room(trec), [summaries[0].run for summaries in results])


@app.command()
def compare(
    before: Annotated[Path, FolderOfRun],
    after: Annotated[Path, FolderOfRun],
    gated: Annotated[
        list[str] | None, typer.Option("--gate", help="A measure that must not get worse; may be repeated.")
    ] = None,
) -> None:
    """Compare two runs of the same questions; exit with 1 if the second is significantly worse by a gated measure."""
    asked = tuple(name for name in gated or () if is_ranking_measure(name))
    comparison = compare_runs(read_run(before), read_run(after), tuple(dict.fromkeys((*STANDARD_MEASURES, *asked))))
    comparison.check_measures(gated or ())
    console = open_console()
    console.print(show_comparison(comparison, gated or GATED))
    console.print(show_changes(comparison))
    _exit_if_worse(describe_failures(comparison, gated or GATED))


@app.command()
def ablate(
    dataset: Annotated[Path, typer.Argument(help="Folder with corpus, questions and labels.")],
    part: Annotated[list[str] | None, typer.Option(help="Turn off only this part; may be repeated.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first so many questions.")] = None,
) -> None:
    """Turn off one part of matching at a time, and print what each is worth."""
    parts = tuple(part or PARTS)
    check_parts(parts)
    settings = Settings()
    loaded = load_dataset(dataset, limit=limit)
    with show_progress() as show:
        worths = Ablation(loaded, open_encoder(settings), settings, show).measure(parts)
    open_console().print(show_ablation(worths))


@app.command()
def gate(
    dataset: Annotated[Path, typer.Argument(help="Folder with corpus, questions and labels.")],
    baseline: Annotated[Path, typer.Argument(help="The stored run, as --renew writes it.")],
    renew: Annotated[bool, typer.Option("--renew", help="Store today's run in place of the baseline.")] = False,
) -> None:
    """Compare today's matching with a stored run of the dataset; exit with 1 if it is significantly worse."""
    settings, loaded = Settings(), load_dataset(dataset)
    with show_progress() as show, open_workbench(loaded, open_encoder(settings), settings, on_progress=show) as bench:
        today = run_recipe(System.XIANZHI, bench, STANDARD, on_progress=show)
    if renew:
        write_baseline(_make_room(baseline), today)
        return
    comparison = check_gate(baseline, today)
    open_console().print(show_comparison(comparison))
    open_console().print(show_changes(comparison))
    _exit_if_worse(describe_failures(comparison))


@app.command("report")
def report_runs(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs, or one that holds several.")],
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
) -> None:
    """Write one page of figures, plots and failures; of each dataset ours is told in full, else the first system."""
    found = [path for folder in runs for path in find_runs(folder)]
    by_dataset = _sort_by_dataset([read_run(path) for path in found])
    _write_report(out, [[summarise(run) for run in of_dataset] for of_dataset in by_dataset])


@app.command()
def describe(dataset: Annotated[Path, typer.Argument(help="Folder with corpus, questions and labels.")]) -> None:
    """Print what a dataset holds: counts, slices, and how much of its answers' words its questions already say."""
    open_console().print(show_description(describe_dataset(load_dataset(dataset))))


def _exit_if_worse(failures: str) -> None:
    if failures:
        open_console().print(Text(f"significantly worse: {failures}", style="bold red"))
        raise typer.Exit(WORSE)


def _run_dataset(dataset: Dataset, systems: Sequence[System], measures: tuple[str, ...]) -> list[Summary]:
    settings = Settings()
    encoder = open_encoder(settings)
    with show_progress() as show, open_workbench(dataset, encoder, settings, on_progress=show) as bench:
        return [summarise(run_system(system, bench, on_progress=show), measures) for system in systems]


def _print_runs(summaries: Sequence[Summary]) -> None:
    console = open_console()
    console.print(show_runs(summaries))
    console.print(show_slices(summaries[0]))


def _write_report(path: Path, summaries: Sequence[Sequence[Summary]]) -> None:
    # Here, as it brings matplotlib along, which no other command of the whole program needs.
    from eval.report.page import make_chapter, render_page

    _make_room(path).write_text(render_page([make_chapter(of_dataset) for of_dataset in summaries]), "utf-8")
    open_console().print(Text(f"Written: {path}"))


def _make_room(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _sort_by_dataset(runs: Sequence[Run]) -> list[list[Run]]:
    """Return the runs of each dataset, ours first."""
    by_dataset: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda run: run.system != System.XIANZHI):
        by_dataset.setdefault(run.dataset, []).append(run)
    return list(by_dataset.values())


def _to_data(summaries: Sequence[Summary]) -> dict[str, Any]:
    """Return our figures; those of the first baseline beside them as `baseline`, of all as `baselines`."""
    data = to_data(summaries[0])
    if len(summaries) > 1:
        baselines = [to_data(summary) for summary in summaries[1:]]
        data |= {"baseline": baselines[0], "baselines": baselines}
    return data
