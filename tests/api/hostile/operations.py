"""The operations that the API describes, as requests in which every text can be put in another's place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

KNOWN = {"article_id": "return-7-days", "q": "退货", "agent": "a-17", "request_id": "c0ffee"}
MARK = "\ue000the-text-goes-here\ue000"
# Of every request, described or not.
ORDINARY_HEADERS = ("Accept-Language", "X-Request-ID", "Origin", "User-Agent", "Cookie", "Authorization")

JsonBody = Any


@dataclass(frozen=True, slots=True)
class Operation:
    """A request that the API describes, with an example of what it takes."""

    method: str
    path: str
    path_values: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def name(self) -> str:
        """What it is called in figures."""
        return f"{self.method} {self.path}"

    @property
    def raw_path(self) -> str:
        """The path as it is sent."""
        path = self.path
        for name, value in self.path_values.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        return path


def read_operations(description: JsonBody) -> list[Operation]:
    """Return every operation of an OpenAPI description."""
    return [
        _read_operation(method.upper(), path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def _read_operation(method: str, path: str, described: JsonBody) -> Operation:
    values: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
    for parameter in described.get("parameters", ()):
        values[parameter["in"]][parameter["name"]] = KNOWN.get(parameter["name"], "1")
    body = None
    if "requestBody" in described:
        content = described["requestBody"]["content"]["application/json"]
        examples = content.get("examples", {"": {"value": content.get("example")}})
        body = json.dumps(next(iter(examples.values()))["value"]).encode()
    return Operation(method, path, values["path"], values["query"], values["header"], body)


def list_places(operation: Operation) -> list[Operation]:
    """Return the operation once for each text in it, with `MARK` in the text's place."""
    places = [replace(operation, path_values={**operation.path_values, name: MARK}) for name in operation.path_values]
    # What is left out is another case than what is odd: only the one in question is sent.
    needed = {name: value for name, value in operation.query.items() if name in KNOWN}
    places += [replace(operation, query={**needed, name: MARK}) for name in operation.query]
    places += [replace(operation, query=needed, headers={name: MARK}) for name in operation.headers]
    bodies = _mark_each(json.loads(operation.body)) if operation.body else ()
    places += [replace(operation, query={}, headers={}, body=json.dumps(each).encode()) for each in bodies]
    return places


def fill(place: Operation, text: str) -> Operation:
    """Return the request with a text where the mark was."""

    def put(values: Mapping[str, str]) -> Mapping[str, str]:
        return {name: text if value == MARK else value for name, value in values.items()}

    body = place.body and place.body.replace(json.dumps(MARK).encode(), json.dumps(text).encode())
    return replace(
        place, path_values=put(place.path_values), query=put(place.query), headers=put(place.headers), body=body
    )


def fill_bytes(place: Operation, value: bytes) -> Operation:
    """Return the request with bytes of JSON in the body where the mark was."""
    return replace(place, body=place.body and place.body.replace(json.dumps(MARK).encode(), value))


def _mark_each(value: JsonBody) -> Iterator[JsonBody]:
    """Yield the value once for each text in it, with the mark in its place."""
    if isinstance(value, str):
        yield MARK
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from ({**value, name: marked} for marked in _mark_each(part))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from ([*value[:place], marked, *value[place + 1 :]] for marked in _mark_each(part))


def mark_ordinary_headers(operation: Operation) -> list[Operation]:
    """Return the operation once for each header that any request may carry, with the mark in it."""
    return [replace(operation, headers={**operation.headers, name: MARK}) for name in ORDINARY_HEADERS]
