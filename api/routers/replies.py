"""`POST /v1/replies:check`: what supports each figure, date and number of a reply, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Body
from sqlalchemy.orm import Session

from api.auth import DESCRIBE_KEY
from api.errors import ErrorAnswer
from api.json_body import StrictJsonRoute
from api.reply_schemas import (
    CHECK_REPLY,
    REPLY_CHECKED,
    CitedBody,
    ClaimAnswer,
    ReplyCheckAnswer,
    ReplyCheckBody,
    SupportAnswer,
)
from api.services import ServicesNeeded
from kb.articles.models import ArticleStatus, Audience
from kb.articles.repository import find_article
from kb.cases.repository import find_cases
from kb.changes import ItemKind
from kb.errors import NotFound
from kb.orders.context import derive_context
from kb.orders.repository import get_order
from kb.replies.guard import Claim, SupportSource, check_reply

router = APIRouter(tags=["replies"], route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])

NewReply = Annotated[ReplyCheckBody, Body(openapi_examples={"a reply about an order": {"value": CHECK_REPLY}})]


class CitedItemNotFound(NotFound):
    """Nothing published goes by the kind, id and version that were cited."""

    code = "cited_item_not_found"

    def __init__(self, cited: CitedBody) -> None:
        version = "" if cited.version is None else f" version {cited.version}"
        super().__init__(f"There is no {cited.kind} {cited.id!r}{version}. Cite what a match has shown.")


@dataclass(frozen=True, slots=True)
class CitedText:
    """A cited item's text, and what it is called."""

    kind: ItemKind
    id: str
    version: int
    text: str


@router.post(
    "/v1/replies:check",
    summary="Check a reply",
    responses={
        200: {"content": {"application/json": {"example": REPLY_CHECKED}}},
        400: {"description": "The body is not JSON.", "model": ErrorAnswer},
        401: {"description": "The key is missing or wrong.", "model": ErrorAnswer},
        404: {"description": "No order, article or case has this id.", "model": ErrorAnswer},
        413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
        415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
        422: {"description": "A field is missing, unknown or wrong, or the reply is too long.", "model": ErrorAnswer},
    },
)
def check(body: NewReply, services: ServicesNeeded) -> ReplyCheckAnswer:
    """Find every amount, date, time, duration, share, count and long number of a reply, and what says the same.

    That is a fact of the order, or a sentence of a cited article or case. What nothing supports has `support` null.
    """
    with services.database.read() as session:
        order = body.order if body.order_id is None else get_order(session, body.order_id)
        cited = [_find_text(session, one) for one in body.cited]
    context = derive_context(
        order,
        now=body.now or services.now(),
        zone=services.matcher.surroundings.zone,
        audience=Audience.INTERNAL,
    )
    report = check_reply(body.text, context, [one.text for one in cited], body.language)
    claims = [_make_claim(claim, cited) for claim in report.claims]
    return ReplyCheckAnswer(claims=claims, unsupported=len(report.unsupported))


def _find_text(session: Session, cited: CitedBody) -> CitedText:
    """Return the text of what was cited; a named version counts also when it is withdrawn by now."""
    if cited.kind == "case":
        case = find_cases(session, [cited.id]).get(cited.id)
        if case is None or cited.version not in (None, 1):
            raise CitedItemNotFound(cited)
        return CitedText(ItemKind.CASE, case.id, 1, case.solution)
    article = find_article(session, cited.id)
    for version in reversed(article.versions if article else []):
        wanted = (
            version.status == ArticleStatus.PUBLISHED
            if cited.version is None
            else version.version == cited.version and version.status != ArticleStatus.DRAFT
        )
        if wanted:
            # The body first: of two sentences that say the same, it has the longer one.
            return CitedText(ItemKind.ARTICLE, cited.id, version.version, f"{version.body}\n{version.title}")
    raise CitedItemNotFound(cited)


def _make_claim(claim: Claim, cited: list[CitedText]) -> ClaimAnswer:
    return ClaimAnswer(
        start=claim.start,
        end=claim.end,
        text=claim.text,
        kind=claim.kind,
        value=claim.value,
        support=_make_support(claim, cited),
    )


def _make_support(claim: Claim, cited: list[CitedText]) -> SupportAnswer | None:
    support = claim.support
    if support is None:
        return None
    if support.source is SupportSource.ORDER or support.cited is None:
        return SupportAnswer(source="order", name=support.name)
    item = cited[support.cited]
    return SupportAnswer(source=item.kind, id=item.id, version=item.version, sentence=support.sentence)
