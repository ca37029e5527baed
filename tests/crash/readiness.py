"""How long until a large knowledge base answers again, after a kill and after damage."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from index.build import Builder
from index.follower import LiveIndex
from index.generation import PASSAGES_FILE, list_generations
from index.matcher import Matcher, Surroundings
from index.opening import open_encoder
from index.solutions import MatchRequest
from kb.articles.models import Audience
from kb.articles.service import save_article
from kb.database import Database
from kb.settings import Settings
from kb.transfer.importer import import_path
from tests.fakes import FakeEncoder, FixedClock, make_article

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 15, tzinfo=UTC)
SUBJECTS = ("热水器", "电饭煲", "耳机", "发票", "优惠券", "快递", "保修", "退货", "换货", "安装")
CHANGED = 20  # Articles that were saved after the newest generation.


class Work(StrEnum):
    """What a process of this module does."""

    SERVE = "serve"
    SERVE_BARE = "serve-bare"  # Without loading the real encoder.
    BUILD = "build"


class WideEncoder(FakeEncoder):
    """A stand-in with vectors as wide as the bundled encoder's: files of the real size, made in no time."""

    dimension = 384
    fingerprint = FakeEncoder.fingerprint.__class__("wide", "0" * 64, dimension, "", "", "sum", True, "float32")


@dataclass(frozen=True, slots=True)
class Readiness:
    """Seconds from starting a process to its first answer, and those that it had a processor for."""

    after: str
    seconds: float
    processor_seconds: float
    generation: str


def measure_readiness(passages: int, folder: Path, *, work: Work = Work.SERVE) -> Iterator[Readiness]:
    """Yield how long a fresh process takes to its first answer in each situation, on a base of so many passages."""

    def start(after: str) -> Readiness:
        return _start(work, folder, after=after)

    folder.mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'kb.db'}")
    database.migrate()
    _fill(database, passages, folder)
    encoder, generations = WideEncoder(), folder / "generations"
    Builder(database, encoder, generations).build(now=NOW)
    yield start("a normal stop")
    with database.write() as session:
        for number in range(CHANGED):
            save_article(session, make_article(id=f"new-{number}", title=f"新条目 {number}"), now=NOW)
    yield start(f"a kill while serving, {CHANGED} changes not yet in a generation")
    _kill_while_building(folder)
    yield start("a kill while building")
    Builder(database, encoder, generations).build(now=NOW)
    _damage(list_generations(generations)[0])
    yield start("damage of the newest generation")
    for generation in list_generations(generations):
        _damage(generation)
    yield start("damage of every generation (built anew)")
    database.close()


def _fill(database: Database, passages: int, folder: Path) -> None:
    file = folder / "articles.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for number in range(passages):
            subject = SUBJECTS[number % len(SUBJECTS)]
            row = {
                "id": f"a{number}",
                "title": f"{subject}型号 QX-{number} 怎么处理",
                "body": f"{subject}编号 {number}：签收后七天内可以办理，由客服核对订单和付款方式以后登记。",
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    import_path(database, file, zone=ZoneInfo("Asia/Shanghai"), now=NOW)


def _start(work: Work, folder: Path, *, after: str) -> Readiness:
    command = [sys.executable, "-m", "tests.crash.readiness", work, str(folder)]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        word, generation, processor = process.stdout.readline().split()
        seconds = time.perf_counter() - start
        assert word == "ready"
        process.kill()
    return Readiness(after, seconds, float(processor), generation)


def _kill_while_building(folder: Path) -> None:
    command = [sys.executable, "-m", "tests.crash.readiness", Work.BUILD, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        os.kill(process.pid, signal.SIGKILL)


def _damage(generation: Path) -> None:
    path = generation / PASSAGES_FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def main(work: Work, folder: Path) -> None:
    """Be the process that is measured, or the one that is killed."""
    database = Database(f"sqlite:///{folder / 'kb.db'}")
    if work is Work.BUILD:

        def show(step: str, done: int, total: int) -> None:
            if step == "terms":
                sys.stdout.write("writing\n")
                sys.stdout.flush()

        Builder(database, WideEncoder(), folder / "generations").build(now=NOW, on_progress=show)
        return
    database.migrate()
    if work is Work.SERVE:
        # As serving would, so that its time is in the figure; what is searched are the stand-in's vectors.
        open_encoder(Settings()).encode_questions(["退货"])
    live = LiveIndex(database, WideEncoder(), folder / "generations")
    live.open()
    surroundings = Surroundings(FixedClock(NOW), ZoneInfo("Asia/Shanghai"), thresholds=dict.fromkeys(Audience, 0.5))
    matcher = Matcher(live, surroundings)
    matcher.warm_up()
    answer = matcher.match(MatchRequest("型号 QX-77 怎么处理"))
    assert answer.solutions[0].id == "a77"
    sys.stdout.write(f"ready {answer.generation} {time.process_time():.2f}\n")
    sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    main(Work(sys.argv[1]), Path(sys.argv[2]))
