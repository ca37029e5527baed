"""Type texts at a suggester key by key, and note when the right article comes and how long each answer takes."""

from __future__ import annotations

import random
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from eval.suggest.texts import SEED, TypedText
from eval.suggest.typing import Typing, list_states
from index.suggest.follower import SuggestFollower
from index.suggest.suggester import Suggester
from kb.articles.models import Article
from kb.articles.service import save_article
from kb.database import Database

SHOWN = 5


@dataclass(slots=True)
class Figures:
    """Of one way to type: the shares of the keys after which the right article is among the first, and the very first.

    One a text, 1 where it never is. `kept` and `first`: whether it is there when all is typed. The processor's
    milliseconds are those that other work on the machine does not lengthen.
    """

    among: list[float] = field(default_factory=list)
    leading: list[float] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)
    first: list[bool] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    processor_milliseconds: list[float] = field(default_factory=list)

    def add_times(self, other: Figures) -> None:
        """Take the times of another way to type in too."""
        self.milliseconds += other.milliseconds
        self.processor_milliseconds += other.processor_milliseconds


@dataclass(frozen=True, slots=True)
class Cost:
    """What the index of a base takes to build and to hold."""

    articles: int
    headings: int
    first_build_seconds: float
    next_build_seconds: float
    megabytes: float


@contextmanager
def open_base(articles: Sequence[Article], now: datetime) -> Iterator[Database]:
    """Yield a temporary database that holds the articles."""
    with tempfile.TemporaryDirectory(prefix="xianzhi-suggest-") as folder:
        database = Database(f"sqlite:///{folder}/suggest.db")
        try:
            database.migrate()
            with database.write() as session:
                for article in articles:
                    save_article(session, article, now=now)
            yield database
        finally:
            database.close()


def type_texts(suggester: Suggester, texts: Sequence[TypedText], typing: Typing) -> Figures:
    """Type each of the texts that can be typed so."""
    figures = Figures()
    for typed in texts:
        states = list_states(typed.text, typing, random.Random(f"{SEED}{typed.text}"))
        if states:
            _type_text(suggester, states, typed.right, figures)
    return figures


def _type_text(suggester: Suggester, states: Sequence[str], right: frozenset[str], figures: Figures) -> None:
    ranks = []
    for state in states:
        started, worked = time.perf_counter(), time.thread_time()
        found = suggester.suggest(state, limit=SHOWN)
        figures.milliseconds.append((time.perf_counter() - started) * 1_000)
        figures.processor_milliseconds.append((time.thread_time() - worked) * 1_000)
        ranks.append(next((rank for rank, one in enumerate(found, 1) if one.id in right), SHOWN + 1))
    keys = len(states)
    figures.among.append(next((key for key, rank in enumerate(ranks, 1) if rank <= SHOWN), keys) / keys)
    figures.leading.append(next((key for key, rank in enumerate(ranks, 1) if rank == 1), keys) / keys)
    figures.kept.append(ranks[-1] <= SHOWN)
    figures.first.append(ranks[-1] == 1)


def measure_cost(database: Database, now: datetime) -> Cost:
    """Build the index of a base: the first time, after a change, and once more, slowly, for the memory it holds."""
    follower = SuggestFollower(database, clock=lambda: now)
    first, following = _time(follower.build), _time(follower.build)
    tracemalloc.start()
    traced = SuggestFollower(database, clock=lambda: now)
    traced.build()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    index = follower.current
    return Cost(len(index.articles), len(index.headings), first, following, held / 2**20)


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
