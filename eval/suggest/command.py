"""`xianzhi eval suggest` and `suggest-flood`: how soon the right article is suggested, and what suggestions cost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Annotated

import numpy as np
import typer
from rich.progress import Progress
from rich.table import Table

from eval.datasets import Dataset, load_dataset
from eval.suggest.bench import SHOWN, Cost, Figures, measure_cost, open_base, type_texts
from eval.suggest.flood import Flood, measure_flood
from eval.suggest.texts import make_sets, vary_articles
from eval.suggest.typing import Typing
from eval.tables import open_console
from index.suggest.suggester import open_suggester

TIMED_TEXTS = 12  # Of the questions, in the large base.


def suggest(
    dataset: Annotated[Path, typer.Argument(help="Folder with corpus, questions and labels.")],
    articles: Annotated[int, typer.Option(min=1, max=100_000, help="Articles of the large base.")] = 5_000,
) -> None:
    """Type headings and questions key by key, and print how soon the right article is suggested and how fast."""
    loaded, console = load_dataset(dataset), open_console()
    now = loaded.now or datetime.now(UTC)
    quality = make_quality_table(loaded.name)
    with Progress(transient=True) as progress:
        for typed_set in make_sets(loaded, now):
            with open_base(typed_set.articles, now) as database, open_suggester(database, clock=lambda: now) as opened:
                for typing in progress.track(Typing, description=typed_set.name):
                    add_row(quality, typed_set.name, typing, type_texts(opened, typed_set.texts, typing))
            quality.add_section()
    console.print(quality)
    console.print(_measure_large(loaded, articles, now))


def suggest_flood(
    dataset: Annotated[Path, typer.Argument(help="Folder of the questions that agents ask.")],
    address: Annotated[str, typer.Option(help="Where the service runs.")] = "http://127.0.0.1:8000",
    key: Annotated[str | None, typer.Option(help="A key of the service, where any is set.")] = None,
    matches: Annotated[int, typer.Option(min=10, max=10_000, help="Matches under each flood.")] = 200,
) -> None:
    """Ask a running service one question after another, alone and while it is flooded with requests of others."""
    questions = [question.text for question in load_dataset(dataset, limit=matches).questions]
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    table = Table("flood", "matches", "p50 ms", "p99 ms", "requests of the flood a second", "of them by status")
    for flood in Flood:
        measured = measure_flood(address, headers, questions, flood)
        p50, p99 = np.percentile(measured.milliseconds, (50, 99))
        rate = measured.statuses.total() / measured.seconds
        statuses = ", ".join(f"{status} {count}" for status, count in sorted(measured.statuses.items()))
        table.add_row(flood.value, str(len(questions)), f"{p50:.1f}", f"{p99:.1f}", f"{rate:.0f}", statuses)
    open_console().print(table)


def make_quality_table(name: str) -> Table:
    """Return the table of how soon the right article comes, without rows."""
    return Table(
        "what is typed",
        "how",
        "texts",
        f"keys to first {SHOWN}",
        "keys to first",
        f"in first {SHOWN} at the end",
        "first at the end",
        "p50 ms",
        "p95 ms",
        "CPU p50",
        "CPU p95",
        title=f"{name}: suggestions, key by key",
        caption="keys: the share of all keys after which the right article is there, 1 where it never is",
    )


def add_row(table: Table, name: str, typing: Typing, figures: Figures) -> None:
    """Add the figures of one way to type; none where nothing can be typed so."""
    if figures.among:
        shares = (fmean(each) for each in (figures.among, figures.leading, figures.kept, figures.first))
        table.add_row(
            name, typing.value, str(len(figures.among)), *(f"{one:.2f}" for one in shares), *_say_times(figures)
        )


def _say_times(figures: Figures) -> list[str]:
    times = (figures.milliseconds, figures.processor_milliseconds)
    return [f"{one:.1f}" for each in times for one in np.percentile(each, (50, 95))]


def _measure_large(dataset: Dataset, count: int, now: datetime) -> Table:
    table = Table(
        *("articles", "headings", "p50 ms", "p95 ms", "CPU p50", "CPU p95"),
        *("first build s", "after a change s", "memory MB"),
        title="What it costs, questions typed in every way",
        caption="articles: public ones; beyond the base copies, in each heading of which another word stands for one",
    )
    texts = make_sets(dataset, now)[-1].texts[:TIMED_TEXTS]
    for articles in (dataset.articles, vary_articles(dataset.articles, count)):
        with open_base(articles, now) as database:
            cost = measure_cost(database, now)
            with open_suggester(database, clock=lambda: now) as opened:
                figures = Figures()
                for typing in Typing:
                    figures.add_times(type_texts(opened, texts, typing))
        table.add_row(*_say_cost(cost, figures))
    return table


def _say_cost(cost: Cost, figures: Figures) -> list[str]:
    builds = (f"{cost.first_build_seconds:.2f}", f"{cost.next_build_seconds:.2f}")
    return [f"{cost.articles:,}", f"{cost.headings:,}", *_say_times(figures), *builds, f"{cost.megabytes:.0f}"]
