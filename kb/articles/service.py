"""Saving articles: a change of content makes a new version, a change of status does not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kb.articles.models import Article, ArticleRow, ArticleStatus, ArticleVersionRow, hash_article
from kb.articles.repository import CONTENT_FIELDS, find_article
from kb.changes import ItemKind, SaveResult, record_change
from kb.errors import ArticleNotFound, InvalidInput


class VersionIsHistory(InvalidInput):
    """An old version was sent with other content; versions in force in the past do not change."""

    code = "version_is_history"

    def __init__(self, article_id: str, version: int, latest: int) -> None:
        super().__init__(
            f"Version {version} of article {article_id!r} is history and cannot be changed. "
            f"Send the new text as version {latest + 1}, or without a version."
        )


def save_article(session: Session, article: Article, *, now: datetime) -> SaveResult:
    """Store an article: nothing where it is known, a new status, or a new immutable version.

    An article sent as withdrawn is withdrawn with every version: an older text must not answer in its place.
    Raises `VersionIsHistory` when an older version is named with other content.
    """
    row = find_article(session, article.id)
    if row is None:
        row = ArticleRow(id=article.id, created_at=now, versions=[])
        session.add(row)
        _add_version(session, row, article, version=article.version or 1, now=now)
        return SaveResult.ADDED
    known = _find_same_content(row, article)
    if known is None:
        _add_version(session, row, article, version=_next_version(row, article), now=now)
        result = SaveResult.CHANGED
    else:
        result = _set_status(session, known, article.status, now=now)
    if article.status is ArticleStatus.WITHDRAWN and row.versions[-1].status == ArticleStatus.WITHDRAWN:
        withdrawn = _withdraw_all(session, row, now=now)
        return withdrawn if result is SaveResult.UNCHANGED else result
    return result


def withdraw_article(session: Session, article_id: str, *, now: datetime) -> SaveResult:
    """Withdraw every version of an article, so that none is matched any more."""
    row = find_article(session, article_id)
    if row is None:
        raise ArticleNotFound(article_id)
    return _withdraw_all(session, row, now=now)


def _withdraw_all(session: Session, row: ArticleRow, *, now: datetime) -> SaveResult:
    results = {_set_status(session, version, ArticleStatus.WITHDRAWN, now=now) for version in row.versions}
    return SaveResult.CHANGED if SaveResult.CHANGED in results else SaveResult.UNCHANGED


def _find_same_content(row: ArticleRow, article: Article) -> ArticleVersionRow | None:
    """Return the version that already says this: the named one, else the latest."""
    content_hash = hash_article(article)
    named = next((v for v in row.versions if v.version == article.version), None)
    for version in (named, row.versions[-1]):
        if version is not None and version.content_hash == content_hash:
            return version
    return None


def _next_version(row: ArticleRow, article: Article) -> int:
    latest = row.versions[-1].version
    if article.version is None or article.version == latest:
        return latest + 1  # An exported file that was edited carries the number it was edited from.
    if any(version.version == article.version for version in row.versions) or article.version < latest:
        raise VersionIsHistory(article.id, article.version, latest)
    return article.version


def _add_version(session: Session, row: ArticleRow, article: Article, *, version: int, now: datetime) -> None:
    fields = {name: getattr(article, name) for name in CONTENT_FIELDS if name != "version"}
    row.versions.append(
        ArticleVersionRow(version=version, content_hash=hash_article(article), created_at=now, **fields)
    )
    session.flush()
    record_change(session, ItemKind.ARTICLE, row.id, now=now)


def _set_status(session: Session, version: ArticleVersionRow, status: ArticleStatus, *, now: datetime) -> SaveResult:
    if version.status == status:
        return SaveResult.UNCHANGED
    version.status = status
    session.flush()
    record_change(session, ItemKind.ARTICLE, version.article_id, now=now)
    return SaveResult.CHANGED
