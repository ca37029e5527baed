"""`POST /v1/match`: ranked solutions for a question and its order."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Body, Request

from api.auth import DESCRIBE_KEY
from api.errors import ErrorAnswer, NotReady, ServiceBusy
from api.examples import MATCH_ANSWER, MATCH_WITH_ORDER, MATCH_WITH_TURNS
from api.json_body import StrictJsonRoute
from api.schemas import MatchBody
from api.services import MATCHES_WAITING, Services, ServicesNeeded
from index.solutions import MatchRequest, MatchResult

router = APIRouter(tags=["match"], route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])

Question = Annotated[
    MatchBody,
    Body(
        openapi_examples={
            "with its order": {"value": MATCH_WITH_ORDER},
            "in a conversation": {"value": MATCH_WITH_TURNS},
        }
    ),
]

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Ranked solutions.", "content": {"application/json": {"example": MATCH_ANSWER}}},
    400: {"description": "The body is not JSON.", "model": ErrorAnswer},
    401: {"description": "The key is missing or wrong.", "model": ErrorAnswer},
    404: {"description": "No order has this id.", "model": ErrorAnswer},
    413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
    415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
    422: {"description": "A field is missing, unknown or wrong.", "model": ErrorAnswer},
    503: {"description": "Too busy or not ready; see Retry-After.", "model": ErrorAnswer},
}


@router.post("/v1/match", responses=ANSWERS, summary="Match a question")
async def match_question(body: Question, request: Request, services: ServicesNeeded) -> MatchResult:
    """Return the articles and cases that answer a question, ranked by how well they fit it **and its order**.

    Each comes with its reasons: matched words, conditions that the order meets or not, parts of the score,
    and a reply filled with the order's own facts. `answered` is false where nothing is likely to be the answer.
    """
    waiting = services.match_limiter.statistics().tasks_waiting
    if waiting >= MATCHES_WAITING:
        raise ServiceBusy("Too many questions are waiting. Try again in a moment.")
    result = await to_thread.run_sync(_match, services, body.to_request(), limiter=services.match_limiter)
    services.metrics.count_match(result)
    return replace(result, request_id=request.state.request_id)


def _match(services: Services, request: MatchRequest) -> MatchResult:
    if not services.matcher.live.is_open:
        raise NotReady("The index is not open yet. Try again in a moment.")
    return services.matcher.match(request)
