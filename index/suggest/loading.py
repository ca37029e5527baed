"""What suggestions are made of, from the database: the headings of published articles, and who may see them when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from index.catalogue import FOR_EVER, LONG_AGO, Catalogue, make_catalogue, to_seconds
from index.entry import Entry
from kb.articles.models import ArticleStatus, ArticleVersionRow, Audience, Basis
from kb.changes import ItemKind
from kb.items import ItemKey
from kb.knowledge import drop_covered

_ARTICLE = ArticleVersionRow.__table__.c
_IDS: BindParameter[str] = bindparam("ids", expanding=True)
VERSIONS = select(
    _ARTICLE.article_id,
    _ARTICLE.version,
    _ARTICLE.title,
    _ARTICLE.questions,
    _ARTICLE.language,
    _ARTICLE.audience,
    _ARTICLE.status,
    _ARTICLE.basis,
    _ARTICLE.effective_from,
    _ARTICLE.effective_to,
).order_by(_ARTICLE.article_id, _ARTICLE.version)
# By their ids alone: told the status too, SQLite would go through all that is published.
NAMED = VERSIONS.where(_ARTICLE.article_id.in_(_IDS))
IS_PUBLISHED = _ARTICLE.status == ArticleStatus.PUBLISHED
PUBLISHED = VERSIONS.where(IS_PUBLISHED)
COUNTED = select(func.count()).select_from(ArticleVersionRow.__table__).where(IS_PUBLISHED)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedHeadings:
    """Published versions, public or not, and the headings of the public ones, one version's after the other's."""

    catalogue: Catalogue
    headings: Sequence[str]

    def find_headings(self, ordinal: int) -> Sequence[str]:
        """Return the headings of a version, its title first."""
        first, last = self.catalogue.heading_start[ordinal : ordinal + 2]
        return self.headings[first:last]


def load_headings(session: Session, article_ids: Sequence[str] | None = None) -> LoadedHeadings:
    """Return the versions that can be in force at any time; of the named articles only, if named.

    Those that customers may not see are among them, without headings: when they start, what they replace has ended.
    """
    connection = session.connection()
    rows = connection.execute(PUBLISHED) if article_ids is None else connection.execute(NAMED, {"ids": article_ids})
    entries: list[Entry] = []
    headings: list[str] = []
    for row in _list_lasting(rows.all()):
        is_public = row.audience == Audience.PUBLIC
        own = list(dict.fromkeys((row.title, *row.questions))) if is_public else []
        entries.append(_make_entry(row, len(own)))
        headings += own
    return LoadedHeadings(make_catalogue(entries), headings)


def count_published(session: Session) -> int:
    """Return how many versions `load_headings` reads: those that are public, and those that are not."""
    return session.connection().execute(COUNTED).scalar_one()


def _list_lasting(rows: Sequence[Any]) -> Iterator[Any]:
    published = (row for row in rows if row.status == ArticleStatus.PUBLISHED)
    for _, versions in groupby(published, key=attrgetter("article_id")):
        yield from drop_covered(list(versions))


def _make_entry(row: Any, headings: int) -> Entry:
    return Entry(
        key=ItemKey(ItemKind.ARTICLE, row.article_id, row.version),
        audience=Audience(row.audience),
        language=row.language,
        category=(),
        basis=Basis(row.basis),
        effective_from=LONG_AGO if row.effective_from is None else to_seconds(row.effective_from),
        effective_to=FOR_EVER if row.effective_to is None else to_seconds(row.effective_to),
        applies_when=None,
        headings=headings,
        passages=0,
    )
