"""What nobody foresaw becomes an answer in the one envelope, which the layers around give their headers."""

from __future__ import annotations

import logging
import traceback

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import make_internal_answer

log = logging.getLogger(__name__)


class CrashAnswerer:
    """ASGI middleware: answers 500 where nothing was answered yet; what had begun is broken off."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, has_begun = scope["state"]["request_id"], False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:
            raise
        except Exception as error:
            _log_crash(request_id, error)
            if has_begun:
                raise
            await make_internal_answer(request_id)(scope, receive, send)


def _log_crash(request_id: str, error: Exception) -> None:
    # The message of an error may hold a customer's words: only its type and where it arose are logged.
    log.error(
        "request_crashed",
        extra={
            "request_id": request_id,
            "error": type(error).__name__,
            "frames": [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)],
        },
    )
