"""From what the index answers customers to what their page shows, and to what is recorded of it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from api.recording import describe_match
from api.rendering import render_markdown, render_plain, strip_markdown
from api.widget_schemas import (
    AnswerSource,
    WidgetAnswer,
    WidgetAnswers,
    WidgetArticle,
    WidgetAsk,
    WidgetNotice,
)
from index.asking import ORDER_ID
from index.public_answers import CHANNEL, PublicAnswer, PublicMatch, PublicReading
from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.customers.order_card import CardStyle, OrderCard, make_card
from kb.feedback.models import AnsweredMatch, AskedThrough, ShownSolution
from kb.orders.order import Order

MOST_NOTICES = 3
MOST_ORDERS = 5


def show_answers(match: PublicMatch, style: CardStyle) -> WidgetAnswers:
    """Return what is answered to a question."""
    result = match.result
    can_choose = bool(match.open_orders)
    return WidgetAnswers(
        request_id=result.request_id,
        answered=result.answered,
        hand_over=result.hand_over,
        answers=[show_answer(answer, style.zone) for answer in match.answers],
        # Whoever has shown no order can name none.
        ask=[WidgetAsk(fact=a.fact, question=a.question) for a in result.ask[:1] if a.fact != ORDER_ID or can_choose],
        order=show_order(match.order, style),
        orders=[make_card(order, style) for order in match.open_orders[:MOST_ORDERS]],
        notices=[
            WidgetNotice(id=notice.id, title=notice.title, text=notice.wording)
            for notice in result.notices
            if notice.wording
        ][:MOST_NOTICES],
    )


def show_reading(reading: PublicReading, style: CardStyle) -> WidgetArticle:
    """Return what is answered to who opens an article."""
    return WidgetArticle(
        request_id=uuid.uuid4().hex,
        answer=show_answer(reading.answer, style.zone),
        order=show_order(reading.order, style),
    )


def show_answer(answer: PublicAnswer, zone: ZoneInfo) -> WidgetAnswer:
    """Return an answer as HTML and as text; a reply is no Markdown, for an order's own words stand in it.

    Validity is told in the shop's zone: a page shows its days, and cannot know where they begin.
    """
    is_reply = answer.reply is not None
    return WidgetAnswer(
        id=answer.id,
        version=answer.version,
        title=answer.title,
        html=render_plain(answer.reply) if answer.reply is not None else render_markdown(answer.body),
        text=answer.reply if answer.reply is not None else strip_markdown(answer.body),
        applies=answer.applies,
        fits_order=answer.fits_order,
        missing=() if is_reply else answer.missing,
        source=AnswerSource(
            title=answer.source or answer.title,
            version=answer.version,
            valid_from=_put_in_zone(answer.valid_from, zone),
            valid_to=_put_in_zone(answer.valid_to, zone),
        ),
    )


def show_order(order: Order | None, style: CardStyle) -> OrderCard | None:
    """Return the card of the order that an answer is about."""
    return None if order is None else make_card(order, style)


def describe_question(match: PublicMatch, *, at: datetime) -> AnsweredMatch:
    """Return what is to be recorded of a question."""
    recorded = describe_match(match.request, match.result, at=at)
    order_id = match.order.id if match.order else None
    return replace(recorded, order=match.order, order_id=order_id, through=AskedThrough.WIDGET)


def describe_reading(reading: PublicReading, request_id: str, *, at: datetime) -> AnsweredMatch:
    """Return what is to be recorded of an article that was opened: nobody asked, so nothing else was passed over."""
    answer = reading.answer
    return AnsweredMatch(
        request_id=request_id,
        at=at,
        now=at,
        question=answer.title,
        turns=(),
        audience=Audience.PUBLIC,
        channel=CHANNEL,
        order=reading.order,
        order_id=reading.order.id if reading.order else None,
        generation=reading.generation,
        confidence=1.0,
        answered=True,
        is_filtered=True,
        shown=[ShownSolution(1, ItemKind.ARTICLE, answer.id, answer.version, 1.0)],
        through=AskedThrough.READING,
    )


def _put_in_zone(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    try:
        return moment and moment.astimezone(zone)
    except OverflowError:  # The last day of the calendar, as some shops write "for ever".
        return moment
