"""What customers read in place of the body: an upgrade makes no new versions of what has none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import text

from kb.articles.models import Article, Audience, hash_article
from kb.articles.passages import make_article_item
from kb.articles.repository import find_article
from kb.articles.service import save_article
from kb.changes import SaveResult
from kb.database import Database
from kb.transfer.importer import import_path
from tests.fakes import make_article

ZONE = ZoneInfo("Asia/Shanghai")
# Of `make_article()`, as it was before articles had a `public_body`.
OLD_HASH = "ce9ceabf65ab9544f179b1ff940c4591a8779dce596708d9875e90cb86f9c2b5"
OLD_EXPORT = (
    '{"id": "returns-7-days", "version": 1, "title": "七天无理由退货", "questions": ["不想要了能退吗"], '
    '"body": "签收后七天内可以退货。", "reply": null, "category": ["售后", "退货"], "tags": [], "products": [], '
    '"applies_when": null, "audience": "public", "effective_from": null, "effective_to": null, "basis": "now", '
    '"status": "published", "source": null, "owner": null, "language": "zh"}\n'
)
OLD_ROWS = (
    "INSERT INTO articles (id, created_at) VALUES ('returns-7-days', :now)",
    "INSERT INTO article_versions (article_id, version, title, questions, body, category, tags, products, audience, "
    "basis, status, language, content_hash, created_at) VALUES ('returns-7-days', 1, '七天无理由退货', "
    """'["不想要了能退吗"]', '签收后七天内可以退货。', '["售后", "退货"]', '[]', '[]', 'public', 'now', 'published', """
    "'zh', :hash, :now)",
)


@pytest.fixture
def upgraded(tmp_path: Path, now: datetime) -> Iterator[Database]:
    """A database that held an article before the column was there."""
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    command.upgrade(database._alembic_config(), "0010")
    with database.engine.begin() as connection:
        for statement in OLD_ROWS:
            values = {"now": now.replace(tzinfo=None), "hash": OLD_HASH}
            connection.execute(text(statement), {n: v for n, v in values.items() if f":{n}" in statement})
    database.migrate()
    yield database
    database.close()


def save(database: Database, article: Article, now: datetime) -> SaveResult:
    """Save an article in a transaction of its own."""
    with database.write() as session:
        return save_article(session, article, now=now)


def list_public_bodies(database: Database) -> list[str | None]:
    """Return what customers read of each version in place of its body."""
    with database.read() as session:
        row = find_article(session, "returns-7-days")
        assert row is not None
        return [version.public_body for version in row.versions]


def test_an_article_without_one_keeps_the_hash_it_had() -> None:
    assert hash_article(make_article()) == OLD_HASH
    assert hash_article(make_article(public_body="七天内可以退。")) != OLD_HASH


def test_what_was_stored_before_is_known_again_after_the_upgrade(upgraded: Database, now: datetime) -> None:
    assert save(upgraded, make_article(), now) is SaveResult.UNCHANGED
    assert list_public_bodies(upgraded) == [None]


def test_an_export_from_before_changes_nothing_after_the_upgrade(
    upgraded: Database, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "articles.jsonl").write_text(OLD_EXPORT, encoding="utf-8")
    report = import_path(upgraded, tmp_path / "articles.jsonl", zone=ZONE, now=now)
    assert report.refused_rows == ()
    assert list_public_bodies(upgraded) == [None]


def test_what_customers_read_is_content_and_makes_a_version(upgraded: Database, now: datetime) -> None:
    article = make_article(public_body="七天内可以退。")
    assert save(upgraded, article, now) is SaveResult.CHANGED
    assert save(upgraded, article, now) is SaveResult.UNCHANGED
    assert list_public_bodies(upgraded) == [None, "七天内可以退。"]


def test_what_customers_read_is_not_indexed() -> None:
    told = make_article(public_body="七天内可以退。", audience=Audience.PUBLIC)
    assert make_article_item(told) == make_article_item(make_article())


def test_migration_can_be_undone(upgraded: Database, now: datetime) -> None:
    save(upgraded, make_article(public_body="七天内可以退。"), now)
    command.downgrade(upgraded._alembic_config(), "0010")
    with upgraded.engine.connect() as connection:
        columns = [row.name for row in connection.execute(text("PRAGMA table_info(article_versions)"))]
        count = connection.execute(text("SELECT count(*) FROM article_versions")).scalar_one()
    assert "public_body" not in columns
    assert count == 2
