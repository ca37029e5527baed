"""Load what solutions show from the database, checking once more that the asker may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from kb.articles.models import ArticleStatus, ArticleVersionRow, Audience
from kb.cases.models import CaseRow
from kb.changes import ItemKind
from kb.database import Database
from kb.items import ItemKey
from kb.notices.models import Notice
from kb.notices.service import list_notices
from kb.replies.guard import Statements, read_statements
from kb.synonyms.models import Synonym
from kb.synonyms.service import list_synonyms

SHELF_SIZE = 10_000
# Written once, on tables and not on classes: building and binding these took longer than running them.
_ARTICLE, _CASE = ArticleVersionRow.__table__.c, CaseRow.__table__.c
_IDS: BindParameter[str] = bindparam("ids", expanding=True)
# By their ids alone: told the status too, SQLite would go through all that is published, for every match.
ARTICLES = select(
    _ARTICLE.article_id,
    _ARTICLE.version,
    _ARTICLE.title,
    _ARTICLE.reply,
    _ARTICLE.body,
    _ARTICLE.language,
    _ARTICLE.audience,
    _ARTICLE.status,
    _ARTICLE.source,
    _ARTICLE.effective_from,
    _ARTICLE.effective_to,
).where(_ARTICLE.article_id.in_(_IDS))
CASES = select(_CASE.id, _CASE.question, _CASE.language, _CASE.outcome, _CASE.closed_at).where(_CASE.id.in_(_IDS))


@dataclass(frozen=True, slots=True)
class LoadedItem:
    """What is shown of an article's version or a case besides the passage that matched, and what its text states."""

    key: ItemKey
    title: str
    language: str
    audience: Audience
    template: str | None = None
    stated: Statements | None = None
    source: str | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    outcome: str | None = None


class Shelf:
    """Keeps what was loaded at one revision of the database: until the next change nobody can have altered it.

    It reads the database no earlier than it was at this revision, so what it keeps is never older. The index may be
    behind: what was withdrawn since is then found, and not here.
    """

    def __init__(self, database: Database, revision: int) -> None:
        self.revision = revision
        self._database = database
        self._items: dict[ItemKey, LoadedItem] = {}
        self._notices: list[Notice] | None = None
        self._synonyms: list[Synonym] | None = None

    def at(self, revision: int) -> Shelf:
        """Return this shelf, or an empty one where the database has moved on."""
        return self if revision == self.revision else Shelf(self._database, revision)

    def load(self, keys: Sequence[ItemKey], *, audience: Audience) -> dict[ItemKey, LoadedItem]:
        """Return the named items that this audience may see, from the shelf or from the database."""
        if len(self._items) >= SHELF_SIZE:
            self._items = {}
        kept = self._items  # Another thread may start a new one meanwhile.
        missing = [key for key in keys if key not in kept]
        if missing:
            with self._database.read() as session:
                kept.update(load_items(session, missing, audience=Audience.INTERNAL))
        return {key: kept[key] for key in keys if key in kept and is_visible(kept[key], audience)}

    def notices(self) -> list[Notice]:
        """Return every notice, most urgent first."""
        if self._notices is None:
            with self._database.read() as session:
                self._notices = list_notices(session)
        return self._notices

    def synonyms(self) -> list[Synonym]:
        """Return every rule of synonyms."""
        if self._synonyms is None:
            with self._database.read() as session:
                self._synonyms = list_synonyms(session)
        return self._synonyms


def is_visible(item: LoadedItem, audience: Audience) -> bool:
    """Tell whether an audience may see an item: agents all, customers public articles only."""
    if audience is Audience.INTERNAL:
        return True
    return item.audience is Audience.PUBLIC and item.key.kind is ItemKind.ARTICLE


def load_items(session: Session, keys: Sequence[ItemKey], *, audience: Audience) -> dict[ItemKey, LoadedItem]:
    """Return the named items that exist, are published, and may be seen by this audience."""
    loaded = _load_articles(session, [key for key in keys if key.kind is ItemKind.ARTICLE])
    loaded |= _load_cases(session, [key for key in keys if key.kind is ItemKind.CASE])
    return {key: item for key, item in loaded.items() if is_visible(item, audience)}


def _load_articles(session: Session, keys: Sequence[ItemKey]) -> dict[ItemKey, LoadedItem]:
    if not keys:
        return {}
    items = (
        LoadedItem(
            key=ItemKey(ItemKind.ARTICLE, values.article_id, values.version),
            title=values.title,
            template=values.reply,
            stated=_read_statements(values.title, values.body, values.language) if values.reply else None,
            language=values.language,
            audience=Audience(values.audience),
            source=values.source,
            effective_from=values.effective_from,
            effective_to=values.effective_to,
        )
        for values in session.connection().execute(ARTICLES, {"ids": [key.id for key in keys]})
        if values.status == ArticleStatus.PUBLISHED
    )
    wanted = set(keys)
    return {item.key: item for item in items if item.key in wanted}


def _read_statements(title: str, body: str, language: str) -> Statements:
    # Without the text itself: ten thousand long ones would fill the memory.
    return Statements("", read_statements(f"{title}\n{body}", "en" if language == "en" else "zh").places)


def _load_cases(session: Session, keys: Sequence[ItemKey]) -> dict[ItemKey, LoadedItem]:
    if not keys:
        return {}
    items = (
        LoadedItem(
            key=ItemKey(ItemKind.CASE, values.id, 1),
            title=values.question,
            language=values.language,
            audience=Audience.INTERNAL,
            effective_from=values.closed_at,
            outcome=values.outcome,
        )
        for values in session.connection().execute(CASES, {"ids": [key.id for key in keys]})
    )
    return {item.key: item for item in items}
