"""A database filled with many new articles at once, as saving them one by one would have left it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import insert
from sqlalchemy.orm import Session

from kb.articles.models import Article, ArticleRow, ArticleVersionRow, hash_article
from kb.articles.repository import CONTENT_FIELDS
from kb.changes import ChangeRow, ItemKind
from kb.database import Database

TOGETHER = 5_000


def fill_database(database: Database, articles: Iterable[Article], *, now: datetime) -> None:
    """Store articles that an empty database cannot know yet: looking each of a million up takes half an hour."""
    remaining = iter(articles)
    while batch := list(islice(remaining, TOGETHER)):
        with database.write() as session:
            _insert(session, batch, now)


def _insert(session: Session, articles: Sequence[Article], now: datetime) -> None:
    session.execute(insert(ArticleRow), [{"id": article.id, "created_at": now} for article in articles])
    session.execute(insert(ArticleVersionRow), [_describe(article, now) for article in articles])
    changes = [{"kind": ItemKind.ARTICLE, "item_id": article.id, "changed_at": now} for article in articles]
    session.execute(insert(ChangeRow), changes)


def _describe(article: Article, now: datetime) -> dict[str, object]:
    fields = {name: getattr(article, name) for name in CONTENT_FIELDS if name != "version"}
    own = {"article_id": article.id, "version": 1, "content_hash": hash_article(article), "created_at": now}
    return {**fields, **own}
