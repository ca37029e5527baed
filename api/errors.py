"""Errors as HTTP answers: the one table of statuses, and the one envelope that all of them come in."""

from __future__ import annotations

import http
import logging
from collections.abc import Mapping
from functools import lru_cache

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.json_body import BodyMissing, BodyTooLarge, InvalidJson, MediaTypeUnsupported
from api.validation import list_problems
from index.deadline import DeadlinePassed
from kb.audit.trail import AuditUnavailable
from kb.customer_token import CustomerTokenRefused
from kb.errors import InvalidInput, NotFound, XianzhiError
from kb.events.signature import SignatureInvalid
from kb.keys.ring import KeysUnreadable
from kb.text.mask import mask_personal_data

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "2"
MAX_DETAILS = 20
MASKED_KEPT = 64  # Under load nearly all are the same refusal, and masking it took longer than all else about it.


class Unauthorized(XianzhiError):
    """The key is missing or wrong."""

    code = "unauthorized"


class KeyEnded(Unauthorized):
    """The key was a right one once."""

    code = "key_ended"

    def __init__(self, state: str) -> None:
        super().__init__(f"This key is {state}. Ask whoever runs this service for another one.")


class TooManyRequests(XianzhiError):
    """Somebody asks more often than they may."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Forbidden(XianzhiError):
    """The key is right, and its role may not do this."""

    code = "forbidden"


class HostRefused(XianzhiError):
    """Without a key only this machine is answered."""

    code = "host_refused"

    def __init__(self) -> None:
        super().__init__(
            "No key is set, and so only requests to localhost or 127.0.0.1 are answered. "
            "Use one of those in the address, or make a key: `xianzhi keys create`, or set XIANZHI_API_KEYS."
        )


class WebhookDisabled(XianzhiError):
    """No secret is set, and so nobody can show who sends."""

    code = "webhook_disabled"


class ServiceBusy(XianzhiError):
    """More is asked than can be answered in good time."""

    code = "service_busy"

    def __init__(self, message: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class InvalidHttp(XianzhiError):
    """What came is no request, or its head is too long."""

    code = "invalid_http"

    def __init__(self) -> None:
        super().__init__("This is not HTTP/1.1, or its headers are longer than 16 kB. Mend the request, or send fewer.")


class RequestTooSlow(XianzhiError):
    """The request was not there in time."""

    code = "request_too_slow"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The request was not complete within {seconds:g} seconds. Send it again, faster.")


class TooManyConnections(XianzhiError):
    """There is no place for one more connection."""

    code = "too_many_connections"

    def __init__(self) -> None:
        super().__init__("There are as many connections as this service takes. Try again in a moment.")


class NotReady(XianzhiError):
    """The index is not open, or the database does not answer."""

    code = "not_ready"


STATUS: Mapping[type[Exception], int] = {
    InvalidJson: 400,
    BodyMissing: 400,
    HostRefused: 400,
    InvalidHttp: 400,
    Unauthorized: 401,
    CustomerTokenRefused: 401,
    Forbidden: 403,
    SignatureInvalid: 403,
    WebhookDisabled: 403,
    NotFound: 404,
    RequestTooSlow: 408,
    BodyTooLarge: 413,
    MediaTypeUnsupported: 415,
    InvalidInput: 422,
    RequestValidationError: 422,
    TooManyRequests: 429,
    ServiceBusy: 503,
    DeadlinePassed: 503,
    TooManyConnections: 503,
    NotReady: 503,
    AuditUnavailable: 503,
    KeysUnreadable: 503,
    OperationalError: 503,
    PoolTimeout: 503,
}

INVALID_REQUEST = "The request does not have the form that this route takes; `details` says where."
DATABASE_BUSY = "The database does not answer at the moment. Try again."
INTERNAL = "Something went wrong on our side. Report the request id to whoever runs this service."


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str = Field(description="A stable name of the error, for programs.")
    message: str = Field(description="The fact and the remedy, for people.")
    request_id: str = Field(description="Also in the header X-Request-ID and in the log.")
    details: list[str] = Field(
        default_factory=list, description="For an invalid request: each place and what is wrong with it."
    )


class ErrorAnswer(BaseModel):
    """The form of every error."""

    error: ErrorBody


def status_of(error: Exception) -> int:
    """Return the status of an error: its own in the table, or its nearest ancestor's."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def make_answer(status: int, body: ErrorBody, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an error answer in the envelope."""
    more = dict(headers or {})
    if status in (429, 503):
        more.setdefault("Retry-After", RETRY_AFTER_SECONDS)
    if status == 401:
        more["WWW-Authenticate"] = "Bearer"
    return JSONResponse(ErrorAnswer(error=_mask(body)).model_dump(), status_code=status, headers=more)


def _mask(body: ErrorBody) -> ErrorBody:
    # What cannot be used is named, and may be a phone that was put in its place; answers are logged on the way.
    message, details = _mask_text(body.message), [_mask_text(each) for each in body.details]
    return body.model_copy(update={"message": message, "details": details})


@lru_cache(MASKED_KEPT)
def _mask_text(text: str) -> str:
    return mask_personal_data(text).text


def make_internal_answer(request_id: str) -> JSONResponse:
    """Return the answer to an error nobody foresaw: nothing of it is told."""
    return make_answer(500, ErrorBody(code="internal_error", message=INTERNAL, request_id=request_id))


def make_error_answer(request_id: str, error: XianzhiError) -> JSONResponse:
    """Return the answer to one of our own errors."""
    status = status_of(error)
    if status == 500:
        log.error("operation_failed", extra={"request_id": request_id, "code": error.code})
        return make_internal_answer(request_id)
    details = error.details[:MAX_DETAILS]
    body = ErrorBody(code=error.code, message=error.message, request_id=request_id, details=details)
    seconds = error.retry_after_seconds if isinstance(error, TooManyRequests | ServiceBusy) else None
    headers = None if seconds is None else {"Retry-After": str(seconds)}
    return make_answer(status, body, headers)


def install_error_handlers(app: FastAPI) -> None:
    """Let every error leave the application in the envelope; what is not handled here is a 500 of the edge."""
    app.add_exception_handler(XianzhiError, _answer_ours)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(OperationalError, _answer_database)
    app.add_exception_handler(PoolTimeout, _answer_database)


def _id_of(request: Request) -> str:
    return str(request.state.request_id)


def _answer_ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, XianzhiError)
    return make_error_answer(_id_of(request), error)


def _answer_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    body = ErrorBody(
        code="invalid_request",
        message=INVALID_REQUEST,
        request_id=_id_of(request),
        details=list_problems(error.errors())[:MAX_DETAILS],
    )
    return make_answer(status_of(error), body)


def _answer_http(request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework itself refuses: unknown routes, wrong methods."""
    assert isinstance(error, HTTPException)
    phrase = http.HTTPStatus(error.status_code).phrase
    messages = {
        404: "There is nothing at this address. The routes are listed at /docs.",
        405: "This address does not take this method. The routes are listed at /docs.",
    }
    code = {404: "route_not_found"}.get(error.status_code, phrase.lower().replace(" ", "_"))
    message = messages.get(error.status_code, f"{phrase}.")
    body = ErrorBody(code=code, message=message, request_id=_id_of(request))
    return make_answer(error.status_code, body, error.headers)


def _answer_database(request: Request, error: Exception) -> JSONResponse:
    log.error("database_unavailable", extra={"request_id": _id_of(request), "error": type(error).__name__})
    body = ErrorBody(code="database_unavailable", message=DATABASE_BUSY, request_id=_id_of(request))
    return make_answer(status_of(error), body)
