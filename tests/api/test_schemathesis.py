"""Requests made up from the API's own description: none may make the service fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.api.hostile.operations import Operation
from tests.api.hostile.shop import HostileCaller, open_hostile_shop
from tests.api.hostile.throwing import Thrown, throw_described

WITH_INPUT = [
    ("POST", "/v1/match"),
    ("POST", "/v1/feedback"),
    ("DELETE", "/v1/feedback/{request_id}"),
    ("GET", "/v1/orders"),
    ("GET", "/v1/orders/{order_id}"),
    ("GET", "/v1/customers:lookup"),
    ("POST", "/v1/customers/{customer_id}:reveal"),
    ("POST", "/v1/events"),
    ("GET", "/v1/articles/{article_id}"),
    ("PUT", "/v1/articles/{article_id}"),
    ("POST", "/v1/articles/{article_id}:withdraw"),
    ("GET", "/v1/synonyms"),
    ("POST", "/v1/synonyms:preview"),
    ("PUT", "/v1/synonyms/{synonym_id}"),
    ("DELETE", "/v1/synonyms/{synonym_id}"),
    ("POST", "/v1/notices:preview"),
    ("GET", "/v1/notices/{notice_id}"),
    ("POST", "/v1/replies:check"),
    ("GET", "/v1/suggest"),
    ("GET", "/v1/widget/articles/{article_id}"),
    ("POST", "/v1/widget/ask"),
    ("POST", "/v1/widget/feedback"),
    ("POST", "/v1/widget/handover"),
    ("GET", "/v1/handovers/{handover_id}"),
    ("POST", "/v1/keys"),
    ("POST", "/v1/keys/{key_id}:rotate"),
    ("POST", "/v1/keys/{key_id}:revoke"),
]
WITHOUT_INPUT = [("GET", "/v1/keys"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")]
REQUESTS_EACH = 15  # Each is sent as admin and as another role.


@pytest.fixture(scope="module")
def hostile_caller(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[HostileCaller]:
    with open_hostile_shop(tmp_path_factory.mktemp("hostile"), empty_sqlite_file) as opened:
        yield opened


@pytest.fixture(scope="module")
def described_api(hostile_caller: HostileCaller) -> OpenApiSchema:
    """The description of a running shop, which the requests are sent to."""
    return schemathesis.openapi.from_asgi("/openapi.json", hostile_caller.shop.client.app)


def test_every_operation_that_is_described_is_tried(described_api: OpenApiSchema) -> None:
    found = [result.ok() for result in described_api.get_all_operations() if isinstance(result, Ok)]
    assert {(operation.method.upper(), operation.path) for operation in found} == {
        *WITH_INPUT,
        *WITHOUT_INPUT,
    }


@pytest.mark.parametrize(("method", "path"), WITH_INPUT + WITHOUT_INPUT)
def test_no_valid_request_of_any_role_makes_the_service_fail(
    described_api: OpenApiSchema, method: str, path: str
) -> None:
    assert throw(described_api, method, path, GenerationMode.POSITIVE) == []


@pytest.mark.parametrize(("method", "path"), WITH_INPUT)
def test_no_invalid_request_of_any_role_makes_the_service_fail(
    described_api: OpenApiSchema, method: str, path: str
) -> None:
    assert throw(described_api, method, path, GenerationMode.NEGATIVE) == []


def throw(schema: OpenApiSchema, method: str, path: str, mode: GenerationMode) -> list[Thrown]:
    """Return the requests that failed."""
    thrown: list[Thrown] = []
    throw_described(schema, Operation(method, path), mode, examples=REQUESTS_EACH, note=thrown.append)
    assert thrown
    return [each for each in thrown if each.status >= 500]
