"""The widget's doors: what the shop's customers may ask, read, judge and hand over, from any page that is let in."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request

from api.admission import take_place
from api.auth import DESCRIBE_KEY
from api.errors import ErrorAnswer
from api.json_body import StrictJsonRoute
from api.routers.feedback import write_what_waits
from api.services import Services, ServicesNeeded
from api.tracing import note_match
from api.visitors import LanguageChosen, VisitorAsks
from api.widget_answers import describe_question, describe_reading, show_answers, show_reading
from api.widget_examples import WIDGET_ANSWERS, WIDGET_ARTICLE, WIDGET_JUDGEMENT, WIDGET_QUESTION
from api.widget_schemas import WidgetAnswers, WidgetArticle, WidgetJudgement, WidgetQuestion
from index.deadline import Deadline
from index.public_answers import PublicDesk, PublicMatch, PublicReading
from kb.articles.models import ItemId
from kb.changes import ItemKind
from kb.customer_token import CustomerTokenRefused, Visitor
from kb.customers.order_card import CardStyle
from kb.feedback.models import BY_CUSTOMERS, FeedbackVerdict, SolutionRef
from kb.feedback.service import NewJudgement, save_judgement
from kb.orders.order import Identifier
from kb.orders.words import Language

router = APIRouter(tags=["widget"], route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])

ArticleId = Annotated[ItemId, Path(description="The article's id, as a suggestion or an answer has it.")]
OwnOrderId = Annotated[Identifier | None, Query(description="An order of the customer's own; needs the token.")]
Asked = Annotated[WidgetQuestion, Body(openapi_examples={"about an order": {"value": WIDGET_QUESTION}})]
Judged = Annotated[WidgetJudgement, Body(openapi_examples={"it helped": {"value": WIDGET_JUDGEMENT}})]

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The key, or the token of the customer, is missing or wrong.", "model": ErrorAnswer},
    404: {"description": "There is no such public article, or no such order of this customer.", "model": ErrorAnswer},
    422: {"description": "A field is missing, unknown or wrong.", "model": ErrorAnswer},
    503: {"description": "Too busy or not ready; see Retry-After.", "model": ErrorAnswer},
}
JUDGEMENT_REFUSALS: dict[int | str, dict[str, Any]] = {
    **REFUSALS,
    404: {"description": "The widget has given no such answer.", "model": ErrorAnswer},
    422: {"description": "A field is unusable, or the answer did not show this article.", "model": ErrorAnswer},
}
BODY_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is not JSON.", "model": ErrorAnswer},
    413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
    415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
}


@router.get(
    "/v1/widget/articles/{article_id}",
    summary="Read a public article",
    responses={200: {"content": {"application/json": {"example": WIDGET_ARTICLE}}}, **REFUSALS},
)
async def read_public_article(  # noqa: PLR0913  # Each is a part of the request.
    article_id: ArticleId,
    request: Request,
    services: ServicesNeeded,
    visitor: VisitorAsks,
    language: LanguageChosen,
    order_id: OwnOrderId = None,
) -> WidgetArticle:
    """Return a public article in force, told for the customer's order where there is one."""
    refuse_order_of_nobody(visitor, order_id)
    at = services.now()
    reading = await take_place(request, services, partial(_read, services, visitor, order_id, article_id))
    shown = show_reading(reading, make_style(services, language))
    services.recorder.record(describe_reading(reading, shown.request_id, at=at))
    return shown


@router.post(
    "/v1/widget/ask",
    summary="Answer a customer",
    responses={200: {"content": {"application/json": {"example": WIDGET_ANSWERS}}}, **REFUSALS, **BODY_REFUSALS},
)
async def answer_customer(
    body: Asked,
    request: Request,
    services: ServicesNeeded,
    visitor: VisitorAsks,
    language: LanguageChosen,
) -> WidgetAnswers:
    """Return the public articles that answer a question, the best three, told for the customer's own order.

    Where the customer has several orders the one that is clearly meant is taken; where that is open, `orders` are those
    to choose from. Where nothing is sure enough `answered` is false and `hand_over` true.
    """
    refuse_order_of_nobody(visitor, body.order_id)
    at = services.now()
    match = await take_place(request, services, partial(_ask, services, visitor, body))
    services.metrics.count_match(match.result)
    note_match(match.result)
    services.recorder.record(describe_question(match, at=at))
    return show_answers(match, make_style(services, language))


@router.post(
    "/v1/widget/feedback",
    summary="Say whether an answer helped",
    status_code=204,
    responses={**JUDGEMENT_REFUSALS, **BODY_REFUSALS},
)
async def judge_answer(body: Judged, request: Request, services: ServicesNeeded, visitor: VisitorAsks) -> None:
    """Say whether an article solved the problem; the last word stands. Only its own answers can a widget judge."""
    if services.recorder.is_on:  # Else there is nothing that it could be said of, and nobody is to notice.
        await take_place(request, services, lambda _deadline: _judge(services, body))
    services.metrics.count_feedback(_read_verdict(body))


def refuse_order_of_nobody(visitor: Visitor | None, order_id: str | None) -> None:
    """Raise `CustomerTokenRefused` where an order is named by somebody who has not shown who they are."""
    if order_id is not None and visitor is None:
        raise CustomerTokenRefused("An order is looked at only for the customer whose it is.")


def make_style(services: Services, language: Language) -> CardStyle:
    """Return how the cards of orders are written."""
    return CardStyle(language, services.now(), services.matcher.surroundings.zone)


def _read(
    services: Services, visitor: Visitor | None, order_id: str | None, article_id: str, _deadline: Deadline
) -> PublicReading:
    desk = PublicDesk(services.matcher)
    return desk.read(article_id, desk.find_orders(visitor, order_id))


def _ask(services: Services, visitor: Visitor | None, body: WidgetQuestion, deadline: Deadline) -> PublicMatch:
    desk = PublicDesk(services.matcher)
    known = desk.find_orders(visitor, body.order_id)
    return desk.ask(body.question, [turn.text for turn in body.turns], known, deadline=deadline)


def _judge(services: Services, body: WidgetJudgement) -> None:
    write_what_waits(services)
    judgement = NewJudgement(
        request_id=body.request_id,
        verdict=_read_verdict(body),
        solution=SolutionRef(ItemKind.ARTICLE, body.article_id),
    )
    with services.database.write() as session:
        save_judgement(session, judgement, now=services.now(), among=BY_CUSTOMERS)


def _read_verdict(body: WidgetJudgement) -> FeedbackVerdict:
    return FeedbackVerdict.SOLVED if body.solved else FeedbackVerdict.DISMISSED
