"""`xianzhi eval which-order`: how often the order that is meant is told from a customer's others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from eval.datasets import load_dataset
from eval.tables import open_console
from eval.which_order import (
    FITTED,
    FittedChoice,
    LabelledRow,
    ReadRow,
    fit_choice,
    list_questions,
    read_rows,
    tally,
    weigh_rows,
)
from eval.which_order_sayings import (
    SAYINGS_FILE,
    Lesson,
    ask_sayings,
    encode_lesson,
    foretell,
    learn_situations,
    read_again,
    read_sayings,
)
from eval.which_order_things import THINGS, ThingLesson, ask_things, encode_things, learn_things, read_things
from eval.workbench import Workbench, open_workbench
from index.build import Progress
from index.cli import show_progress
from index.encoder import Encoder
from index.opening import open_encoder
from index.which_order.chooser import OrderChooser
from index.which_order.evidence import Signal
from index.which_order.reader import PROBES, READER_FILE, OrderReader, SituationReader
from index.which_order.things import ThingReader
from index.which_order.weights import CLEAR, WEIGHTS
from kb.settings import Settings
from kb.text.segment import default_segmenter

SAMPLE = Path(__file__).parent.parent / "data" / "sample" / "questions" / "dev"
Rows = Annotated[Path, typer.Argument(metavar="ROWS", help="Labelled rows: id, customer_id, text, order_id, kind.")]
Base = Annotated[Path, typer.Option(help="Dataset folder whose corpus and orders they are asked of.")]
Fit = Annotated[bool, typer.Option("--fit", help="Learn anew from the sayings, fit the weights, and cross-validate.")]
Sayings = Annotated[Path, typer.Option(help="With --fit: labelled sayings, a situation and what is said in it a line.")]
Things = Annotated[Path, typer.Option(help="With --fit: folder of things, and what customers say who mean them.")]
Keep = Annotated[bool, typer.Option("--keep", help="With --fit: serve with what was learnt from now on.")]


def which_order(  # noqa: PLR0913  # Each is an option.
    rows: Rows,
    base: Base = SAMPLE,
    fit: Fit = False,
    sayings: Sayings = SAYINGS_FILE,
    things: Things = THINGS,
    keep: Keep = False,
) -> None:
    """Print how often the right one of a customer's orders is chosen, and how often is asked which instead."""
    settings, labelled, dataset = Settings(), read_rows(rows), load_dataset(base)
    encoder, console = open_encoder(settings), open_console()
    with show_progress() as show, open_workbench(dataset, encoder, settings, on_progress=show) as bench:
        if not fit:
            console.print(show_kinds(weigh_rows(bench, labelled, on_progress=show)))
            return
        lesson = encode_lesson(read_sayings(sayings), encoder)
        situations = learn_situations(lesson)
        of_things = encode_things(*read_things(things), lesson, encoder, situations)
        reader = make_reader(encoder, situations, learn_things(of_things, lesson, situations))
        fitted = fit_with(bench, labelled, lesson, of_things, reader, on_progress=show)
    console.print(show_kinds(fitted.judged))
    console.print(show_fit(fitted))
    if keep:
        replace(reader, weights={**WEIGHTS, **fitted.weights}, clear=fitted.threshold).save(READER_FILE)
        console.print(f"kept: {READER_FILE}")


def make_reader(encoder: Encoder, situations: SituationReader, things: ThingReader) -> OrderReader:
    """Return a reader whose weights are still those of none, with a start for what only a reader tells."""
    weights = {**WEIGHTS, Signal.SITUATION: 1.0, Signal.THING: 1.0}
    return OrderReader(situations, things, np.asarray(encoder.encode_questions(PROBES)), weights, CLEAR)


def fit_with(  # noqa: PLR0913  # Each is what the weights are fitted to.
    bench: Workbench,
    labelled: Sequence[LabelledRow],
    lesson: Lesson,
    things: ThingLesson,
    reader: OrderReader,
    *,
    on_progress: Progress,
) -> FittedChoice:
    """Fit the weights that go with a reader: to labelled rows, to the dataset's questions, and to all sayings."""
    matcher = bench.matcher.with_chooser(OrderChooser(bench.live.encoder, reader))
    read = weigh_rows(bench, labelled, matcher, on_progress=on_progress)
    more = weigh_rows(bench, list_questions(bench.dataset), matcher, on_progress=on_progress)
    asked = ask_sayings(lesson.sayings, bench.dataset.orders, now=bench.now)
    likely = foretell(lesson)
    sayings = weigh_rows(bench, [row for _, row in asked], matcher, on_progress=on_progress)
    of_things = ask_things(things, lesson, reader.situations, bench.live.encoder, default_segmenter())
    return fit_choice(read, more, [*(read_again(one, likely[int(one.row.id)]) for one in sayings), *of_things])


def show_kinds(read: Sequence[ReadRow]) -> Table:
    """Return what was chosen and asked, by kind and in all; the last column is what always taking the newest does."""
    table = Table(title=f"{len(read)} questions; chosen from {_name_least(read)} on", title_justify="left")
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
    """Return the fitted weights, and how they do on sayings and rows of customers that they were not fitted to."""
    table = Table(title=f"fitted; an order is clear from {fitted.threshold:.2f} on", title_justify="left")
    for heading in ("", "fitted"):
        table.add_column(heading, justify="right" if heading else "left")
    for signal, weight in fitted.weights.items():
        table.add_row(signal.value, f"{weight:.2f}", end_section=signal is FITTED[-1])
    for name, (told, untold) in (("rows", fitted.rows), ("sayings", fitted.sayings), ("things", fitted.things)):
        wrong = told.wrong / max(told.rows, 1)
        table.add_row(f"{told.rows} {name} that could be told: right", f"{told.right_share:.1%}")
        table.add_row(f"{told.rows} {name} that could be told: wrong", f"{wrong:.1%}")
        table.add_row(f"{untold.rows} {name} that nobody could tell: asked", f"{untold.asked_share:.1%}")
    return table


def _format(read: Sequence[ReadRow]) -> list[str]:
    counted = tally((row, row.probabilities) for row in read)
    shares = (counted.right, counted.wrong, counted.asked, counted.newest)
    return [str(counted.rows), *(f"{count / max(counted.rows, 1):.1%}" for count in shares)]


def _name_least(read: Sequence[ReadRow]) -> str:
    return f"{read[0].least:.2f}" if read else "-"
