"""All that is to be indexed: published articles and past cases, as items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from kb.articles.models import ArticleVersionRow
from kb.articles.passages import make_article_item
from kb.articles.repository import list_published
from kb.cases.passages import make_case_item
from kb.cases.repository import list_cases
from kb.changes import ItemKind
from kb.items import Item

NAMED_AT_ONCE = 500  # Databases bound how many values one statement may name.


def list_items(session: Session) -> Iterator[Item]:
    """Yield every item that can ever be matched."""
    yield from _article_items(list_published(session))
    yield from map(make_case_item, list_cases(session))


def find_items(session: Session, keys: Sequence[tuple[ItemKind, str]]) -> list[Item]:
    """Return the items of the named articles and cases, as far as they can be matched."""
    items: list[Item] = []
    for start in range(0, len(keys), NAMED_AT_ONCE):
        batch = keys[start : start + NAMED_AT_ONCE]
        article_ids = [item_id for kind, item_id in batch if kind is ItemKind.ARTICLE]
        case_ids = [item_id for kind, item_id in batch if kind is ItemKind.CASE]
        items += _article_items(list_published(session, article_ids)) if article_ids else []
        items += map(make_case_item, list_cases(session, case_ids)) if case_ids else []
    return items


def _article_items(rows: Iterable[ArticleVersionRow]) -> Iterator[Item]:
    for _, versions in groupby(rows, key=attrgetter("article_id")):
        yield from map(make_article_item, drop_covered(list(versions)))


class Period(Protocol):
    """Says from when on a version may be in force."""

    @property
    def basis(self) -> str:
        """Which moment decides."""
        ...

    @property
    def effective_from(self) -> datetime | None:
        """From when on; None means always."""
        ...


_Version = TypeVar("_Version", bound=Period)


def drop_covered(versions: Sequence[_Version]) -> Iterator[_Version]:
    """Yield those of an article's versions, given oldest first, that can ever be in force."""
    for position, version in enumerate(versions):
        if not any(_covers(later, version) for later in versions[position + 1 :]):
            yield version


def _covers(later: Period, earlier: Period) -> bool:
    """Tell whether the later version has started whenever the earlier one has: then it alone can be in force."""
    if later.basis != earlier.basis:
        return False
    return later.effective_from is None or (
        earlier.effective_from is not None and later.effective_from <= earlier.effective_from
    )
