"""Transactions, the change log and the identity, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kb.articles.repository import find_article
from kb.articles.service import save_article
from kb.changes import ItemKind, get_revision, list_changed, record_change
from kb.database import Database
from kb.identity import ensure_identity
from tests.fakes import make_article


def test_a_new_database_is_migrated_and_at_revision_zero(database: Database) -> None:
    assert database.is_migrated()
    with database.read() as session:
        assert get_revision(session) == 0


def test_a_failed_write_leaves_nothing_behind(database: Database, now: datetime) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            save_article(session, make_article(), now=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with database.read() as session:
        assert get_revision(session) == 0


def test_each_changed_item_is_listed_once_in_order_of_its_last_change(database: Database, now: datetime) -> None:
    with database.write() as session:
        for item_id in ("a", "b", "a"):
            record_change(session, ItemKind.ARTICLE, item_id, now=now)
            session.flush()
    with database.read() as session:
        assert list_changed(session, after=0, up_to=3) == [(ItemKind.ARTICLE, "b"), (ItemKind.ARTICLE, "a")]
        assert list_changed(session, after=3, up_to=3) == []


def test_a_reader_sees_one_moment_while_another_writes(database: Database, now: datetime) -> None:
    with database.read() as reader:
        before = get_revision(reader)
        with database.write() as session:
            save_article(session, make_article(), now=now)
        if database.is_sqlite:
            assert get_revision(reader) == before
    with database.read() as reader:
        assert get_revision(reader) == 1


def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database, now: datetime) -> None:
    with database.write() as session:
        save_article(session, make_article(effective_from=now), now=now)
    with database.read() as session:
        article = find_article(session, "returns-7-days")
        assert article is not None
        assert article.versions[0].effective_from == datetime(2026, 11, 15, 2, 0, tzinfo=UTC)


def test_a_database_keeps_its_identity(database: Database) -> None:
    assert ensure_identity(database) == ensure_identity(database)
