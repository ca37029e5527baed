"""`GET /v1/suggest`: public answers for what a customer has typed so far."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.auth import DESCRIBE_KEY
from api.errors import ErrorAnswer, ServiceBusy
from api.services import SUGGESTIONS_WAITING, ServicesNeeded
from index.suggest.showing import FoundBy
from index.suggest.suggester import Suggestion

router = APIRouter(tags=["widget"], dependencies=[DESCRIBE_KEY])

MAX_TYPED = 200
MOST, USUAL = 10, 5
Typed = Annotated[
    str,
    Query(
        min_length=1,
        max_length=MAX_TYPED,
        description="What stands in the field, also what an input method has not yet made characters of.",
        examples=["tui款"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
EXAMPLE = {
    "request_id": "6f1c0b7e5d0f4a5c9a1d7c52a2b7b9f0",
    "suggestions": [{"id": "refund-rejected", "title": "退款申请被拒绝", "highlights": [[0, 2]], "found_by": "pinyin"}],
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": EXAMPLE}}},
    401: {"description": "The key is missing or wrong.", "model": ErrorAnswer},
    422: {"description": "`q` or `limit` is missing or out of bounds.", "model": ErrorAnswer},
    503: {"description": "Too busy or not ready; see Retry-After.", "model": ErrorAnswer},
}


class ShownSuggestion(BaseModel):
    """A public article that may be the answer."""

    id: str
    title: str = Field(description="What to show and to ask: the article's title, or the question of its that fits.")
    highlights: list[tuple[int, int]] = Field(description="Stretches of `title` that fit: start and end in characters.")
    found_by: FoundBy = Field(description="It begins so, holds the words, sounds so, or is what was probably meant.")


class Suggestions(BaseModel):
    """The articles that fit best, best first."""

    request_id: str
    suggestions: list[ShownSuggestion]


@router.get("/v1/suggest", responses=ANSWERS, summary="Suggest answers as somebody types")
async def suggest_articles(request: Request, services: ServicesNeeded, q: Typed, limit: Limit = USUAL) -> Suggestions:
    """Return the public articles in force that fit what has been typed so far; nothing of it is logged or stored."""
    if services.suggest_limiter.statistics().tasks_waiting >= SUGGESTIONS_WAITING:
        raise ServiceBusy("Too much is being typed at once. Try again in a moment.")
    suggest = partial(services.suggester.suggest, q, limit=limit)
    found = await to_thread.run_sync(suggest, limiter=services.suggest_limiter)
    return Suggestions(request_id=request.state.request_id, suggestions=[_show(one) for one in found])


def _show(suggestion: Suggestion) -> ShownSuggestion:
    return ShownSuggestion(
        id=suggestion.id,
        title=suggestion.title,
        highlights=[(stretch.start, stretch.end) for stretch in suggestion.highlights],
        found_by=suggestion.found_by,
    )
