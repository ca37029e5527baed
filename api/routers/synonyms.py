"""Synonyms: listed page by page, tried, saved and deleted one at a time; the next match goes by what was answered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request

from api.admission import take_place
from api.auth import DESCRIBE_KEY
from api.errors import ErrorAnswer, NotReady, ServiceBusy
from api.examples import (
    SYNONYM,
    SYNONYM_DELETED,
    SYNONYM_LIST,
    SYNONYM_ONE_WAY,
    SYNONYM_PREVIEW,
    SYNONYM_SAVED,
    SYNONYM_TRIED,
)
from api.json_body import StrictJsonRoute
from api.schemas import SynonymBody, SynonymDeleted, SynonymLine, SynonymList, SynonymPreviewBody, SynonymSaved
from api.services import Services, ServicesNeeded
from index.preview import Preview, preview_synonym
from kb.articles.models import ItemId
from kb.synonyms.models import Synonym, SynonymRow
from kb.synonyms.repository import list_rows, to_synonym
from kb.synonyms.service import delete_synonym, save_synonym

router = APIRouter(tags=["synonyms"], route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])

DEFAULT_LISTED = 50
MOST_LISTED = 200

SynonymId = Annotated[ItemId, Path(description="The rule's id: no blanks, no slashes.")]
NewSynonym = Annotated[
    SynonymBody,
    Body(
        openapi_examples={
            "words that mean the same": {"value": SYNONYM},
            "a word read as another, but not back": {"value": SYNONYM_ONE_WAY},
        }
    ),
]
TriedSynonym = Annotated[
    SynonymPreviewBody,
    Body(
        openapi_examples={
            "a rule as it would be saved": {"value": SYNONYM_TRIED},
            "a new one": {"value": SYNONYM_ONE_WAY},
        }
    ),
]
ListLimit = Annotated[int, Query(ge=1, le=MOST_LISTED, description="How many at most.")]
Cursor = Annotated[ItemId | None, Query(description="The `next_cursor` of the page before; the first page without it.")]

UNAUTHORIZED = {"description": "The key is missing or wrong.", "model": ErrorAnswer}
NOT_FOUND = {"description": "No rule has this id.", "model": ErrorAnswer}


@router.get(
    "/v1/synonyms",
    summary="List synonyms",
    responses={
        200: {"content": {"application/json": {"example": SYNONYM_LIST}}},
        401: UNAUTHORIZED,
        422: {"description": "The limit or the cursor cannot be used.", "model": ErrorAnswer},
    },
)
def list_synonyms(services: ServicesNeeded, limit: ListLimit = DEFAULT_LISTED, cursor: Cursor = None) -> SynonymList:
    """Return rules in order of id: a page of them, and the cursor of the next one."""
    with services.database.read() as session:
        rows = list_rows(session, after=cursor, limit=limit + 1)  # One more tells whether another page follows.
    shown = rows[:limit]
    return SynonymList(
        items=[_make_line(row) for row in shown],
        next_cursor=shown[-1].id if len(rows) > limit else None,
    )


@router.post(
    "/v1/synonyms:preview",
    summary="Preview a synonym",
    responses={
        200: {"content": {"application/json": {"example": SYNONYM_PREVIEW}}},
        400: {"description": "The body is not JSON.", "model": ErrorAnswer},
        401: UNAUTHORIZED,
        413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
        415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
        422: {"description": "The id or a term cannot be used, or the rule says nothing.", "model": ErrorAnswer},
        503: {"description": "Another rule is being tried, or not ready; see Retry-After.", "model": ErrorAnswer},
    },
)
async def try_synonym(body: TriedSynonym, request: Request, services: ServicesNeeded) -> Preview:
    """Return which recent questions would find other solutions with a rule; nothing is saved or recorded."""
    if services.preview_limiter.available_tokens < 1:
        raise ServiceBusy("Another rule is being tried. Try again in a moment.")
    async with services.preview_limiter:
        return await take_place(request, services, lambda _deadline: _preview(services, body))


@router.put(
    "/v1/synonyms/{synonym_id}",
    summary="Save a synonym",
    responses={
        200: {"content": {"application/json": {"example": SYNONYM_SAVED}}},
        400: {"description": "The body is not JSON.", "model": ErrorAnswer},
        401: UNAUTHORIZED,
        413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
        415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
        422: {"description": "The id or a term cannot be used, or the rule says nothing.", "model": ErrorAnswer},
    },
)
def put_synonym(synonym_id: SynonymId, body: NewSynonym, services: ServicesNeeded) -> SynonymSaved:
    """Save a rule, in place of the one that had this id."""
    synonym = body.to_synonym(synonym_id)
    with services.database.write() as session:
        result = save_synonym(session, synonym, now=services.now())
    services.catch_up()
    return SynonymSaved(id=synonym_id, result=result)


@router.delete(
    "/v1/synonyms/{synonym_id}",
    summary="Delete a synonym",
    responses={
        200: {"content": {"application/json": {"example": SYNONYM_DELETED}}},
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: {"description": "The id cannot be used.", "model": ErrorAnswer},
    },
)
def remove_synonym(synonym_id: SynonymId, services: ServicesNeeded) -> SynonymDeleted:
    """Delete a rule for good."""
    with services.database.write() as session:
        delete_synonym(session, synonym_id, now=services.now())
    services.catch_up()
    return SynonymDeleted(id=synonym_id)


def _preview(services: Services, synonym: Synonym) -> Preview:
    if not services.matcher.live.is_open:
        raise NotReady("The index is not open yet. Try again in a moment.")
    return preview_synonym(services.matcher, synonym)


def _make_line(row: SynonymRow) -> SynonymLine:
    return SynonymLine(**to_synonym(row).model_dump(), updated_at=row.updated_at)
