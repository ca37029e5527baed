"""What is thrown at every route: each yields what was sent and the status that came back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy, sampled_from
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.schemas import OpenApiSchema

from kb.access import Role
from tests.api.hostile.cases import load_json_cases, load_strings
from tests.api.hostile.operations import Operation, fill, fill_bytes, list_places, read_operations
from tests.api.hostile.shop import KEYS, HostileCaller

ROLES = (*Role, None)
COPRIME = 7  # With the number of strings: every one has its turn.


@dataclass(frozen=True, slots=True)
class Thrown:
    """One request and what came back."""

    operation: str
    role: Role | None
    what: str
    status: int


def describe(caller: HostileCaller) -> list[Operation]:
    """Return every operation that a shop describes."""
    app: Any = caller.shop.client.app
    return read_operations(app.openapi())


def throw_json(caller: HostileCaller, operation: Operation, role: Role | None = Role.ADMIN) -> Iterator[Thrown]:
    """Send every case of JSONTestSuite as the body, and in place of one of its texts."""
    in_body = [each for each in list_places(operation) if each.body != operation.body]
    for place, (name, value) in enumerate(load_json_cases().items()):
        whole = replace(operation, headers={}, body=value)
        yield Thrown(operation.name, role, name, caller.send(whole, role))
        if in_body:  # Some bodies hold no text.
            part = fill_bytes(in_body[place % len(in_body)], value)
            yield Thrown(operation.name, role, f"within: {name}", caller.send(part, role))


def throw_strings(caller: HostileCaller, operation: Operation, *, each: int) -> Iterator[Thrown]:
    """Send so many strings in every place, each as admin and as another role or nobody in turn."""
    strings, turn = load_strings(), count(len(operation.name))
    for place in list_places(operation):
        for _ in range(each):
            number = next(turn)
            text = strings[number * COPRIME % len(strings)]
            for role in (Role.ADMIN, ROLES[number % len(ROLES)]):
                yield Thrown(operation.name, role, text, caller.send(fill(place, text), role))


def throw_described(
    schema: OpenApiSchema,
    operation: Operation,
    mode: GenerationMode,
    *,
    examples: int,
    note: Callable[[Thrown], None],
) -> None:
    """Send requests that schemathesis makes up, each as admin and as another role."""
    cases: SearchStrategy[Case[Any]] = schema[operation.path][operation.method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, other=sampled_from(list(Role)))
    def send(case: Case[Any], other: Role) -> None:
        for role in (Role.ADMIN, other):
            status = case.call(headers={"Authorization": f"Bearer {KEYS[role]}"}).status_code
            note(Thrown(operation.name, role, mode.value, status))

    send()
