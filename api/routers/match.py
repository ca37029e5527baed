"""`POST /v1/match`: ranked solutions for a question and its order."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Request, Response

from api.admission import take_place
from api.auth import DESCRIBE_KEY, find_role, refuse_customers, refuse_other_times
from api.errors import ErrorAnswer
from api.examples import MATCH_ANSWER, MATCH_WITH_ORDER, MATCH_WITH_TURNS
from api.json_body import StrictJsonRoute
from api.recording import describe_match
from api.schemas import MatchBody
from api.services import ServicesNeeded
from api.tracing import note_match
from index.solutions import MatchResult
from kb.access import Role
from kb.articles.models import Audience
from kb.feedback.models import AskedThrough

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
    404: {"description": "The source of orders knows no such order or customer.", "model": ErrorAnswer},
    413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
    415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
    422: {"description": "A field is missing, unknown or wrong.", "model": ErrorAnswer},
    503: {"description": "Too busy or not ready; see Retry-After.", "model": ErrorAnswer},
}


@router.post("/v1/match", responses=ANSWERS, response_model=MatchResult, summary="Match a question")
async def match_question(body: Question, request: Request, services: ServicesNeeded) -> Response:
    """Return the articles and cases that answer a question, ranked by how well they fit it **and its order**.

    Each comes with its reasons: matched words, conditions that the order meets or not, parts of the score,
    and a reply filled with the order's own facts. `answered` is false where nothing is likely to be the answer.
    """
    names_customer = body.order_id is not None or body.customer is not None
    refuse_customers(request, names_customer=names_customer, is_public=body.audience is Audience.PUBLIC)
    refuse_other_times(request, names_time=body.now is not None)
    is_widget = find_role(request) is Role.WIDGET
    asked, asked_at = body.to_request(), services.now()
    result = await take_place(request, services, lambda deadline: services.matcher.match(asked, deadline=deadline))
    services.metrics.count_match(result)
    note_match(result)
    answer = replace(result, request_id=request.state.request_id)
    recorded = replace(describe_match(asked, answer, at=asked_at), replaces=body.replaces)
    if is_widget:
        # Anybody who opens the shop's page holds the widget's key: an order's number that it sends proves nothing.
        recorded = replace(recorded, order_id=None, through=AskedThrough.WIDGET)
    services.recorder.record(recorded)
    return Response(write_json(answer), media_type="application/json")


def write_json(answer: MatchResult) -> bytes:
    """Return an answer as JSON: what the framework would write, without its looking at every value once more."""
    return orjson.dumps(answer, option=orjson.OPT_UTC_Z)
