"""Bearer keys: with one set, `/v1` asks for a key, and for the right role, before anything else is looked at."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette._utils import get_route_path  # What the router itself goes by, below whatever prefix.
from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Forbidden, Unauthorized, make_error_answer
from kb.access import ApiKey, Role, find_key
from kb.audit.models import MAX_ACTOR
from kb.feedback.models import FeedbackVerdict
from kb.feedback.service import NewJudgement

log = logging.getLogger(__name__)

GUARDED = "/v1"
SIGNED = frozenset({"/v1/events"})  # Their signature is the key.
KEY_IN_ADDRESS = frozenset({"/v1/suggest"})
READ, WRITE = frozenset({"GET", "HEAD"}), frozenset({"POST", "PUT", "DELETE", "PATCH"})
BOTH = READ | WRITE
# By the beginning of an address, the first that fits: who may read there, who may write. Admins may do everything, and
# what is not listed is theirs alone.
PERMITS: Mapping[str, Mapping[frozenset[str], frozenset[Role]]] = {
    "/v1/customers": {BOTH: frozenset({Role.AGENT})},
    "/v1/orders": {BOTH: frozenset({Role.AGENT})},
    "/v1/match": {BOTH: frozenset({Role.AGENT, Role.EDITOR, Role.WIDGET})},
    "/v1/feedback": {BOTH: frozenset({Role.AGENT, Role.WIDGET})},
    "/v1/handovers": {READ: frozenset({Role.AGENT})},
    "/v1/suggest": {READ: frozenset({Role.AGENT, Role.EDITOR, Role.WIDGET})},
    "/v1/widget": {BOTH: frozenset({Role.WIDGET})},
    "/v1/replies": {BOTH: frozenset({Role.AGENT})},
    "/v1/articles": {READ: frozenset({Role.AGENT, Role.EDITOR}), WRITE: frozenset({Role.EDITOR})},
    "/v1/synonyms": {READ: frozenset({Role.AGENT, Role.EDITOR}), WRITE: frozenset({Role.EDITOR})},
    "/v1/notices": {READ: frozenset({Role.AGENT, Role.EDITOR, Role.ANALYST}), WRITE: frozenset({Role.EDITOR})},
}
# Those who see nothing of customers.
WITHOUT_CUSTOMERS = frozenset({Role.EDITOR, Role.WIDGET, Role.ANALYST})
# What came of an answer, as far as customers can tell: what was sent to them is for agents to say.
OF_CUSTOMERS = frozenset({FeedbackVerdict.SOLVED, FeedbackVerdict.DISMISSED, FeedbackVerdict.WRONG})
# Only tells the API description that there is a key; `BearerGate` is what asks for it.
DESCRIBE_KEY = Depends(HTTPBearer(auto_error=False, description="A key of the service, where any is set."))


class BearerGate:
    """ASGI middleware: lets requests with a key of the right role through to the guarded addresses."""

    def __init__(self, app: ASGIApp, keys: Sequence[ApiKey]) -> None:
        self.app = app
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = get_route_path(scope) if scope["type"] == "http" else ""
        if not self.keys or not is_guarded(path):
            await self.app(scope, receive, send)
            return
        key = find_offered(Headers(scope=scope).get("authorization", ""), self.keys) or find_in_address(
            scope, self.keys
        )
        error = _refuse(key, scope["method"], path)
        if error is None:
            scope["state"]["key"] = key
            await self.app(scope, receive, send)
            return
        request_id = scope["state"]["request_id"]
        if key is not None:
            log.warning("access_refused", extra={"request_id": request_id, "key": key.name, "role": key.role.value})
        await make_error_answer(request_id, error)(scope, receive, send)


def is_guarded(path: str) -> bool:
    """Tell whether an address asks for a key."""
    return (path == GUARDED or path.startswith(f"{GUARDED}/")) and path not in SIGNED


def find_offered(header: str, keys: Sequence[ApiKey]) -> ApiKey | None:
    """Return the key that an Authorization header carries, or None."""
    scheme, _, offered = header.partition(" ")
    # Header bytes beyond ASCII arrive as Latin-1; `compare_digest` takes bytes only for those.
    found = find_key(keys, offered.strip().encode("latin-1", "replace"))
    return found if scheme.lower() == "bearer" else None


def find_in_address(scope: Scope, keys: Sequence[ApiKey]) -> ApiKey | None:
    """Return the widget's key that an address carries, or None.

    Only where a header would cost a question of the browser's before every key that is pressed; no other key is taken
    from an address, for addresses are written down on the way.
    """
    if get_route_path(scope) not in KEY_IN_ADDRESS:
        return None
    found = find_key(keys, QueryParams(scope["query_string"]).get("key", "").encode("utf-8", "replace"))
    return found if found is not None and found.role is Role.WIDGET else None


def may_call(role: Role, method: str, path: str) -> bool:
    """Tell whether a role may do this at an address."""
    return role is Role.ADMIN or role in list_roles(method, path)


def list_roles(method: str, path: str) -> frozenset[Role]:
    """Return the roles, admins apart, that may do this at an address."""
    permits = next((each for start, each in PERMITS.items() if lies_under(path, start)), {})
    return next((roles for methods, roles in permits.items() if method in methods), frozenset())


def name_actor(request: Request, claimed: str) -> str:
    """Return who acts, for the audit trail: the key's name, which nobody chooses, before the name that is claimed."""
    key: ApiKey | None = getattr(request.state, "key", None)
    return f"{key.name}/{claimed}"[:MAX_ACTOR] if key is not None and key.name else claimed


