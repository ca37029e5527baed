"""Files of generations are flipped, cut, swapped and renamed; a damaged one must never be served."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from index.build import Builder
from index.doctor.generations import examine_generations
from index.doctor.observation import Repair, find_wrong
from index.follower import LiveIndex
from index.generation import list_generations
from index.lexical import TermLimits
from kb.articles.service import save_article
from kb.database import Database
from kb.knowledge import list_items
from tests.fakes import FakeEncoder, make_article

NOW = datetime(2026, 11, 15, tzinfo=UTC)
ARTICLES = 60
# Every so often the older generation is damaged too, and the index is built from the database.
BOTH_DAMAGED_EVERY = 10


@dataclass
class DamageFigures:
    """What came of the damages; `faults` should be empty."""

    damages: Counter[str] = field(default_factory=Counter)
    older_served: int = 0
    rebuilt: int = 0
    faults: list[str] = field(default_factory=list)


Damage = Callable[[Path, random.Random], None]


def flip_bit(generation: Path, choices: random.Random) -> None:
    """Turn one bit of one file; of large files as often as of small ones."""
    path = _choose_file(generation, choices)
    content = bytearray(path.read_bytes())
    content[choices.randrange(len(content))] ^= 1 << choices.randrange(8)
    _replace(path, bytes(content))


def truncate(generation: Path, choices: random.Random) -> None:
    """Cut one file off."""
    path = _choose_file(generation, choices)
    content = path.read_bytes()
    _replace(path, content[: choices.randrange(len(content))])


def swap(generation: Path, choices: random.Random) -> None:
    """Put the older generation's file, or another of its own, in a file's place."""
    (older,) = (path for path in list_generations(generation.parent) if path != generation)
    path = _choose_file(generation, choices)
    others = [older / path.relative_to(generation), *_list_files(generation)]
    content = path.read_bytes()
    different = [other for other in others if other.is_file() and other.read_bytes() != content]
    _replace(path, choices.choice(different).read_bytes())


def rename(generation: Path, choices: random.Random) -> None:
    """Put the older generation, whole as it is, in the newest one's place."""
    (older,) = (path for path in list_generations(generation.parent) if path != generation)
    shutil.rmtree(generation)
    shutil.copytree(older, generation)


DAMAGES: dict[str, Damage] = {"flip": flip_bit, "truncation": truncate, "swap": swap, "rename": rename}


def damage_many(counts: dict[str, int], folder: Path, *, seed: int) -> DamageFigures:
    """Damage a generation so many times in each way, open the index each time, and return what was served."""
    figures, choices = DamageFigures(), random.Random(seed)
    folder.mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'kb.db'}")
    database.migrate()
    encoder = FakeEncoder()
    original = folder / "original"
    for part in range(2):  # Two generations that differ in every file.
        with database.write() as session:
            for number in range(part, ARTICLES, 2):
                save_article(session, make_article(id=f"a{number}", title=f"青柚极光锅 QX-{number}"), now=NOW)
        large = TermLimits(rows_from=ARTICLES)  # With the files that only large bases have.
        Builder(database, encoder, original, coded_from=ARTICLES, term_limits=large).build(now=NOW)
    try:
        for kind, count in counts.items():
            for number in range(count):
                work = folder / "work"
                shutil.copytree(original, work / "generations", copy_function=os.link)
                newest, older = list_generations(work / "generations")
                both = number % BOTH_DAMAGED_EVERY == 0 and kind in ("flip", "truncation")
                for generation in (newest, older) if both else (newest,):
                    DAMAGES[kind](generation, choices)
                figures.damages[kind] += 1
                figures.faults += (f"{fault} after a {kind}" for fault in _look(database, newest, older, figures))
                shutil.rmtree(work)
    finally:
        database.close()
    return figures


def _look(database: Database, newest: Path, older: Path, figures: DamageFigures) -> Iterator[str]:
    """Open the index and yield what should not be; what is whole may be served, of what is there."""
    encoder, folder = FakeEncoder(), newest.parent
    told = find_wrong(examine_generations(database, folder, encoder=encoder.fingerprint.digest()))
    damaged = {one.subject for one in told if one.repair is Repair.SET_ASIDE}
    if newest.name not in damaged:
        yield f"the doctor saw nothing wrong with {newest.name}"
    live = LiveIndex(database, encoder, folder)
    try:
        snapshot = live.open()
        if snapshot.generation in {newest.name, *damaged}:
            yield f"{snapshot.generation} was served"
        figures.older_served += snapshot.generation == older.name
        figures.rebuilt += snapshot.generation not in (older.name, newest.name)
        entries, alive = snapshot.catalogue.entries, snapshot.catalogue.alive
        with database.read() as session:
            if {entries[int(n)].key for n in alive.nonzero()[0]} != {item.key for item in list_items(session)}:
                yield "the index differs from the database"
    finally:
        live.close()


def _list_files(generation: Path) -> list[Path]:
    return sorted(path for path in generation.rglob("*") if path.is_file() and path.stat().st_size)


def _choose_file(generation: Path, choices: random.Random) -> Path:
    return choices.choice(_list_files(generation))


def _replace(path: Path, content: bytes) -> None:
    """Write a file anew: the old one is linked to the original."""
    path.unlink()
    path.write_bytes(content)
