"""`xianzhi eval`: measure retrieval on labelled datasets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from eval.datasets import Dataset, load_dataset
from eval.report import OrderEffect, Report, make_report, make_table, measure, write_trec
from eval.runner import Outcome, System, run_common, run_matcher
from eval.workbench import Workbench, open_workbench
from index.build import Progress
from index.cli import show_progress
from index.opening import open_encoder
from kb.settings import Settings

app = typer.Typer(help="Measure retrieval on labelled datasets.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `eval run` a subcommand while it is the only one."""


@app.command()
def run(
    folder: Annotated[
        Path, typer.Argument(metavar="DATASET", help="Folder with corpus.jsonl, queries.jsonl, qrels.tsv.")
    ],
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file.")] = None,
    trec: Annotated[Path | None, typer.Option(help="Write our rankings to this file, in TREC's format.")] = None,
    baseline: Annotated[System | None, typer.Option(help="Print another system beside ours: `common`.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first so many questions.")] = None,
) -> None:
    """Index a dataset's corpus in a temporary folder, ask its questions, and print how well they were answered."""
    settings = Settings()
    dataset = load_dataset(folder, limit=limit)
    encoder = open_encoder(settings)
    with show_progress() as show, open_workbench(dataset, encoder, settings, on_progress=show) as bench:
        outcomes, reports = _run_ours(bench, show)
        if baseline is System.COMMON:
            reports.append(_run_common(bench, show))
    Console().print(make_table(reports))
    if json is not None:
        data = reports[0].to_data()
        if len(reports) > 1:
            data["baseline"] = reports[1].to_data()
        json.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))
    if trec is not None:
        write_trec(trec, System.XIANZHI, outcomes)


def _run_ours(bench: Workbench, show: Progress) -> tuple[list[Outcome], list[Report]]:
    dataset = bench.dataset
    # A first round loads dictionaries and fills caches, as a server's are that has been up for a while.
    run_matcher(
        bench, dataset.questions, with_order=True, on_question=_counter(show, "warm up", len(dataset.questions))
    )
    outcomes = run_matcher(
        bench, dataset.questions, with_order=True, on_question=_counter(show, "match", len(dataset.questions))
    )
    effect = _measure_order(bench, outcomes)
    return outcomes, [make_report(System.XIANZHI, dataset, outcomes, build=bench.timing, effect=effect)]


def _run_common(bench: Workbench, show: Progress) -> Report:
    counter = _counter(show, "common", len(bench.dataset.questions))
    outcomes = run_common(bench, bench.dataset.questions, on_question=counter)
    return make_report(System.COMMON, bench.dataset, outcomes, build=bench.timing, effect=None)


def _measure_order(bench: Workbench, outcomes: list[Outcome]) -> OrderEffect | None:
    """Ask the questions that carry an order once more without it."""
    dataset: Dataset = bench.dataset
    carrying = [o for o in outcomes if o.question.order is not None and o.question.id in dataset.qrels]
    if not carrying:
        return None
    questions = [outcome.question for outcome in carrying]
    without = run_matcher(bench, questions, with_order=False, on_question=lambda: None)
    return OrderEffect(len(carrying), measure(dataset, carrying), measure(dataset, without))


def _counter(show: Progress, step: str, total: int) -> Callable[[], None]:
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        show(step, done, total)

    return count
