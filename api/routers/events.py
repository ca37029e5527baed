"""`POST /v1/events`: what a shop's own system tells of its orders as it happens, signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request

from api.admission import take_place
from api.errors import ErrorAnswer, WebhookDisabled
from api.event_examples import EVENTS, EVENTS_ANSWER, EVENTS_SCHEMA
from api.json_body import JsonValue, StrictJsonRequest, parse_json
from api.services import Services, ServicesNeeded
from kb.errors import InvalidInput
from kb.events.event import EventOutcome
from kb.events.service import take_events
from kb.events.signature import verify_signature

router = APIRouter(tags=["events"])

MOST_EVENTS = 100

Signature = Annotated[
    str,
    Header(
        alias="X-Xianzhi-Signature",
        description='`t=<unix seconds>,v1=<hex>`: HMAC-SHA-256 of "t.body" with the secret that both sides know.',
    ),
]


@dataclass(frozen=True, slots=True)
class EventsAnswer:
    """What became of each event, in the order they were sent."""

    request_id: str
    results: list[EventOutcome]


ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": EVENTS_ANSWER}}},
    400: {"description": "The body is not JSON.", "model": ErrorAnswer},
    403: {"description": "No secret is set, or the signature is not the one of this body.", "model": ErrorAnswer},
    413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
    415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
    422: {"description": "It holds no event, or more than 100.", "model": ErrorAnswer},
    503: {"description": "Nothing was taken; send it again.", "model": ErrorAnswer},
}
BODY = {"required": True, "content": {"application/json": {"schema": EVENTS_SCHEMA, "example": EVENTS}}}


@router.post("/v1/events", summary="Tell what happened", responses=ANSWERS, openapi_extra={"requestBody": BODY})
async def take(request: Request, services: ServicesNeeded, signature: Signature = "") -> EventsAnswer:
    """Take up to 100 events of orders, parcels, refunds and customers; the signature is asked for in place of the key.

    Each is taken once however often it is sent, in whatever order they come; one that cannot be used is refused alone.
    """
    if not services.webhook_secrets:
        raise WebhookDisabled("No events are taken here: set XIANZHI_WEBHOOK_SECRET to take them.")
    body = await StrictJsonRequest(request.scope, request.receive).read_bytes()
    now = datetime.now(UTC)  # A signature is made by a real clock, also where matches go by a fixed one.
    verify_signature(signature, body, services.webhook_secrets, now=now)
    results = await take_place(request, services, lambda _deadline: _take(services, body, now))
    services.metrics.count_events(results)
    return EventsAnswer(request.state.request_id, results)


def _take(services: Services, body: bytes, now: datetime) -> list[EventOutcome]:
    events = _list_events(parse_json(body))
    with services.database.write() as session:
        return take_events(session, events, now=now)


def _list_events(sent: JsonValue) -> Sequence[object]:
    """Return the events of a body: one event, or an object that lists them."""
    if not isinstance(sent, dict):
        raise InvalidInput('Send one event, or {"events": […]}.')
    events = sent.get("events", [sent])
    if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS:
        raise InvalidInput(f"`events` is to list 1 to {MOST_EVENTS} events. Send more of them in several requests.")
    return events
