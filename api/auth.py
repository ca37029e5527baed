"""Bearer keys: with a key set, `/v1` asks for it before anything else is looked at, but where a body is signed."""

from __future__ import annotations

import hmac

from fastapi import Depends
from fastapi.security import HTTPBearer
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Unauthorized, make_error_answer

GUARDED = "/v1"
SIGNED = frozenset({"/v1/events"})  # Their signature is the key.
# Only tells the API description that there is a key; `BearerGate` is what asks for it.
DESCRIBE_KEY = Depends(HTTPBearer(auto_error=False, description="The key in `XIANZHI_API_KEY`, where one is set."))


class BearerGate:
    """ASGI middleware: lets requests with the right key through to the guarded addresses."""

    def __init__(self, app: ASGIApp, key: SecretStr | None) -> None:
        self.app = app
        self.key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.key is None or not is_guarded(scope["path"]):
            await self.app(scope, receive, send)
            return
        if holds_key(Headers(scope=scope).get("authorization", ""), self.key):
            await self.app(scope, receive, send)
            return
        error = Unauthorized("A key is needed here. Send the header `Authorization: Bearer <key>`.")
        await make_error_answer(scope["state"]["request_id"], error)(scope, receive, send)


def is_guarded(path: str) -> bool:
    """Tell whether an address asks for the key."""
    return (path == GUARDED or path.startswith(f"{GUARDED}/")) and path not in SIGNED


def holds_key(header: str, key: SecretStr) -> bool:
    """Tell whether an Authorization header carries the key, in a time that does not depend on how nearly."""
    scheme, _, offered = header.partition(" ")
    # Header bytes beyond ASCII arrive as Latin-1; compare_digest takes bytes only for those.
    same = hmac.compare_digest(offered.strip().encode("latin-1", "replace"), key.get_secret_value().encode())
    return same and scheme.lower() == "bearer"
