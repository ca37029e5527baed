"""Load what solutions show from the database, checking once more that the asker may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from kb.articles.models import ArticleStatus, ArticleVersionRow, Audience
from kb.cases.models import CaseRow
from kb.changes import ItemKind
from kb.items import ItemKey


@dataclass(frozen=True, slots=True)
class LoadedItem:
    """The text of an article's version or a case: a reply template, or an answer, or neither."""

    key: ItemKey
    title: str
    language: str
    audience: Audience
    template: str | None = None
    answer: str | None = None
    source: str | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    outcome: str | None = None


def load_items(session: Session, keys: Sequence[ItemKey], *, audience: Audience) -> dict[ItemKey, LoadedItem]:
    """Return the named items that exist, are published, and may be seen by this audience."""
    loaded = _load_articles(session, [key for key in keys if key.kind is ItemKind.ARTICLE])
    if audience is Audience.INTERNAL:
        loaded |= _load_cases(session, [key for key in keys if key.kind is ItemKind.CASE])
        return loaded
    return {key: item for key, item in loaded.items() if item.audience is Audience.PUBLIC}


def _load_articles(session: Session, keys: Sequence[ItemKey]) -> dict[ItemKey, LoadedItem]:
    if not keys:
        return {}
    row = ArticleVersionRow
    query = select(
        row.article_id,
        row.version,
        row.title,
        row.reply,
        row.language,
        row.audience,
        row.source,
        row.effective_from,
        row.effective_to,
    ).where(
        tuple_(row.article_id, row.version).in_([(key.id, key.version) for key in keys]),
        row.status == ArticleStatus.PUBLISHED,
    )
    items = (
        LoadedItem(
            key=ItemKey(ItemKind.ARTICLE, values.article_id, values.version),
            title=values.title,
            template=values.reply,
            language=values.language,
            audience=Audience(values.audience),
            source=values.source,
            effective_from=values.effective_from,
            effective_to=values.effective_to,
        )
        for values in session.execute(query)
    )
    return {item.key: item for item in items}


def _load_cases(session: Session, keys: Sequence[ItemKey]) -> dict[ItemKey, LoadedItem]:
    if not keys:
        return {}
    row = CaseRow
    query = select(row.id, row.question, row.solution, row.language, row.outcome, row.closed_at).where(
        row.id.in_([key.id for key in keys])
    )
    items = (
        LoadedItem(
            key=ItemKey(ItemKind.CASE, values.id, 1),
            title=values.question,
            answer=values.solution,
            language=values.language,
            audience=Audience.INTERNAL,
            effective_from=values.closed_at,
            outcome=values.outcome,
        )
        for values in session.execute(query)
    )
    return {item.key: item for item in items}
