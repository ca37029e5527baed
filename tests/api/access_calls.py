"""One request for every row of the access table in `docs/keys.md`, and the shop that they are sent to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from kb.access import Role
from kb.events.signature import sign as sign_event
from tests.api.widget_shop import ANNA, ONLY_ORDER, PAID
from tests.api.widget_shop import sign as sign_customer

WEBHOOK_SECRET = "the-secret-of-the-events"
EVENT = orjson.dumps({"events": [{}]})  # Refused alone; the request is answered.
BY_WIDGET, BY_OTHERS = "asked-by-a-widget", "asked-by-an-agent"
ARTICLE = "returns-7-days"
PUBLIC = {"question": "不想要了能退吗", "audience": "public"}
ASK = {"question": "不想要了能退吗"}
# Widgets and admins pass the gate, and what they name is somebody else's, or nobody's.
NOT_THEIRS: Mapping[Role, int] = {Role.WIDGET: 404, Role.ADMIN: 404}
UNSHOWN: Mapping[Role, int] = {Role.WIDGET: 401, Role.ADMIN: 401}

Headers = Callable[[], Mapping[str, str]]


def send_nothing() -> Mapping[str, str]:
    """Return no headers."""
    return {}


def send_signature() -> Mapping[str, str]:
    """Return the headers of a signed event."""
    signature = sign_event(EVENT, WEBHOOK_SECRET.encode(), at=datetime.now(UTC))
    return {"Content-Type": "application/json", "X-Xianzhi-Signature": signature}


@dataclass(frozen=True, slots=True)
class Call:
    """A request, the status where it is answered, and where it is refused otherwise than by the role."""

    address: str
    body: Mapping[str, Any] | bytes | None = None
    status: int = 200
    refused: Mapping[Role, int] = field(default_factory=dict)
    refused_nobody: int = 401
    headers: Headers = send_nothing


PLAIN = (
    "/", "/sidebar", "/widget-demo", "/docs", "/sidebar/settings", "/widget.js", "/openapi.json", "/healthz", "/readyz",
    "/metrics",
)  # fmt: skip
JUDGED = {"verdict": "solved"}
CALLS: Mapping[str, Call] = {
    **{f"{method} {path}": Call(path) for path in PLAIN for method in ("GET", "HEAD")},
    "GET /web/{path}": Call("/web/theme.css"),
    "HEAD /web/{path}": Call("/web/theme.css"),
    "POST /v1/events signed": Call("/v1/events", EVENT, headers=send_signature),
    "POST /v1/events not signed": Call("/v1/events", {"events": [{}]}, refused_nobody=403),
    "POST /v1/match as customers ask": Call("/v1/match", PUBLIC),
    "POST /v1/match as agents ask": Call("/v1/match", ASK),
    "POST /v1/match with `order_id`": Call("/v1/match", PUBLIC | {"order_id": ONLY_ORDER}),
    "POST /v1/match with `customer`": Call("/v1/match", PUBLIC | {"customer": ANNA}),
    "POST /v1/match as customers ask, with `now`": Call("/v1/match", PUBLIC | {"now": "2027-01-01T00:00:00Z"}),
    "POST /v1/feedback on what a widget asked": Call("/v1/feedback", JUDGED | {"request_id": BY_WIDGET}),
    "POST /v1/feedback on what others asked": Call(
        "/v1/feedback", JUDGED | {"request_id": BY_OTHERS}, refused={Role.WIDGET: 404}
    ),
    "POST /v1/feedback on what a widget asked, as agents judge": Call(
        "/v1/feedback", {"request_id": BY_WIDGET, "verdict": "dismissed", "agent": "a-17"}
    ),
    "DELETE /v1/feedback/{request_id} on what a widget asked": Call(f"/v1/feedback/{BY_WIDGET}"),
    "DELETE /v1/feedback/{request_id} on what others asked": Call(
        f"/v1/feedback/{BY_OTHERS}", refused={Role.WIDGET: 404}
    ),
    "GET /v1/suggest": Call("/v1/suggest?q=退货"),
    "POST /v1/widget/ask without a token": Call("/v1/widget/ask", ASK),
    "POST /v1/widget/ask about an own order": Call(
        "/v1/widget/ask", ASK | {"order_id": ONLY_ORDER}, headers=sign_customer
    ),
    "POST /v1/widget/ask about another's order": Call(
        "/v1/widget/ask", ASK | {"order_id": PAID}, headers=sign_customer, refused=NOT_THEIRS
    ),
    "POST /v1/widget/ask about an own order, with an expired token": Call(
        "/v1/widget/ask", ASK | {"order_id": ONLY_ORDER}, headers=lambda: sign_customer(exp=1, iat=0), refused=UNSHOWN
    ),
    "GET /v1/widget/articles/{article_id}": Call(f"/v1/widget/articles/{ARTICLE}"),
    "GET /v1/widget/articles/{article_id} with an own order": Call(
        f"/v1/widget/articles/{ARTICLE}?order_id={ONLY_ORDER}", headers=sign_customer
    ),
    "GET /v1/widget/articles/{article_id} with another's order": Call(
        f"/v1/widget/articles/{ARTICLE}?order_id={PAID}", headers=sign_customer, refused=NOT_THEIRS
    ),
    "GET /v1/widget/articles/{article_id} that is internal": Call("/v1/widget/articles/secret", refused=NOT_THEIRS),
    "POST /v1/widget/feedback on what a widget asked": Call(
        "/v1/widget/feedback", {"request_id": BY_WIDGET, "article_id": "{shown}", "solved": True}, status=204
    ),
    "POST /v1/widget/feedback on what others asked": Call(
        "/v1/widget/feedback", {"request_id": BY_OTHERS, "article_id": "{shown}", "solved": True}, refused=NOT_THEIRS
    ),
    "POST /v1/widget/handover about an own order": Call(
        "/v1/widget/handover", ASK | {"order_id": ONLY_ORDER}, headers=sign_customer
    ),
    "POST /v1/widget/handover about another's order": Call(
        "/v1/widget/handover", ASK | {"order_id": PAID}, headers=sign_customer, refused=NOT_THEIRS
    ),
    "GET /v1/handovers/{handover_id}": Call("/v1/handovers/{handover}"),
    "GET /v1/customers:lookup": Call(f"/v1/customers:lookup?q={ANNA}&agent=a-17"),
    "POST /v1/customers/{customer_id}:reveal": Call(
        f"/v1/customers/{ANNA}:reveal", {"fields": ["phone"], "agent": "a-17", "reason": "回电"}
    ),
    "GET /v1/orders": Call("/v1/orders"),
    "GET /v1/orders/{order_id}": Call(f"/v1/orders/{ONLY_ORDER}"),
    "POST /v1/replies:check": Call("/v1/replies:check", {"text": "您好，运费 8 元。", "order_id": ONLY_ORDER}),
    "GET /v1/articles/{article_id}": Call(f"/v1/articles/{ARTICLE}"),
    "PUT /v1/articles/{article_id}": Call("/v1/articles/new", {"title": "新条目", "body": "新。"}),
    "POST /v1/articles/{article_id}:withdraw": Call("/v1/articles/for-all:withdraw"),
    "GET /v1/synonyms": Call("/v1/synonyms"),
    "PUT /v1/synonyms/{synonym_id}": Call("/v1/synonyms/new", {"terms": ["退货", "退掉"]}),
    "DELETE /v1/synonyms/{synonym_id}": Call("/v1/synonyms/of-{caller}"),
    "POST /v1/synonyms:preview": Call("/v1/synonyms:preview", {"id": "tried", "terms": ["退货", "退掉"]}),
    "POST /v1/notices:preview": Call("/v1/notices:preview", {"notice_id": "snow"}),
    "GET /v1/notices/{notice_id}": Call("/v1/notices/snow"),
    "GET /v1/keys": Call("/v1/keys"),
    "POST /v1/keys": Call("/v1/keys", {"name": "made-here", "role": "agent"}, status=201),
    "POST /v1/keys/{key_id}:rotate": Call("/v1/keys/{rotated}:rotate", {"overlap_hours": 1}),
    "POST /v1/keys/{key_id}:revoke": Call("/v1/keys/{revoked}:revoke"),
}
