"""Hand-overs: a customer whom no answer helped leaves what an agent has to know, and agents read it."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request
from pydantic import Field

from api.admission import take_place
from api.auth import DESCRIBE_KEY
from api.errors import ErrorAnswer
from api.json_body import StrictJsonRoute
from api.routers.widget import BODY_REFUSALS, REFUSALS, make_style, refuse_order_of_nobody
from api.services import Services, ServicesNeeded
from api.visitors import LanguageChosen, VisitorAsks
from api.widget_answers import show_order
from api.widget_examples import HANDOVER, HANDOVER_ANSWER, HANDOVER_STORED
from api.widget_schemas import HandoverAnswer, HandoverBody
from index.public_answers import Known, PublicDesk
from index.question import QuestionEmpty
from kb.customer_token import Visitor
from kb.handovers.models import ID_LENGTH, Handover, NewHandover, ReadArticle, Said, Speaker
from kb.handovers.service import get_handover, make_handover, save_handover

router = APIRouter(route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])

HandedOver = Annotated[HandoverBody, Body(openapi_examples={"nothing helped": {"value": HANDOVER}})]
HandoverId = Annotated[
    str, Path(description="The `handover_id`."), Field(pattern=rf"^[0-9a-f]{{{ID_LENGTH}}}$", max_length=ID_LENGTH)
]


@router.post(
    "/v1/widget/handover",
    tags=["widget"],
    summary="Hand a customer over",
    responses={200: {"content": {"application/json": {"example": HANDOVER_ANSWER}}}, **REFUSALS, **BODY_REFUSALS},
)
async def hand_over(
    body: HandedOver,
    request: Request,
    services: ServicesNeeded,
    visitor: VisitorAsks,
    language: LanguageChosen,
) -> HandoverAnswer:
    """Store what an agent has to know, masked: the question, the order, and what was read already."""
    refuse_order_of_nobody(visitor, body.order_id)
    if not body.question.strip():
        raise QuestionEmpty("The question is blank. Send what the customer asked as `question`.")
    handover, known = await take_place(request, services, lambda _deadline: _store(services, visitor, body))
    return HandoverAnswer(
        handover_id=handover.handover_id,
        question=handover.question,
        order=show_order(known.order, make_style(services, language)),
        shown=list(handover.shown),
    )


@router.get(
    "/v1/handovers/{handover_id}",
    tags=["customers"],
    summary="Read a hand-over",
    responses={
        200: {"content": {"application/json": {"example": HANDOVER_STORED}}},
        401: {"description": "The key is missing or wrong.", "model": ErrorAnswer},
        404: {"description": "No hand-over has this id.", "model": ErrorAnswer},
        422: {"description": "The id cannot be one.", "model": ErrorAnswer},
    },
)
def read_handover(handover_id: HandoverId, services: ServicesNeeded) -> Handover:
    """Return what a customer left for the agent who takes over."""
    with services.database.read() as session:
        return get_handover(session, handover_id)


def _store(services: Services, visitor: Visitor | None, body: HandoverBody) -> tuple[Handover, Known]:
    desk = PublicDesk(services.matcher)
    known = desk.find_orders(visitor, body.order_id)
    new = NewHandover(
        question=body.question,
        turns=tuple(Said(Speaker(turn.role), turn.text) for turn in body.turns),
        # Of what a page names, only what it can have shown.
        shown=tuple(ReadArticle(answer.id, answer.title) for answer in desk.list_readable(body.shown)),
        customer_id=visitor.customer_id if visitor else None,
        order_id=known.order.id if known.order else None,
        request_id=body.request_id,
    )
    handover = make_handover(new, handover_id=uuid.uuid4().hex, now=services.now())
    with services.database.write() as session:
        save_handover(session, handover)
    return handover, known
