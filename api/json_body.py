"""Reading a request body as strict JSON: bounded, and with nothing in it that JSON or storage cannot hold."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from kb.errors import InvalidInput, XianzhiError

MAX_BODY_BYTES = 1_000_000
MAX_DEPTH = 64
MAX_INTEGER_DIGITS = 18  # Beyond this, databases and other languages no longer hold the same number.
LONGEST_NAME_SHOWN = 60
PARSED_IN_PLACE_BYTES = 16_384  # A larger body is parsed in a thread: other requests go on meanwhile.

JsonValue = Any  # What `json.loads` returns; pydantic models are its only readers.

_OPENING = re.compile(r"[\[{]")


class InvalidJson(InvalidInput):
    """The body is not the JSON that was announced."""

    code = "invalid_json"


class BodyMissing(InvalidInput):
    """The request has no body where one is needed."""

    code = "body_missing"


class BodyTooLarge(XianzhiError):
    """The body is larger than anything this program is asked."""

    code = "body_too_large"


class MediaTypeUnsupported(XianzhiError):
    """The body is announced as something else than JSON."""

    code = "media_type_unsupported"


def parse_json(body: bytes) -> JsonValue:
    """Return the value of a JSON text in UTF-8; raises `InvalidJson` with what is wrong and where, never the text."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidJson(f"The body is not valid UTF-8: byte {error.start} cannot be read.") from None
    if not text.strip():
        raise BodyMissing("The body is empty. Send a JSON object.")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_make_object,
            parse_constant=_refuse_constant,
            parse_float=_read_float,
            parse_int=_read_integer,
        )
    except json.JSONDecodeError as error:
        raise InvalidJson(
            f"The body is not valid JSON: {error.msg}, line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise _too_deep() from None
    _refuse_unusable(text, value)
    return value


def _make_object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        shown = ascii(twice[:LONGEST_NAME_SHOWN])
        raise InvalidJson(f"The key {shown} occurs twice in one object. Send it once.")
    return made


def _refuse_constant(name: str) -> JsonValue:
    raise InvalidJson(f"{name} is not JSON. Leave the field out, or send null.")


def _read_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise InvalidJson("A number is too large to be represented.")
    return number


def _read_integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_INTEGER_DIGITS:
        raise InvalidJson(f"An integer has more than {MAX_INTEGER_DIGITS} digits. Send identifiers as text.")
    return int(digits)


def _refuse_unusable(text: str, value: JsonValue) -> None:
    """Refuse what is valid JSON and yet cannot be used: deep nesting, half characters, NUL."""
    # Most bodies cannot hold either: then nothing is walked.
    if len(_OPENING.findall(text)) > MAX_DEPTH or "\\u" in text:
        _walk(value)


def _walk(value: JsonValue) -> None:
    """Look at every key and string, level by level."""
    level: list[JsonValue] = [value]
    depth = 0
    while level:
        if depth > MAX_DEPTH:
            raise _too_deep()
        below: list[JsonValue] = []
        for part in level:
            if isinstance(part, str):
                _check_text(part)
            elif isinstance(part, dict):
                below.extend(part)
                below.extend(part.values())
            elif isinstance(part, list):
                below.extend(part)
        level = below
        depth += 1


def _check_text(text: str) -> None:
    if "\0" in text:
        raise InvalidJson("A text holds a NUL character (\\u0000). Remove it.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidJson("A text holds half of a surrogate pair, such as \\ud800. Send whole characters.") from None


def _too_deep() -> InvalidJson:
    return InvalidJson(f"The JSON is nested more than {MAX_DEPTH} levels deep.")


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {MAX_BODY_BYTES:,} bytes. Send less at once.")


class StrictJsonRequest(Request):
    """A request whose body is read once, bounded, and parsed strictly."""

    async def load_json(self) -> None:
        """Read and parse the body; raises the errors of this module."""
        body = await self.read_bytes()
        # The two places where Starlette keeps what it has read.
        self._body = body
        if len(body) > PARSED_IN_PLACE_BYTES:
            self._json = await run_in_threadpool(parse_json, body)
        else:
            self._json = parse_json(body)

    async def read_bytes(self) -> bytes:
        """Return the body as it was sent; raises where it is too large or announced as something else than JSON."""
        self._refuse_media_type()
        announced = self.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > MAX_BODY_BYTES:
            raise _too_large()
        body = bytearray()
        async for chunk in self.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise _too_large()
        return bytes(body)

    def _refuse_media_type(self) -> None:
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise MediaTypeUnsupported("The body must be JSON. Send the header `Content-Type: application/json`.")
        if self.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise MediaTypeUnsupported("The body must not be compressed. Send it without `Content-Encoding`.")


class StrictJsonRoute(APIRoute):
    """A route that reads its body, where it takes one, by the rules of this module."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the body read before it."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def read_then_handle(request: Request) -> Response:
            strict = StrictJsonRequest(request.scope, request.receive)
            await strict.load_json()
            return await handle(strict)

        return read_then_handle
