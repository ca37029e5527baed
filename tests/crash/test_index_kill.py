"""An index whose process is killed at any moment opens again, and says what the database says."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pytest

from index.follower import LiveIndex
from index.generation import read_manifest, verify_generation
from index.lexical import read_terms
from index.snapshot import Snapshot
from kb.changes import ItemKind
from kb.database import Database
from kb.items import ItemKey
from kb.knowledge import list_items
from tests.fakes import FakeEncoder

KILLS = 25
# A worker is killed a moment after it has said so many things: how far it gets does not depend on the machine.
MOST_LINES = 8
LONGEST_DELAY_SECONDS = 0.1

pytestmark = pytest.mark.crash

Nursery = subprocess.Popen[str]


@dataclass
class Acknowledged:
    """What the killed processes said they had done."""

    published: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    builds: int = 0

    def add(self, verb: str, name: str = "") -> None:
        """Take one line in."""
        if verb == "published":
            self.published.add(name)
        elif verb == "withdrawn":
            self.withdrawn.add(name)
        self.builds += verb == "built"


@pytest.fixture
def database(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[Database]:
    """An empty database that processes share."""
    shutil.copyfile(empty_sqlite_file, tmp_path / "kb.db")
    database = Database(f"sqlite:///{tmp_path / 'kb.db'}")
    yield database
    database.close()


@pytest.fixture
def nursery(database: Database, tmp_path: Path) -> Iterator[Nursery]:
    """The process that forks workers."""
    url = database.url.render_as_string()
    command = [sys.executable, "-m", "tests.crash.index_child", url, str(tmp_path / "generations")]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def test_killed_index_opens_whole_and_finds_what_was_acknowledged(
    database: Database, nursery: Nursery, tmp_path: Path
) -> None:
    moments, acknowledged = random.Random(20261115), Acknowledged()
    for seed in range(KILLS):
        lines, delay = moments.randint(0, MOST_LINES), moments.uniform(0, LONGEST_DELAY_SECONDS)
        for line in work_and_kill(nursery, seed, lines=lines, delay_seconds=delay):
            acknowledged.add(*line.split())
        check_index(database, tmp_path / "generations", acknowledged)
    # Four lines a worker on average, of which every second article has a build behind it.
    assert len(acknowledged.published) > KILLS
    assert acknowledged.builds > KILLS / 5
    assert acknowledged.withdrawn


def work_and_kill(nursery: Nursery, seed: int, *, lines: int, delay_seconds: float) -> Iterator[str]:
    """Let a worker say so many lines, kill it a moment later, and yield all that it had acknowledged."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{seed}\n")
    nursery.stdin.flush()
    word, worker = nursery.stdout.readline().split()
    assert word == "ready"
    yield from islice(nursery.stdout, lines)
    # Killed from beside, while what it says is being read.
    killer = threading.Timer(delay_seconds, os.kill, (int(worker), signal.SIGKILL))
    killer.start()
    for line in nursery.stdout:
        if line.startswith("dead"):
            killer.cancel()
            assert line == f"dead {-signal.SIGKILL}\n"
            return
        yield line


def check_index(database: Database, folder: Path, acknowledged: Acknowledged) -> None:
    """Assert that a new process opens an index that equals the database, with all that was acknowledged."""
    live = LiveIndex(database, FakeEncoder(), folder)
    try:
        snapshot = live.open()
        generation = folder / snapshot.generation
        verify_generation(generation, read_manifest(generation))
        # A kill leaves scratch behind, never a generation in part.
        assert list(folder.glob("damaged-*")) == []
        entries, alive = snapshot.catalogue.entries, snapshot.catalogue.alive
        indexed = {(entries[int(n)].key, entries[int(n)].audience) for n in alive.nonzero()[0]}
        with database.read() as session:
            assert indexed == {(item.key, item.audience) for item in list_items(session)}
        check_found(database, snapshot, {key for key, _ in indexed}, acknowledged)
    finally:
        live.close()


def check_found(database: Database, snapshot: Snapshot, indexed: set[ItemKey], acknowledged: Acknowledged) -> None:
    """Assert that every acknowledged article is found by its terms, and no withdrawn one is."""
    for article_id in acknowledged.published:
        seed, number = article_id[1:].split("n")
        owners, _ = snapshot.lexical_full.find_identifiers(read_terms(f"QX-{seed}-{number}00"), limit=5)
        found = {snapshot.catalogue.entries[owner].key.id for owner in owners.tolist()}
        # A withdrawal may have been committed and not yet told.
        is_gone = article_id in acknowledged.withdrawn or is_withdrawn(database, article_id)
        assert (article_id in found) == (ItemKey(ItemKind.ARTICLE, article_id, 1) in indexed) == (not is_gone)


def is_withdrawn(database: Database, article_id: str) -> bool:
    """Tell whether the database says that an article was withdrawn."""
    with database.engine.connect() as connection:
        query = "SELECT status FROM article_versions WHERE article_id = ?"
        return connection.exec_driver_sql(query, (article_id,)).scalar() == "withdrawn"
