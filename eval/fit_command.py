"""`xianzhi index fit`: learn from labelled questions what each source and the order are worth, and how sure to be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from eval.datasets import Dataset, load_datasets
from eval.fitting import (
    FEWEST_QUESTIONS,
    Figures,
    Fit,
    Question,
    fit_recipe,
    hash_datasets,
    leave_each_out,
    read_questions,
)
from eval.tables import open_console
from eval.workbench import open_workbench
from index.build import FORGET, Builder, Progress
from index.cli import show_progress
from index.cores import count_cores
from index.encoder import Encoder
from index.learnt import Learnt
from index.opening import open_encoder
from index.recipe import STANDARD, Recipe
from kb.database import open_database
from kb.errors import InvalidInput
from kb.settings import Settings

Datasets = Annotated[list[Path] | None, typer.Argument(help="Evaluation datasets: your own labels, or from feedback.")]
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many questions of each.")]
Leave = Annotated[bool, typer.Option("--leave-one-out", help="Learn from all but one, in turn; keep nothing.")]
Forgo = Annotated[bool, typer.Option("--undo", help="Go back to the standard weights.")]


class TooFewQuestions(InvalidInput):
    """There is too little to learn from."""

    code = "too_few_questions"


def fit(datasets: Datasets = None, limit: Limit = None, leave_one_out: Leave = False, undo: Forgo = False) -> None:
    """Fit weights and confidence to labelled questions, and keep them only where they do better on others.

    What is learnt is stored in a new generation of the index; a running server takes it up when it is restarted.
    """
    settings = Settings()
    if undo:
        _publish(settings, None)
        typer.echo("the standard weights are back")
        return
    if not datasets:
        raise InvalidInput("Name a dataset to learn from: data/sample/questions/dev, or one from `eval from-feedback`.")
    if leave_one_out and len(datasets) < 2:
        raise InvalidInput("With --leave-one-out name two datasets at least: one to measure on, another to learn from.")
    loaded = load_datasets(datasets, limit=limit)
    encoder = open_encoder(settings, threads=count_cores())
    with show_progress() as on_progress:
        sets = {dataset.name: _read(dataset, encoder, settings, on_progress) for dataset in loaded}
    if leave_one_out:
        _show_each_out(sets)
        return
    questions = [question for each in sets.values() for question in each]
    if len(questions) < FEWEST_QUESTIONS:
        raise TooFewQuestions(f"There are {len(questions)} labelled questions; at least {FEWEST_QUESTIONS} are needed.")
    learnt = fit_recipe(questions)
    _show_fit(learnt)
    if not learnt.is_better:
        typer.echo("not kept: the standard weights do as well on questions that were not learnt from")
        return
    name = _publish(settings, Learnt(learnt.recipe, hash_datasets(loaded), learnt.questions))
    typer.echo(f"kept in generation {name}; restart a running server to use it, `xianzhi index fit --undo` goes back")


def _read(dataset: Dataset, encoder: Encoder, settings: Settings, on_progress: Progress) -> list[Question]:
    with open_workbench(dataset, encoder, settings, on_progress=on_progress) as bench:
        return read_questions(bench, on_progress=on_progress)


def _publish(settings: Settings, learnt: Learnt | None) -> str:
    encoder = open_encoder(settings, threads=count_cores())
    with open_database(settings) as database, show_progress() as on_progress:
        builder = Builder(database, encoder, settings.generations_dir)
        built = builder.build(now=settings.find_now(), on_progress=on_progress, learnt=learnt or FORGET)
    return built.name


def _show_fit(learnt: Fit) -> None:
    console = open_console()
    table = _make_table(f"{learnt.questions} questions, five folds: measured where it was not learnt", "recipe")
    table.add_row("standard", *_format(learnt.before))
    held = "weights stay, confidence learnt" if learnt.hold is None else f"learnt, hold {learnt.hold:g}"
    table.add_row(held, *_format(learnt.after))
    console.print(table)
    weights = Table(title="weights", title_justify="left")
    for heading in ("part", "standard", "learnt"):
        weights.add_column(heading, justify="left" if heading == "part" else "right")
    old, new = _list_weights(STANDARD), _list_weights(learnt.recipe)
    for part, weight in old.items():
        weights.add_row(part, f"{weight:.3f}", f"{new[part]:.3f}")
    console.print(weights)


def _list_weights(recipe: Recipe) -> dict[str, float]:
    total = sum(weight for source, weight in recipe.weights.items() if source.value != "identifier")
    sources = {
        source.value.replace("_", " "): weight / total
        for source, weight in recipe.weights.items()
        if source.value != "identifier"
    }
    order = recipe.order
    return {**sources, "condition met": order.met, "its surprise": order.surprise, "a case, against": order.case}


def _show_each_out(sets: dict[str, list[Question]]) -> None:
    table = _make_table("learnt from all the other datasets", "dataset")
    for name, (before, after) in leave_each_out(dict(sets)).items():
        table.add_row(f"{name}, standard", *_format(before))
        table.add_row(f"{name}, learnt from others", *_format(after), end_section=True)
    open_console().print(table)


def _make_table(title: str, first: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for heading in ("hit@1", "ndcg@10", "auc", "calibration error"):
        table.add_column(heading, justify="right")
    return table


def _format(figures: Figures) -> list[str]:
    return [f"{v:.4f}" for v in (figures.hit, figures.ndcg, figures.auc, figures.calibration_error)]
