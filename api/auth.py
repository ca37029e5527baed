"""What each role may do, and what the routes ask of the key that a request came with."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from api.addresses import lies_under
from api.errors import Forbidden
from kb.access import ApiKey, Role
from kb.audit.models import MAX_ACTOR
from kb.feedback.models import FeedbackVerdict
from kb.feedback.service import NewJudgement

GUARDED = "/v1"
SIGNED = frozenset({"/v1/events"})  # Their signature is the key.
KEY_IN_ADDRESS = frozenset({"/v1/suggest"})
READ, WRITE = frozenset({"GET", "HEAD"}), frozenset({"POST", "PUT", "DELETE", "PATCH"})
BOTH = READ | WRITE
AGENTS = frozenset({Role.AGENT, Role.SUPERVISOR})
# By the beginning of an address, the first that fits: who may read there, who may write. Admins may do everything, and
# what is not listed is theirs alone.
PERMITS: Mapping[str, Mapping[frozenset[str], frozenset[Role]]] = {
    "/v1/customers": {BOTH: AGENTS},
    "/v1/orders": {BOTH: AGENTS},
    "/v1/match": {BOTH: AGENTS | {Role.EDITOR, Role.SERVICE, Role.WIDGET}},
    "/v1/feedback": {BOTH: AGENTS | {Role.SERVICE, Role.WIDGET}},
    "/v1/handovers": {READ: AGENTS},
    "/v1/suggest": {READ: AGENTS | {Role.EDITOR, Role.SERVICE, Role.WIDGET}},
    "/v1/widget": {BOTH: frozenset({Role.WIDGET})},
    "/v1/replies": {BOTH: AGENTS | {Role.SERVICE}},
    "/v1/articles": {READ: AGENTS | {Role.EDITOR}, WRITE: frozenset({Role.EDITOR})},
    "/v1/synonyms:preview": {BOTH: frozenset({Role.SUPERVISOR, Role.EDITOR})},
    "/v1/synonyms": {READ: AGENTS | {Role.EDITOR}, WRITE: frozenset({Role.EDITOR})},
    "/v1/notices:preview": {BOTH: frozenset({Role.SUPERVISOR, Role.EDITOR})},
    "/v1/notices": {READ: AGENTS | {Role.EDITOR, Role.ANALYST}, WRITE: frozenset({Role.EDITOR})},
    "/v1/keys": {},
}
# Those who see nothing of customers.
WITHOUT_CUSTOMERS = frozenset({Role.EDITOR, Role.WIDGET, Role.ANALYST})
# What came of an answer, as far as customers can tell: what was sent to them is for agents to say.
OF_CUSTOMERS = frozenset({FeedbackVerdict.SOLVED, FeedbackVerdict.DISMISSED, FeedbackVerdict.WRONG})
# Only tells the API description that there is a key; `api.gate` is what asks for it.
DESCRIBE_KEY = Depends(HTTPBearer(auto_error=False, description="A key of the service, where any is set."))


def is_guarded(path: str) -> bool:
    """Tell whether an address asks for a key."""
    return lies_under(path, GUARDED) and path not in SIGNED


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
