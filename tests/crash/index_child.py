"""The processes that the crash test kills: a nursery that loads everything once, and workers that it forks."""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NoReturn

from index.build import Builder
from index.follower import LiveIndex
from kb.articles.service import save_article, withdraw_article
from kb.database import Database
from kb.text.segment import warm_up
from tests.fakes import FakeEncoder, make_article

NOW = datetime(2026, 11, 15, tzinfo=UTC)


def say(*words: object) -> None:
    """Tell the parent in one write, which a kill cannot cut in two; what is told has been committed."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def work(url: str, folder: Path, seed: str) -> NoReturn:
    """Publish and withdraw articles and build generations until killed."""
    choices = random.Random(seed)
    say("ready", os.getpid())
    database, encoder = Database(url), FakeEncoder()
    live = LiveIndex(database, encoder, folder)
    live.open()
    builder = Builder(database, encoder, folder)
    for number in count():
        article_id = f"s{seed}n{number}"
        with database.write() as session:
            save_article(session, make_article(id=article_id, title=f"型号 QX-{seed}-{number}00"), now=NOW)
        say("published", article_id)
        if choices.random() < 0.3:
            with database.write() as session:
                withdraw_article(session, article_id, now=NOW)
            say("withdrawn", article_id)
        if choices.random() < 0.5:
            builder.build(now=NOW)
            say("built")
        live.snapshot()
    raise AssertionError("nobody killed the worker")


def main(url: str, folder: str) -> None:
    """Fork a worker for each seed read, and say how it died."""
    warm_up()
    for seed in sys.stdin:
        worker = os.fork()
        if worker == 0:
            work(url, Path(folder), seed.strip())
        _, status = os.waitpid(worker, 0)
        say("dead", os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(*sys.argv[1:])
