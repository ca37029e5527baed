"""Every route that the service describes, and how each of the open ones is asked properly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from eval.isolation.door import Attempt, FrontDoor
from kb.errors import InvalidInput

Name = tuple[str, str]
FORBIDDEN = 403
DESCRIPTION = Attempt("GET", "/openapi.json")
# What an open route takes when it is asked properly; {match} and {mine} are put in by the attacker.
CASES: Mapping[Name, Mapping[str, Any]] = {
    ("GET", "/v1/suggest"): {"q": "退货"},
    ("GET", "/v1/widget/articles/{article_id}"): {"article_id": "returns-7-days"},
    ("POST", "/v1/widget/ask"): {"question": "不想要了能退吗"},
    ("POST", "/v1/widget/feedback"): {"request_id": "{match}", "article_id": "returns-7-days", "solved": True},
    ("POST", "/v1/widget/handover"): {"question": "还是没有解决", "shown": ["returns-7-days"]},
    ("POST", "/v1/match"): {"question": "不想要了能退吗", "audience": "public"},
    ("POST", "/v1/feedback"): {"request_id": "{match}", "verdict": "solved"},
    ("DELETE", "/v1/feedback/{request_id}"): {"request_id": "{match}"},
    ("POST", "/v1/events"): {"events": []},
    ("GET", "/healthz"): {},
    ("GET", "/readyz"): {},
    ("GET", "/metrics"): {},
}


class RouteUncovered(InvalidInput):
    """A route that is open to everybody has no case here."""

    code = "route_uncovered"

    def __init__(self, names: Sequence[Name]) -> None:
        listed = ", ".join(f"{method} {path}" for method, path in names)
        super().__init__(f"Open to everybody, and asked by nothing here: {listed}. Give each a case in {__name__}.")


@dataclass(frozen=True, slots=True)
class Route:
    """A described route: the names of what it takes, by place."""

    method: str
    path: str
    in_path: Sequence[str]
    in_query: Sequence[str]
    in_header: Sequence[str]
    in_body: Sequence[str]
    proper: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> Name:
        """What the route goes by."""
        return self.method, self.path


def list_open_routes(door: FrontDoor, headers: Mapping[str, str]) -> list[Route]:
    """Return the routes that a visitor's key opens; raises `RouteUncovered` where one has no case."""
    described = _read_description(door, headers)
    opened = [route for route in described if route.name in CASES or _is_open(door, route, headers)]
    uncovered = [route.name for route in opened if route.name not in CASES]
    if uncovered:
        raise RouteUncovered(uncovered)
    return opened


def list_closed_routes(door: FrontDoor, headers: Mapping[str, str]) -> list[Route]:
    """Return the routes that a visitor's key does not open."""
    return [route for route in _read_description(door, headers) if route.name not in CASES]


def _is_open(door: FrontDoor, route: Route, headers: Mapping[str, str]) -> bool:
    path = route.path
    for name in route.in_path:
        path = path.replace(f"{{{name}}}", "x")
    status, _, _ = door.send(route.method, path, params=(), headers=headers, body=None)
    return status != FORBIDDEN


def _read_description(door: FrontDoor, headers: Mapping[str, str]) -> list[Route]:
    _, _, text = door.send(DESCRIPTION.method, DESCRIPTION.path, params=(), headers=headers, body=None)
    description = orjson.loads(text)
    schemas = description["components"]["schemas"]
    return [
        _read_route(method.upper(), path, operation, schemas)
        for path, operations in sorted(description["paths"].items())
        for method, operation in sorted(operations.items())
    ]


def _read_route(method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Route:
    parameters = operation.get("parameters", ())
    places = {place: [one["name"] for one in parameters if one["in"] == place] for place in ("path", "query", "header")}
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    named = str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
    body = list(schemas.get(named, {}).get("properties", {}))
    proper = CASES.get((method, path), {})
    return Route(method, path, places["path"], places["query"], places["header"], body, proper)
