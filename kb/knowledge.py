"""All that is to be indexed: published articles and past cases, as items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

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
        published = list(versions)
        for position, version in enumerate(published):
            if not any(_covers(later, version) for later in published[position + 1 :]):
                yield make_article_item(version)


def _covers(later: ArticleVersionRow, earlier: ArticleVersionRow) -> bool:
    """Tell whether the later version has started whenever the earlier one has: then it alone can be in force."""
    if later.basis != earlier.basis:
        return False
    return later.effective_from is None or (
        earlier.effective_from is not None and later.effective_from <= earlier.effective_from
    )
