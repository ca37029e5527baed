"""Saving articles: versions, statuses, history."""

from __future__ import annotations

from datetime import datetime

import pytest

from kb.articles.models import Article, ArticleStatus
from kb.articles.repository import find_article, list_published
from kb.articles.service import VersionIsHistory, save_article, withdraw_article
from kb.changes import SaveResult, get_revision
from kb.database import Database
from kb.errors import ArticleNotFound
from tests.fakes import make_article


def _save(database: Database, article: Article, now: datetime) -> SaveResult:
    with database.write() as session:
        return save_article(session, article, now=now)


def _get_versions(database: Database) -> list[tuple[int, str, str]]:
    with database.read() as session:
        row = find_article(session, "returns-7-days")
        assert row is not None
        return [(version.version, version.body, version.status) for version in row.versions]


def test_new_content_makes_a_new_version_and_keeps_the_old(database: Database, now: datetime) -> None:
    assert _save(database, make_article(body="七天"), now) is SaveResult.ADDED
    assert _save(database, make_article(body="十五天"), now) is SaveResult.CHANGED
    assert _get_versions(database) == [(1, "七天", "published"), (2, "十五天", "published")]


def test_known_content_changes_nothing(database: Database, now: datetime) -> None:
    _save(database, make_article(), now)
    assert _save(database, make_article(), now) is SaveResult.UNCHANGED
    with database.read() as session:
        assert get_revision(session) == 1


def test_the_same_moment_in_another_zone_is_the_same_content(database: Database, now: datetime) -> None:
    _save(database, make_article(effective_from="2026-11-01T08:00:00+08:00"), now)
    assert _save(database, make_article(effective_from="2026-11-01T00:00:00Z"), now) is SaveResult.UNCHANGED


def test_a_change_of_status_makes_no_version_but_is_a_change(database: Database, now: datetime) -> None:
    _save(database, make_article(status="draft"), now)
    assert _save(database, make_article(status="published"), now) is SaveResult.CHANGED
    assert _get_versions(database) == [(1, "签收后七天内可以退货。", "published")]
    with database.read() as session:
        assert get_revision(session) == 2


def test_an_old_version_with_other_content_is_refused(database: Database, now: datetime) -> None:
    _save(database, make_article(version=1, body="七天"), now)
    _save(database, make_article(version=2, body="十五天"), now)
    with pytest.raises(VersionIsHistory, match="as version 3"):
        _save(database, make_article(version=1, body="三十天"), now)


def test_an_old_version_with_its_own_content_is_unchanged(database: Database, now: datetime) -> None:
    _save(database, make_article(version=1, body="七天"), now)
    _save(database, make_article(version=2, body="十五天"), now)
    assert _save(database, make_article(version=1, body="七天"), now) is SaveResult.UNCHANGED


def test_an_edited_latest_version_becomes_the_next(database: Database, now: datetime) -> None:
    _save(database, make_article(version=4, body="七天"), now)
    assert _save(database, make_article(version=4, body="十五天"), now) is SaveResult.CHANGED
    assert [number for number, _, _ in _get_versions(database)] == [4, 5]


def test_a_withdrawn_article_is_never_published(database: Database, now: datetime) -> None:
    _save(database, make_article(body="七天"), now)
    _save(database, make_article(body="十五天"), now)
    with database.write() as session:
        assert withdraw_article(session, "returns-7-days", now=now) is SaveResult.CHANGED
    with database.read() as session:
        assert list(list_published(session)) == []
    assert {status for _, _, status in _get_versions(database)} == {ArticleStatus.WITHDRAWN}


def test_withdrawing_an_unknown_article_says_so(database: Database, now: datetime) -> None:
    with pytest.raises(ArticleNotFound), database.write() as session:
        withdraw_article(session, "nothing", now=now)


@pytest.mark.parametrize("changed", [{}, {"body": "最后一版"}])
def test_article_sent_as_withdrawn_is_withdrawn_with_every_version(
    database: Database, now: datetime, changed: dict[str, str]
) -> None:
    with database.write() as session:
        save_article(session, Article(id="a", title="t", body="第一版"), now=now)
        save_article(session, Article(id="a", title="t", body="第二版"), now=now)
        latest = Article.model_validate({"id": "a", "title": "t", "body": "第二版", "status": "withdrawn", **changed})
        assert save_article(session, latest, now=now) is SaveResult.CHANGED
        assert list(list_published(session)) == []
