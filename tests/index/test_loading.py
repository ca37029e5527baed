"""The last check before a text is shown: it is made again on what the database says."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.dialects import sqlite

from index.loading import ARTICLES, load_items
from kb.articles.models import ArticleStatus, Audience
from kb.articles.service import withdraw_article
from kb.changes import ItemKind
from kb.items import ItemKey
from tests.fakes import Desk, make_article, make_case

PUBLIC, INTERNAL, DRAFT, GONE = (ItemKey(ItemKind.ARTICLE, name, 1) for name in ("public", "internal", "draft", "gone"))
CASE = ItemKey(ItemKind.CASE, "case-1", 1)
NEVER = [ItemKey(ItemKind.ARTICLE, "public", 2), ItemKey(ItemKind.ARTICLE, "case-1", 1), ItemKey(ItemKind.CASE, "x", 1)]


@pytest.fixture
def filled(desk: Desk, now: datetime) -> Desk:
    """An item of every kind."""
    desk.save(
        make_article(id="public"),
        make_article(id="internal", audience=Audience.INTERNAL),
        make_article(id="draft", status=ArticleStatus.DRAFT),
        make_article(id="gone"),
        make_case(),
    )
    with desk.database.write() as session:
        withdraw_article(session, "gone", now=now)
    return desk


@pytest.mark.parametrize(
    ("audience", "expected"), [(Audience.PUBLIC, {PUBLIC}), (Audience.INTERNAL, {PUBLIC, INTERNAL, CASE})]
)
def test_only_published_items_of_the_audience_are_loaded_whatever_is_named(
    filled: Desk, audience: Audience, expected: set[ItemKey]
) -> None:
    with filled.database.read() as session:
        loaded = load_items(session, [PUBLIC, INTERNAL, DRAFT, GONE, CASE, *NEVER], audience=audience)
        assert load_items(session, [], audience=audience) == {}
    assert set(loaded) == expected
    assert all(key == item.key for key, item in loaded.items())


def test_named_version_is_the_one_loaded(filled: Desk) -> None:
    filled.save(make_article(id="public", title="第二版"))
    with filled.database.read() as session:
        loaded = load_items(session, [PUBLIC, ItemKey(ItemKind.ARTICLE, "public", 2)], audience=Audience.PUBLIC)
    assert [item.title for item in loaded.values()] == ["七天无理由退货", "第二版"]


def test_what_is_named_is_found_by_its_id_whatever_else_is_published(filled: Desk) -> None:
    text = str(
        ARTICLES.params(ids=["public"]).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    )
    with filled.database.read() as session:
        plan = [str(row[-1]) for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    assert plan
    assert all("(article_id=?)" in step for step in plan)