def find_role(request: Request) -> Role:
    """Return the role of the key that a request came with; where none is set, everybody may do everything."""
    key: ApiKey | None = getattr(request.state, "key", None)
    return Role.ADMIN if key is None else key.role


def refuse_other_times(request: Request, *, names_time: bool) -> None:
    """Raise `Forbidden` where a widget asks what held, or will hold, at another time than now."""
    if names_time and find_role(request) is Role.WIDGET:
        raise Forbidden(f"A key of the role {Role.WIDGET} asks about the present. Leave `now` out.")


def refuse_words_of_agents(request: Request, judgement: NewJudgement) -> None:
    """Raise `Forbidden` where a widget judges as only agents can: what was sent, by whom, and when."""
    if find_role(request) is not Role.WIDGET:
        return
    names_agents = (judgement.agent, judgement.reply, judgement.at) != (None, None, None)
    if judgement.verdict not in OF_CUSTOMERS or names_agents:
        raise Forbidden(
            f"A key of the role {Role.WIDGET} says what customers can say. Send `verdict` "
            f"{', '.join(sorted(OF_CUSTOMERS))}, without `agent`, `reply` and `at`; or use an agent's key."
        )


def refuse_customers(request: Request, *, names_customer: bool, is_public: bool) -> None:
    """Raise `Forbidden` where a key that sees nothing of customers asks about one, or asks as an agent does.

    An agent's question may hold an order number, which is looked up: so such keys ask as customers do.
    """
    role = find_role(request)
    if role not in WITHOUT_CUSTOMERS:
        return
    if names_customer or not is_public:
        raise Forbidden(
            f"A key of the role {role} sees nothing of customers. Send `audience` public, and neither `order_id` "
            "nor `customer`; or use an agent's key."
        )


def _refuse(key: ApiKey | None, method: str, path: str) -> Unauthorized | Forbidden | None:
    if key is None:
        return Unauthorized("A key is needed here. Send the header `Authorization: Bearer <key>`.")
    if may_call(key.role, method, path):
        return None
    allowed = ", ".join(sorted({Role.ADMIN, *list_roles(method, path)}))
    return Forbidden(f"A key of the role {key.role} may not do this. Use one of the roles {allowed}.")


def lies_under(path: str, start: str) -> bool:
    """Tell whether an address is another, or lies below it, or is something that is done with it."""
    return path == start or path.startswith((f"{start}/", f"{start}:"))
