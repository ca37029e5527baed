"""Articles: read, saved and withdrawn one at a time; every answer is given when the next match goes by it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from sqlalchemy.orm import Session

from api.auth import DESCRIBE_KEY
from api.errors import ErrorAnswer
from api.examples import ARTICLE, ARTICLE_ANSWER, SAVED, WITHDRAWN
from api.json_body import StrictJsonRoute
from api.rendering import render_markdown
from api.schemas import ArticleAnswer, ArticleBody, SavedAnswer
from api.services import ServicesNeeded
from kb.articles.models import Article, ArticleRow, ArticleStatus, ArticleVersionRow, ItemId, hash_article
from kb.articles.repository import find_article, to_article
from kb.articles.service import save_article, withdraw_article
from kb.errors import ArticleNotFound, NotFound

router = APIRouter(tags=["articles"], route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])

ArticleId = Annotated[ItemId, Path(description="The article's id: no blanks, no slashes.")]
NewArticle = Annotated[ArticleBody, Body(openapi_examples={"an article": {"value": ARTICLE}})]
Version = Annotated[int | None, Query(ge=1, le=1_000_000, description="An older version; the newest without it.")]

UNAUTHORIZED = {"description": "The key is missing or wrong.", "model": ErrorAnswer}
NOT_FOUND = {"description": "No article has this id.", "model": ErrorAnswer}
INVALID = {"description": "The id or a field is missing, unknown or wrong.", "model": ErrorAnswer}


class VersionNotFound(NotFound):
    """The article has no such version."""

    code = "version_not_found"


@router.get(
    "/v1/articles/{article_id}",
    summary="Read an article",
    responses={
        200: {"content": {"application/json": {"example": ARTICLE_ANSWER}}},
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: INVALID,
    },
)
def read_article(article_id: ArticleId, services: ServicesNeeded, version: Version = None) -> ArticleAnswer:
    """Return an article's newest version, whatever its status, or the version named."""
    with services.database.read() as session:
        row = _get_article(session, article_id)
        wanted = row.versions[-1].version if version is None else version
        found = next((v for v in row.versions if v.version == wanted), None)
        if found is None:
            raise VersionNotFound(
                f"Article {article_id!r} has no version {wanted}; the newest is {row.versions[-1].version}."
            )
        # Rows hold plain texts where the model has enums: checked anew, it is written without complaint.
        article = Article.model_validate(to_article(found).model_dump(warnings=False))
    return ArticleAnswer(**dict(article), body_html=render_markdown(article.body))


@router.put(
    "/v1/articles/{article_id}",
    summary="Save an article",
    responses={
        200: {"content": {"application/json": {"example": SAVED}}},
        400: {"description": "The body is not JSON.", "model": ErrorAnswer},
        401: UNAUTHORIZED,
        413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
        415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
        422: INVALID,
    },
)
def put_article(article_id: ArticleId, body: NewArticle, services: ServicesNeeded) -> SavedAnswer:
    """Save an article: changed content makes a new version, a changed status does not, known content does nothing."""
    article = body.to_article(article_id)
    with services.database.write() as session:
        result = save_article(session, article, now=services.now())
        saved = _find_saved(_get_article(session, article_id), article)
        answer = SavedAnswer(id=article_id, version=saved.version, result=result, status=ArticleStatus(saved.status))
    services.catch_up()
    return answer


@router.post(
    "/v1/articles/{article_id}:withdraw",
    summary="Withdraw an article",
    responses={
        200: {"content": {"application/json": {"example": WITHDRAWN}}},
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: INVALID,
    },
)
def withdraw(article_id: ArticleId, services: ServicesNeeded) -> SavedAnswer:
    """Withdraw every version of an article, so that no match shows it any more; saving it again brings it back."""
    with services.database.write() as session:
        result = withdraw_article(session, article_id, now=services.now())
        newest = _get_article(session, article_id).versions[-1]
        answer = SavedAnswer(id=article_id, version=newest.version, result=result, status=ArticleStatus(newest.status))
    services.catch_up()
    return answer


def _get_article(session: Session, article_id: str) -> ArticleRow:
    row = find_article(session, article_id)
    if row is None:
        raise ArticleNotFound(article_id)
    return row


def _find_saved(row: ArticleRow, article: Article) -> ArticleVersionRow:
    """Return the version that now says what was sent: the one it names, else the newest."""
    content_hash = hash_article(article)
    named = (v for v in row.versions if v.version == article.version and v.content_hash == content_hash)
    return next(named, row.versions[-1])
