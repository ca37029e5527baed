"""The processes that are killed: a nursery that loads everything once, and workers that it forks."""

from __future__ import annotations

import json
import os
import random
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

from alembic import command
from sqlalchemy import text

from index.build import Builder
from index.follower import LiveIndex
from kb.articles.service import save_article, withdraw_article
from kb.backup.making import make_backup
from kb.database import Database
from kb.settings import Settings
from kb.text.segment import warm_up
from kb.transfer.importer import import_path
from tests.crash.fuse import choose_fuse
from tests.fakes import FakeEncoder, make_article

NOW = datetime(2026, 11, 15, tzinfo=UTC)
IMPORTED = 12
OLD_SCHEMA = "0004"
OLD_ROW = "INSERT INTO customers (id, phone, region, content_hash) VALUES ('C1', '13800001037', '[]', '')"


def say(*words: object) -> None:
    """Tell the parent in one write, which a kill cannot cut in two; what is told has been committed."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


@dataclass
class Worker:
    """Does one thing after the other on a data folder, and says what is done."""

    data: Path
    seed: str
    choices: random.Random
    settings: Settings = field(init=False)
    database: Database = field(init=False)
    live: LiveIndex = field(init=False)
    numbers: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.settings = Settings(_env_file=None, data_dir=self.data, database_url="")
        self.database = Database(self.settings.resolved_database_url)

    def run(self) -> NoReturn:
        """Work until killed."""
        self.database.migrate()
        self.live = LiveIndex(self.database, FakeEncoder(), self.settings.generations_dir)
        self.live.open()
        works = (self.publish, self.publish, self.bring_in, self.build, self.compact, self.back_up, self.migrate)
        while True:
            self.choices.choice(works)()
            self.live.snapshot()

    def name(self) -> str:
        """Return a new article's id."""
        return f"s{self.seed}n{next(self.numbers)}"

    def publish(self) -> None:
        """Publish an article, and withdraw it now and then."""
        article_id = self.name()
        with self.database.write() as session:
            save_article(session, make_article(id=article_id, title=f"型号 QX-{article_id[1:]}"), now=NOW)
        say("published", article_id)
        if self.choices.random() < 0.3:
            with self.database.write() as session:
                withdraw_article(session, article_id, now=NOW)
            say("withdrawn", article_id)

    def bring_in(self) -> None:
        """Import a file of articles."""
        names = [self.name() for _ in range(IMPORTED)]
        file = self.data / f"import-{self.seed}.jsonl"
        rows = ({"id": name, "title": f"型号 QX-{name[1:]}", "body": "正文。"} for name in names)
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        import_path(self.database, file, zone=ZoneInfo("Asia/Shanghai"), now=NOW)
        for name in names:
            say("published", name)

    def build(self) -> None:
        """Build a generation, which prunes older ones."""
        Builder(self.database, self.live.encoder, self.live.folder).build(now=NOW)
        say("built")

    def compact(self) -> None:
        """Write the database's journal back into its file."""
        with self.database.write():
            pass
        with self.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        say("compacted")

    def back_up(self) -> None:
        """Make a backup."""
        target = self.data / "backups" / self.name()
        make_backup(self.database, self.settings, target, now=NOW, on_progress=lambda step, done, total: None)
        say("backed-up", target.name)

    def migrate(self) -> None:
        """Bring an older database up to date."""
        old = Database(f"sqlite:///{self.data / 'old' / self.name()}.db")
        command.upgrade(old._alembic_config(), OLD_SCHEMA)
        with old.write() as session:
            session.execute(text(OLD_ROW))
        say("stored", Path(str(old.url.database)).name)
        old.migrate()
        old.close()


def main(data: str) -> None:
    """Fork a worker for each seed read, and say how it died; a seed that ends in `!` carries a fuse."""
    warm_up()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            seed = line.strip()
            choices = random.Random(seed)
            say("ready", os.getpid())
            worker = Worker(Path(data), seed.rstrip("!"), choices)
            if seed.endswith("!"):
                choose_fuse(choices).light(worker.database.engine)
            worker.run()
        _, status = os.waitpid(child, 0)
        say("dead", os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(*sys.argv[1:])
