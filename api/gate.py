"""The gate before `/v1`: finds the key, and lets through what its role, its scope and the limits allow."""

from __future__ import annotations

import logging

from starlette._utils import get_route_path  # What the router itself goes by, below whatever prefix.
from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from api.addresses import lies_under
from api.auth import KEY_IN_ADDRESS, READ, is_guarded, list_roles, may_call
from api.errors import Forbidden, KeyEnded, TooManyRequests, Unauthorized, make_error_answer
from api.limits import Limits, lies_within
from kb.access import ApiKey, Role
from kb.errors import XianzhiError
from kb.keys.models import KeyState
from kb.keys.ring import FoundKey, KeyRing

log = logging.getLogger(__name__)

NEEDED = "A key is needed here. Send the header `Authorization: Bearer <key>`."


class KeyGate:
    """ASGI middleware: as soon as there is any key, asks for one of the right role at the guarded addresses."""

    def __init__(self, app: ASGIApp, ring: KeyRing, limits: Limits) -> None:
        self.app = app
        self.ring = ring
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = get_route_path(scope) if scope["type"] == "http" else ""
        if not self.ring.is_guarded or not is_guarded(path):
            await self.app(scope, receive, send)
            return
        found: FoundKey | None = None
        try:
            found = self._find(scope)
            scope["state"]["key"] = self._admit(found, scope)
        except XianzhiError as error:
            request_id = scope["state"]["request_id"]
            if found is not None:
                self._note_refusal(found, error, request_id)
            await make_error_answer(request_id, error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _find(self, scope: Scope) -> FoundKey | None:
        found = self.ring.find(read_bearer(Headers(scope=scope).get("authorization", "")))
        if found is None and get_route_path(scope) in KEY_IN_ADDRESS:
            # Only where a header would cost a question of the browser's before every key that is pressed; no other key
            # is taken from an address, for addresses are written down on the way.
            offered = QueryParams(scope["query_string"]).get("key", "").encode("utf-8", "replace")
            in_address = self.ring.find(offered)
            found = in_address if in_address is not None and in_address.key.role is Role.WIDGET else None
        return found

    def _admit(self, found: FoundKey | None, scope: Scope) -> ApiKey:
        """Return the key of a request that may pass; raises what it is refused with."""
        if found is None or found.state is not KeyState.IN_FORCE:
            if (caller := self.limits.find_caller(scope)) is not None:
                refuse_too_many(self.limits.of_strangers.take(caller), "without a key that holds")
            raise Unauthorized(NEEDED) if found is None else KeyEnded(found.state)
        self._count(found, scope)
        refuse_beyond_role(found.key, scope)
        refuse_beyond_scope(found.key, scope)
        self.ring.note_use(found)
        return found.key

    def _count(self, found: FoundKey, scope: Scope) -> None:
        if found.key.role is not Role.WIDGET:
            refuse_too_many(self.limits.of_keys.take(found.key_id or f"={found.key.name or ''}"), "with this key")
            return
        # Every visitor of the shop's pages has the same key: they are told apart by where they come from.
        visitor = self.limits.find_visitor(scope)
        if visitor is not None:
            refuse_too_many(self.limits.of_addresses.take(visitor), "from this address")

    def _note_refusal(self, found: FoundKey, error: XianzhiError, request_id: str) -> None:
        key = found.key
        about = {"request_id": request_id, "key": key.name, "role": key.role.value, "code": error.code}
        log.warning("access_refused", extra=about)
        if found.state is not KeyState.IN_FORCE:
            self.ring.note_refusal(found, request_id)


def read_bearer(header: str) -> bytes:
    """Return the key that an Authorization header carries; empty where it carries none."""
    scheme, _, offered = header.partition(" ")
    # Header bytes beyond ASCII arrive as Latin-1; keys are compared byte by byte.
    return offered.strip().encode("latin-1", "replace") if scheme.lower() == "bearer" else b""


def refuse_too_many(seconds: int, whose: str) -> None:
    """Raise `TooManyRequests` where there is something to wait for."""
    if seconds:
        raise TooManyRequests(f"Too many requests {whose}. Try again in {seconds} s.", retry_after_seconds=seconds)


def refuse_beyond_role(key: ApiKey, scope: Scope) -> None:
    """Raise `Forbidden` where the role may not do this."""
    method, path = scope["method"], get_route_path(scope)
    if not may_call(key.role, method, path):
        allowed = ", ".join(sorted({Role.ADMIN, *list_roles(method, path)}))
        raise Forbidden(f"A key of the role {key.role} may not do this. Use one of the roles {allowed}.")


def refuse_beyond_scope(key: ApiKey, scope: Scope) -> None:
    """Raise `Forbidden` where the key itself was narrowed to something else."""
    narrowed, path = key.scope, get_route_path(scope)
    if narrowed.reads_only and scope["method"] not in READ:
        raise Forbidden("This key only reads. Use one that is not narrowed to that.")
    if narrowed.paths and not lies_under(path, *narrowed.paths):
        raise Forbidden(f"This key is narrowed to {', '.join(narrowed.paths)}. Use another one here.")
    if not lies_within(scope, narrowed.addresses):
        raise Forbidden("This key is narrowed to other networks than the one that this request comes from.")
