"""The process that runs on a small disk: fills it in the middle of its work, then makes room again."""

from __future__ import annotations

import contextlib
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import OperationalError

from index.build import Builder
from index.generation import list_generations, read_manifest, verify_generation
from kb.database import Database
from tests.fakes import Desk, make_article

NOW = datetime(2026, 11, 15, tzinfo=UTC)
ARTICLES = 20
LONG = "发票" * 5_000


def main(folder: Path) -> None:
    """Assert that nothing is lost and that matches go on."""
    database = Database(f"sqlite:///{folder / 'kb.db'}")
    database.migrate()
    desk = Desk(database, folder / "generations", now=NOW)
    desk.save(*(make_article(id=f"a{n}", title=f"型号 QX-{n}00", body=LONG[:500]) for n in range(ARTICLES)))
    assert desk.find("QX-700")[0] == "a7"
    # Room for one more change in the database, none for what the index makes of it.
    desk.save(make_article(id="last", title="型号 QX-9900", body=LONG))
    filler = folder / "filler"
    fill_disk(filler)
    assert desk.find("QX-700")[0] == "a7"
    for number in range(2):
        assert not try_save(desk, f"refused-{number}")
        assert not try_build(desk)
        assert desk.find("QX-700")[0] == "a7"
    # No build in part: whatever generation there is, is whole.
    for path in list_generations(desk.live.folder):
        verify_generation(path, read_manifest(path))
    filler.unlink()
    desk.live.retry_seconds = 0.0
    assert desk.live.snapshot(wait=True).revision == ARTICLES + 1
    assert desk.find("QX-9900")[0] == "last"
    assert try_save(desk, "later")
    assert try_build(desk)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        saved = set(connection.exec_driver_sql("SELECT id FROM articles").scalars())
    assert saved == {"last", "later", *(f"a{n}" for n in range(ARTICLES))}
    desk.live.close()
    sys.stdout.write("all well\n")


def fill_disk(filler: Path) -> None:
    """Write until nothing more fits."""
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4_096)


def try_save(desk: Desk, article_id: str) -> bool:
    """Save an article; tell whether it was acknowledged."""
    try:
        desk.save(make_article(id=article_id, body=LONG))
    except OperationalError:
        return False
    return True


def try_build(desk: Desk) -> bool:
    """Build a generation; tell whether it was published."""
    try:
        Builder(desk.database, desk.encoder, desk.live.folder).build(now=NOW)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))
