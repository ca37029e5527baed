"""Reading articles and their versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from kb.articles.models import Article, ArticleRow, ArticleStatus, ArticleVersionRow

CONTENT_FIELDS = tuple(name for name in Article.model_fields if name != "id")


def find_article(session: Session, article_id: str) -> ArticleRow | None:
    """Return the article with all its versions, or None."""
    return session.get(ArticleRow, article_id)


def find_versions(session: Session, keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], ArticleVersionRow]:
    """Return the named versions that exist, by (article id, version)."""
    pair = tuple_(ArticleVersionRow.article_id, ArticleVersionRow.version)
    rows = session.scalars(select(ArticleVersionRow).where(pair.in_(list(keys))))
    return {(row.article_id, row.version): row for row in rows}


def list_published(session: Session, article_ids: Sequence[str] | None = None) -> Iterator[ArticleVersionRow]:
    """Yield every published version, oldest first within an article; of the named articles only, if named."""
    query = select(ArticleVersionRow).where(ArticleVersionRow.status == ArticleStatus.PUBLISHED)
    if article_ids is not None:
        query = query.where(ArticleVersionRow.article_id.in_(article_ids))
    query = query.order_by(ArticleVersionRow.article_id, ArticleVersionRow.version)
    yield from session.scalars(query.execution_options(yield_per=500))


def list_versions(session: Session) -> Iterator[ArticleVersionRow]:
    """Yield every version of every article, for export."""
    query = select(ArticleVersionRow).order_by(ArticleVersionRow.article_id, ArticleVersionRow.version)
    yield from session.scalars(query.execution_options(yield_per=500))


def count_articles(session: Session) -> int:
    """Return how many articles there are, in any status."""
    return session.scalar(select(func.count()).select_from(ArticleRow)) or 0


def to_article(row: ArticleVersionRow) -> Article:
    """Return a stored version as the border model, without checking again what was checked on the way in."""
    return Article.model_construct(id=row.article_id, **{name: getattr(row, name) for name in CONTENT_FIELDS})
