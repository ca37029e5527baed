"""Feedback: what came of a match's solutions, said once, again, otherwise, or taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Body, Path, Query, Request

from api.admission import take_place
from api.auth import DESCRIBE_KEY, find_role, refuse_words_of_agents
from api.errors import ErrorAnswer, NotReady
from api.examples import FEEDBACK_ANSWER, FEEDBACK_NOTHING, FEEDBACK_UNDONE, FEEDBACK_USED
from api.json_body import StrictJsonRoute
from api.schemas import FeedbackBody, RequestId, UndoneAnswer
from api.services import Services, ServicesNeeded
from kb.access import Role
from kb.articles.models import ItemId
from kb.changes import ItemKind
from kb.errors import InvalidInput
from kb.feedback.models import BY_CUSTOMERS, AskedThrough, SolutionRef
from kb.feedback.repository import EVERY_WAY
from kb.feedback.service import NewJudgement, StandingJudgement, save_judgement, undo_judgements

Answer = TypeVar("Answer")

router = APIRouter(tags=["feedback"], route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])

NewFeedback = Annotated[
    FeedbackBody,
    Body(
        openapi_examples={
            "a solution was edited and sent": {"value": FEEDBACK_USED},
            "nothing fitted": {"value": FEEDBACK_NOTHING},
        }
    ),
]
MatchId = Annotated[RequestId, Path(description="The `request_id` of the match.")]
SolutionKind = Annotated[Literal["article", "case"] | None, Query(description="With `id`: of this solution only.")]
SolutionId = Annotated[ItemId | None, Query(description="With `kind`: of this solution only.")]

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The key is missing or wrong.", "model": ErrorAnswer},
    403: {"description": "The key's role may not say this.", "model": ErrorAnswer},
    404: {"description": "No recorded match has this request id.", "model": ErrorAnswer},
    422: {"description": "A field is unusable, or the match did not show this solution.", "model": ErrorAnswer},
    503: {"description": "The match is still being written; see Retry-After.", "model": ErrorAnswer},
}
BODY_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is not JSON.", "model": ErrorAnswer},
    413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
    415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
}


@router.post(
    "/v1/feedback",
    summary="Say what came of a solution",
    responses={
        200: {"content": {"application/json": {"example": FEEDBACK_ANSWER}}},
        **REFUSALS,
        **BODY_REFUSALS,
    },
)
async def post_feedback(body: NewFeedback, request: Request, services: ServicesNeeded) -> StandingJudgement:
    """Say what came of a solution of a match, or of the whole answer where none is named.

    One judgement of a solution stands at a time: the same again changes nothing, another takes its place, and the one
    before is listed under `earlier`.
    """
    judgement = body.to_judgement()
    refuse_words_of_agents(request, judgement)
    judge = partial(_judge, services, judgement, _list_ways(request))
    standing = await _take_place(request, services, judge)
    services.metrics.count_feedback(body.verdict)
    return standing


@router.delete(
    "/v1/feedback/{request_id}",
    summary="Take feedback back",
    responses={200: {"content": {"application/json": {"example": FEEDBACK_UNDONE}}}, **REFUSALS},
)
async def delete_feedback(
    request_id: MatchId,
    request: Request,
    services: ServicesNeeded,
    kind: SolutionKind = None,
    id: SolutionId = None,  # noqa: A002  # Named in the address as it is in every answer.
) -> UndoneAnswer:
    """Take back what was said about a solution, or, with none named, all that was said about the match."""
    undo = partial(_undo, services, request_id, _read_solution(kind, id), _list_ways(request))
    return UndoneAnswer(request_id=request_id, undone=await _take_place(request, services, undo))


async def _take_place(request: Request, services: Services, work: Callable[[], Answer]) -> Answer:
    """Do work in a thread: with the key of a page, which anybody can read there, in the place of visitors."""
    is_widget = find_role(request) is Role.WIDGET
    return await (take_place(request, services, lambda _deadline: work()) if is_widget else to_thread.run_sync(work))


def _judge(services: Services, judgement: NewJudgement, among: Collection[AskedThrough]) -> StandingJudgement:
    write_what_waits(services)
    with services.database.write() as session:
        return save_judgement(session, judgement, now=services.now(), among=among)


def _undo(services: Services, request_id: str, solution: SolutionRef | None, among: Collection[AskedThrough]) -> int:
    write_what_waits(services)
    with services.database.write() as session:
        return undo_judgements(session, request_id, solution, now=services.now(), among=among)


def _list_ways(request: Request) -> Collection[AskedThrough]:
    """Return which matches a caller may judge: with the key of a page, which anybody can read there, only its own."""
    return BY_CUSTOMERS if find_role(request) is Role.WIDGET else EVERY_WAY


def _read_solution(kind: str | None, item_id: str | None) -> SolutionRef | None:
    if (kind is None) != (item_id is None):
        raise InvalidInput("A solution has two names. Send both `kind` and `id`, or neither for the whole match.")
    return None if kind is None or item_id is None else SolutionRef(ItemKind(kind), item_id)


def write_what_waits(services: Services) -> None:
    """Have every match recorded so far written, or raise `NotReady`: who cannot write them cannot write this either."""
    if not services.recorder.flush():
        raise NotReady("The newest matches are still being written. Try again in a moment.")
