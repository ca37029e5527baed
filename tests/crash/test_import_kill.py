"""An import that is killed at any moment leaves a whole database, and running it again completes it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from kb.articles.models import ArticleVersionRow
from kb.cases.models import CaseRow
from kb.changes import ChangeRow, ItemKind
from kb.database import Database
from kb.transfer.importer import ROWS_PER_TRANSACTION, import_path

ROUNDS = 8
KILLS_PER_ROUND = 5
ARTICLES, CASES = 1_000, 1_000
# About what a whole import takes; later kills of a round find it further on.
LONGEST_DELAY_SECONDS = 0.7

pytestmark = pytest.mark.crash


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of articles and cases, each with an id of its own."""
    folder = tmp_path_factory.mktemp("import")
    articles = [{"id": f"a{n}", "title": f"标题 {n}", "body": f"正文 {n}。" * 20} for n in range(ARTICLES)]
    cases = [{"id": f"c{n}", "question": f"问题 {n}", "solution": f"办法 {n}"} for n in range(CASES)]
    for name, rows in (("articles", articles), ("cases", cases)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_killed_import_is_completed_by_the_next(tmp_path: Path, folder: Path, seed: int) -> None:
    moments = random.Random(seed)
    url = f"sqlite:///{tmp_path / 'kb.db'}"
    done = 0
    for _ in range(KILLS_PER_ROUND):
        _import_and_kill(url, folder, delay_seconds=moments.uniform(0, LONGEST_DELAY_SECONDS))
        done = _check_whole(url, at_least=done)
    database = Database(url)
    database.migrate()
    report = import_path(database, folder, zone=ZoneInfo("Asia/Shanghai"), now=datetime(2026, 11, 16, tzinfo=UTC))
    assert (report.added, report.changed, report.refused) == (ARTICLES + CASES - done, 0, 0)
    assert report.unchanged == done
    database.close()
    assert _check_whole(url, at_least=ARTICLES + CASES) == ARTICLES + CASES


def _import_and_kill(url: str, folder: Path, *, delay_seconds: float) -> None:
    command = [sys.executable, "-m", "tests.crash.import_child", url, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        try:
            assert child.wait(timeout=delay_seconds) == 0
        except subprocess.TimeoutExpired:
            child.kill()


def _check_whole(url: str, *, at_least: int) -> int:
    """Assert that nothing is damaged, doubled or lost; return how many rows are in."""
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        if not database.is_migrated():
            assert at_least == 0
            return 0
        return _check_rows(database, at_least=at_least)
    finally:
        database.close()


def _check_rows(database: Database, *, at_least: int) -> int:
    with database.read() as session:
        versions = session.execute(
            select(ArticleVersionRow.article_id, ArticleVersionRow.version).order_by(ArticleVersionRow.row_id)
        ).all()
        cases = sorted(session.scalars(select(CaseRow.id)), key=lambda case_id: int(case_id[1:]))
        changes = session.execute(
            select(ChangeRow.revision, ChangeRow.kind, ChangeRow.item_id).order_by(ChangeRow.revision)
        ).all()
    # What is in is what stands first in the files, each row once, in whole batches.
    assert [tuple(row) for row in versions] == [(f"a{n}", 1) for n in range(len(versions))]
    assert cases == [f"c{n}" for n in range(len(cases))]
    assert not cases or len(versions) == ARTICLES
    for count, total in ((len(versions), ARTICLES), (len(cases), CASES)):
        assert count == total or count % ROWS_PER_TRANSACTION == 0
    logged = [(ItemKind.ARTICLE, article_id) for article_id, _ in versions]
    logged += [(ItemKind.CASE, case_id) for case_id in cases]
    assert [tuple(row) for row in changes] == [(n, *item) for n, item in enumerate(logged, start=1)]
    assert len(logged) >= at_least
    return len(logged)
