"""Who is on the line: look-up by phone or number, masked; plain values for those who say why. Both are noted first."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from anyio import move_on_after, to_thread
from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import Field

from api.auth import DESCRIBE_KEY, name_actor
from api.customer_examples import LOOKUP_ANSWER, REVEAL, REVEAL_ANSWER
from api.errors import ErrorAnswer, ServiceBusy
from api.json_body import StrictJsonRoute
from api.places import RequestClass
from api.services import Services, ServicesNeeded
from api.validation import StrictModel
from index.deadline import Deadline, DeadlinePassed
from index.matcher import Matcher
from index.reasons.customer import find_likely_reasons
from index.reasons.solving import add_solutions
from kb.articles.models import ItemId
from kb.audit.models import Actor, Caller, Reason
from kb.audit.trail import AuditTrail
from kb.customers.desk import CustomerDesk, Lookup, RevealField
from kb.customers.likely import LikelyReasons, LookupWithReasons, ReasonsFrom, add_reasons
from kb.customers.profile import View
from kb.customers.query import MAX_QUERY
from kb.handovers.models import Handover
from kb.handovers.service import list_handovers
from kb.orders.order import Order

log = logging.getLogger(__name__)

router = APIRouter(tags=["customers"], route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])


Asked = Annotated[
    str,
    Query(
        alias="q",
        min_length=1,
        max_length=MAX_QUERY,
        description="A phone, an order or tracking number, a customer id, or at least the last four digits of one.",
    ),
]
Agent = Annotated[Actor, Query(description="Who looks; stands in the audit trail.")]
Why = Annotated[Reason | None, Query(description="Why; stands in the audit trail, with personal data masked.")]
CustomerId = Annotated[ItemId, Path(description="The customer's id, as a look-up answers it.")]


class RevealBody(StrictModel):
    """What is to be shown in plain, to whom, and why."""

    fields: Annotated[list[RevealField], Field(min_length=1, max_length=len(RevealField))]
    agent: Actor = Field(description="Who looks; stands in the audit trail.")
    reason: Reason = Field(description="Why; stands in the audit trail, with personal data masked.")


RevealAsked = Annotated[RevealBody, Body(openapi_examples={"call back": {"value": REVEAL}})]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupAnswer(LookupWithReasons):
    """What was found: `outcome` found has a `profile`, several has `candidates`, none has neither.

    `likely_reasons` says why a found customer probably gets in touch; `reasons_from` what that goes by. `handovers` are
    the newest that they left in the widget.
    """

    request_id: str
    handovers: Sequence[Handover] = ()


@dataclass(frozen=True, slots=True)
class RevealAnswer:
    """The values in plain; null where one is not known."""

    request_id: str
    customer_id: str
    values: Mapping[RevealField, str | None]


REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The key is missing or wrong.", "model": ErrorAnswer},
    422: {"description": "The query or another field cannot be used.", "model": ErrorAnswer},
    503: {"description": "The audit trail cannot be written: nothing is shown.", "model": ErrorAnswer},
}
BODY_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is not JSON.", "model": ErrorAnswer},
    404: {"description": "No customer has this id.", "model": ErrorAnswer},
    413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
    415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
}


@router.get(
    "/v1/customers:lookup",
    summary="Look a customer up",
    responses={200: {"content": {"application/json": {"example": LOOKUP_ANSWER}}}, **REFUSALS},
)
async def look_up_customer(
    request: Request, services: ServicesNeeded, query: Asked, agent: Agent, reason: Why = None
) -> LookupAnswer:
    """Return the customer whom a phone, number or the end of one means, with orders, parcels, contacts and notices.

    Names, phones and addresses are masked. Where several are meant they are listed, newest order first. With one
    customer come the likeliest reasons to get in touch, each with its ready solution.
    """
    caller = Caller(name_actor(request, agent), reason, request.state.request_id)
    found, likely, orders = await to_thread.run_sync(_look_up, services, query, caller)
    likely = await _solve(services, likely, orders)
    handed_over = await to_thread.run_sync(_list_handovers, services, found)
    return replace(build_answer(found, likely, caller.request_id), handovers=handed_over)


@router.post(
    "/v1/customers/{customer_id}:reveal",
    summary="Show a customer's data in plain",
    responses={
        200: {"content": {"application/json": {"example": REVEAL_ANSWER}}},
        **REFUSALS,
        **BODY_REFUSALS,
    },
)
def reveal_customer(
    customer_id: CustomerId, body: RevealAsked, request: Request, services: ServicesNeeded
) -> RevealAnswer:
    """Return what was asked for as it is stored."""
    caller = Caller(name_actor(request, body.agent), body.reason, request.state.request_id)
    revealed = _open_desk(services).reveal(customer_id, body.fields, caller)
    return RevealAnswer(caller.request_id, revealed.customer_id, revealed.values)


def build_answer(found: Lookup, likely: LikelyReasons, request_id: str) -> LookupAnswer:
    """Return what is answered to a look-up."""
    return add_reasons(partial(LookupAnswer, request_id=request_id), found, likely)


def _look_up(services: Services, query: str, caller: Caller) -> tuple[Lookup, LikelyReasons, Sequence[Order]]:
    desk = _open_desk(services)
    found = desk.look_up(query, caller)
    try:
        likely, orders = find_likely_reasons(services.matcher.live, services.database, found, desk.view)
    except Exception as error:
        return found, _note_failure(error), ()
    return found, likely, orders


def _list_handovers(services: Services, found: Lookup) -> Sequence[Handover]:
    customer = found.profile.customer if found.profile else None
    if customer is None:
        return ()
    with services.database.read() as session:
        return list_handovers(session, customer.id)


async def _solve(services: Services, likely: LikelyReasons, orders: Sequence[Order]) -> LikelyReasons:
    """Add the solutions; waiting for a place among the matches takes from the time that there is for them."""
    seconds = services.solutions_seconds
    if not likely.reasons or not seconds:
        return likely
    until = time.monotonic() + seconds
    solved = likely
    with move_on_after(seconds):
        with suppress(ServiceBusy, DeadlinePassed):
            work = partial(_add_solutions, services.matcher, likely, orders, until)
            solved = await services.places.run(RequestClass.AGENT, work, Deadline(until))
    return solved


def _add_solutions(matcher: Matcher, likely: LikelyReasons, orders: Sequence[Order], until: float) -> LikelyReasons:
    try:
        return add_solutions(matcher, likely, orders, seconds=until - time.monotonic())
    except Exception as error:
        _note_failure(error)
        return likely


def _note_failure(error: Exception) -> LikelyReasons:
    """Log that there are no reasons, and not why in words, which may be a customer's; the look-up is answered."""
    log.error("likely_reasons_failed", extra={"error": type(error).__name__})
    return LikelyReasons(ReasonsFrom.FAILED)


def _open_desk(services: Services) -> CustomerDesk:
    view = View(services.now(), services.matcher.surroundings.zone)
    return CustomerDesk(services.database, AuditTrail(services.database), view)
