"""Notices: which orders one would touch, before it is published, and what a published one did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request
from pydantic import Field, model_validator

from api.auth import DESCRIBE_KEY, WITHOUT_CUSTOMERS, find_role
from api.errors import ErrorAnswer
from api.json_body import StrictJsonRoute
from api.services import ServicesNeeded
from api.validation import StrictModel
from kb.articles.models import ItemId
from kb.notices.models import Notice
from kb.notices.preview import MOST_ORDERS, NoticePreview, preview_notices
from kb.notices.service import get_notice, is_in_force
from kb.notices.touches import NoticeReach, measure_reach
from kb.orders.order import Moment

router = APIRouter(tags=["notices"], route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])

ORDERS_CHECKED = 10_000  # A few seconds' work, without being asked for more.


class NoticeBody(StrictModel, Notice):
    """A notice as it is to be published."""


class NoticePreviewBody(StrictModel):
    """A notice, or the id of a stored one."""

    notice: NoticeBody | None = None
    notice_id: ItemId | None = Field(None, description="The id of a stored notice, in place of `notice`.")
    now: Moment | None = Field(None, description="Count as of this moment (ISO 8601 with zone) instead of the present.")
    most: Annotated[int, Field(strict=True, ge=1, le=MOST_ORDERS)] = Field(
        ORDERS_CHECKED, description="How many orders to look at, newest first."
    )

    @model_validator(mode="after")
    def _name_one_notice(self) -> NoticePreviewBody:
        if (self.notice is None) == (self.notice_id is None):
            raise ValueError("Send either notice or notice_id")
        return self


PREVIEW: dict[str, Any] = {
    "notice": {
        "id": "notice-snow-northeast",
        "title": "东北地区大雪，配送延误 1-2 天",
        "kind": "delay",
        "wording": "受大雪影响，您的包裹可能比原定时间晚 1-2 天到，请您谅解。",
        "applies_when": {
            "all": [
                {"fact": "order.status", "op": "in", "value": ["paid", "preparing", "shipped"]},
                {"fact": "customer.region", "op": "under", "value": "黑龙江省"},
            ]
        },
        "priority": 1,
    }
}
PREVIEWED: dict[str, Any] = {
    "notice_id": "notice-snow-northeast",
    "in_force": True,
    "checked": 483,
    "cut": False,
    "touched": 1,
    "unknown": 2,
    "by_status": {"shipped": 1},
    "by_region": {"黑龙江省": 1},
    "missing": {"customer.region": 2},
    "orders": [
        {
            "id": "SO2026111600142",
            "status": "shipped",
            "region": "黑龙江省/哈尔滨市",
            "placed_at": "2026-11-16T01:42:00Z",
        }
    ],
}

REACHED: dict[str, Any] = {
    "notice_id": "notice-snow-northeast",
    "title": "东北地区大雪，配送延误 1-2 天",
    "in_force": True,
    "reach": {
        "touched": 31,
        "by_touch": {"lookup": 12, "agent": 9, "customer": 14},
        "told": 13,
        "avoided": 8,
        "returned": 2,
        "open": 3,
    },
}


@dataclass(frozen=True, slots=True)
class NoticeAnswer:
    """A notice, and what it did."""

    notice_id: str
    title: str
    in_force: bool
    reach: NoticeReach


NewPreview = Annotated[
    NoticePreviewBody,
    Body(
        openapi_examples={
            "before it is published": {"value": PREVIEW},
            "a stored one": {"value": {"notice_id": "notice-snow-northeast"}},
        }
    ),
]


@router.post(
    "/v1/notices:preview",
    summary="Preview a notice",
    responses={
        200: {"content": {"application/json": {"example": PREVIEWED}}},
        400: {"description": "The body is not JSON.", "model": ErrorAnswer},
        401: {"description": "The key is missing or wrong.", "model": ErrorAnswer},
        404: {"description": "No notice has this id.", "model": ErrorAnswer},
        413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
        415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
        422: {"description": "A field is missing, unknown or wrong.", "model": ErrorAnswer},
    },
)
def preview(body: NewPreview, request: Request, services: ServicesNeeded) -> NoticePreview:
    """Count the orders that the notice would touch now, by status and region, and list the newest 50.

    Its period is not looked at; `in_force` says whether it holds. Orders of which a fact is missing are counted as
    `unknown`: they would not be touched. Nothing is saved. Keys that see nothing of customers get the counts alone.
    """
    with services.database.read() as session:
        notice = body.notice or get_notice(session, body.notice_id or "")
        (shown,) = preview_notices(
            session,
            [notice],
            now=body.now or services.now(),
            zone=services.matcher.surroundings.zone,
            most=body.most,
        )
    return replace(shown, orders=()) if find_role(request) in WITHOUT_CUSTOMERS else shown


@router.get(
    "/v1/notices/{notice_id}",
    summary="What a notice did",
    responses={
        200: {"content": {"application/json": {"example": REACHED}}},
        401: {"description": "The key is missing or wrong.", "model": ErrorAnswer},
        404: {"description": "No notice has this id.", "model": ErrorAnswer},
        422: {"description": "The id cannot be one.", "model": ErrorAnswer},
    },
)
def show_notice(
    notice_id: Annotated[ItemId, Path(description="The notice's id.")], services: ServicesNeeded
) -> NoticeAnswer:
    """Count the contacts that a notice touched, and those that it probably spared; counts only.

    `touched` are orders and days on which it was shown, in a look-up, to an agent or to the customer; of the `told`
    ones the customer read it. `avoided` estimates: nobody asked about the order again within three days.
    """
    now = services.now()
    with services.database.read() as session:
        notice = get_notice(session, notice_id)
        reach = measure_reach(session, notice_id, now=now, matches_kept=services.matches_kept)
    return NoticeAnswer(notice.id, notice.title, is_in_force(notice, now), reach)
