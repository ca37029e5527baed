"""Processes are killed at random moments and at named points; after each, everything is looked at."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import text

from index.doctor.database import examine_database
from index.doctor.generations import examine_generations
from index.doctor.observation import find_wrong
from index.follower import LiveIndex
from index.generation import DAMAGED_PREFIX
from index.lexical import read_terms
from index.snapshot import Snapshot
from kb.backup.copying import DatabaseContents, verify_database
from kb.backup.manifest import DATABASE_FILE, read_manifest, verify_files
from kb.database import Database, open_database
from kb.errors import XianzhiError
from kb.knowledge import list_items
from kb.settings import Settings
from tests.fakes import FakeEncoder

ROOT = Path(__file__).parents[2]
KILLS_A_ROUND = 25  # On one data folder, which grows; the next round begins with an empty one.
# A worker is killed a moment after it has said so many things: how far it gets does not depend on the machine.
MOST_LINES = 8
LINES_WITH_A_FUSE = 60
LONGEST_DELAY_SECONDS = 0.1

Nursery = subprocess.Popen[str]


@dataclass
class KillFigures:
    """What came of the kills; whatever should be nought is in `faults`."""

    kills: int = 0
    points: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_ready_seconds: float = 0.0


@dataclass
class Acknowledged:
    """What the killed processes of a round said they had done."""

    published: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    backups: set[str] = field(default_factory=set)


def kill_many(kills: int, folder: Path, *, seed: int) -> KillFigures:
    """Kill so many workers, in rounds, every second one by a fuse; return what was found after each."""
    figures, choices = KillFigures(), random.Random(seed)
    for start in range(0, kills, KILLS_A_ROUND):
        data = folder / f"round-{start}"
        data.mkdir(parents=True)
        acknowledged = Acknowledged()
        with _open_nursery(data) as nursery:
            for number in range(start, min(start + KILLS_A_ROUND, kills)):
                _kill_one(nursery, number, choices, figures, acknowledged)
                _look(data, figures, acknowledged)
                figures.kills += 1
    return figures


@contextmanager
def _open_nursery(data: Path) -> Iterator[Nursery]:
    command = [sys.executable, "-m", "tests.crash.worker", str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True) as nursery:
        yield nursery
        assert nursery.stdin is not None
        nursery.stdin.close()


def _kill_one(
    nursery: Nursery, number: int, choices: random.Random, figures: KillFigures, acknowledged: Acknowledged
) -> None:
    has_fuse = number % 2 == 1
    lines = LINES_WITH_A_FUSE if has_fuse else choices.randint(0, MOST_LINES)
    point = "random moment"
    for line in _work_and_kill(nursery, f"{number}{'!' if has_fuse else ''}", lines=lines, choices=choices):
        verb, *names = line.split()
        if verb == "at":
            point = f"before {names[0]}"
            continue
        figures.acknowledged[verb] += 1
        held = {
            "published": acknowledged.published,
            "withdrawn": acknowledged.withdrawn,
            "stored": acknowledged.stored,
            "backed-up": acknowledged.backups,
        }.get(verb)
        if held is not None:
            held.add(names[0])
    figures.points[point] += 1


def _work_and_kill(nursery: Nursery, seed: str, *, lines: int, choices: random.Random) -> Iterator[str]:
    """Let a worker say so many lines, kill it a moment later, and yield all that it had said."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{seed}\n")
    nursery.stdin.flush()
    word, worker = nursery.stdout.readline().split()
    assert word == "ready"
    for line in islice(nursery.stdout, lines):
        if line.startswith("dead"):
            assert line == f"dead {-signal.SIGKILL}\n"
            return
        yield line
    # Killed from beside, while what it says is being read.
    delay = choices.uniform(0, LONGEST_DELAY_SECONDS)
    killer = threading.Timer(delay, os.kill, (int(worker), signal.SIGKILL))
    killer.start()
    for line in nursery.stdout:
        if line.startswith("dead"):
            killer.cancel()
            assert line == f"dead {-signal.SIGKILL}\n"
            return
        yield line


def _look(data: Path, figures: KillFigures, acknowledged: Acknowledged) -> None:
    """Open what the killed process left, as the next process would, and note every fault."""
    settings = Settings(_env_file=None, data_dir=data, database_url="")
    start = time.perf_counter()
    with open_database(settings) as database:
        live = LiveIndex(database, FakeEncoder(), settings.generations_dir)
        try:
            snapshot = live.open()
            figures.slowest_ready_seconds = max(figures.slowest_ready_seconds, time.perf_counter() - start)
            figures.faults += _find_faults(database, live, snapshot, acknowledged)
        finally:
            live.close()
    figures.faults += _find_faults_beside(data, acknowledged)


def _find_faults(database: Database, live: LiveIndex, snapshot: Snapshot, acknowledged: Acknowledged) -> Iterator[str]:
    digest = live.encoder.fingerprint.digest()
    observations = [*examine_database(database), *examine_generations(database, live.folder, encoder=digest)]
    yield from (one.what for one in find_wrong(observations))
    # A kill leaves scratch behind, never a generation in part.
    yield from (f"{path.name} was there in part" for path in live.folder.glob(f"{DAMAGED_PREFIX}*"))
    entries, alive = snapshot.catalogue.entries, snapshot.catalogue.alive
    indexed = {(entries[int(n)].key, entries[int(n)].audience) for n in alive.nonzero()[0]}
    with database.read() as session:
        if indexed != {(item.key, item.audience) for item in list_items(session)}:
            yield "the index differs from the database"
        withdrawn = set(
            session.scalars(text("SELECT article_id FROM article_versions WHERE status = 'withdrawn'")).all()
        )
    for name in sorted(acknowledged.withdrawn - withdrawn):
        yield f"the withdrawal of {name} is lost"
    # A withdrawal may have been committed and not yet told.
    for name in sorted(acknowledged.published - withdrawn):
        owners, _ = snapshot.lexical_full.find_identifiers(read_terms(f"QX-{name[1:]}"), limit=5)
        if name not in {entries[owner].key.id for owner in owners.tolist()}:
            yield f"{name} is lost"


def _find_faults_beside(data: Path, acknowledged: Acknowledged) -> Iterator[str]:
    """Yield what is wrong with backups, of which a half one has no name, and with databases killed as they migrated."""
    for folder in (data / "backups").glob("s*"):
        try:
            manifest = read_manifest(folder)
            verify_files(folder, manifest)
            verify_database(folder / DATABASE_FILE, DatabaseContents(manifest.schema, manifest.tables))
        except XianzhiError as error:
            yield error.message
    yield from (f"backup {name} is lost" for name in acknowledged.backups if not (data / "backups" / name).is_dir())
    for path in (data / "old").glob("*.db"):
        old = Database(f"sqlite:///{path}")
        try:
            old.migrate()
            yield from (f"{path.name}: {one.what}" for one in find_wrong(examine_database(old)))
            if path.name in acknowledged.stored and old.read_number("SELECT COUNT(*) FROM customers") != 1:
                yield f"{path.name} has lost its row"
        finally:
            old.close()
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
    acknowledged.stored.clear()
