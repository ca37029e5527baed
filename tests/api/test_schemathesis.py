"""Requests made up from the API's own description: none may make the service fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.api.conftest import fill, open_shop

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
]
WITHOUT_INPUT = [("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")]
REQUESTS_EACH = 30


@pytest.fixture(scope="module")
def described_api(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[OpenApiSchema]:
    """The description of a running shop, which the requests are sent to."""
    with open_shop(tmp_path_factory.mktemp("described"), empty_sqlite_file) as shop:
        fill(shop.database)
        yield schemathesis.openapi.from_asgi("/openapi.json", shop.client.app)


def test_every_operation_that_is_described_is_tried(described_api: OpenApiSchema) -> None:
    found = [result.ok() for result in described_api.get_all_operations() if isinstance(result, Ok)]
    assert {(operation.method.upper(), operation.path) for operation in found} == {
        *WITH_INPUT,
        *WITHOUT_INPUT,
    }


@pytest.mark.parametrize(("method", "path"), WITH_INPUT + WITHOUT_INPUT)
def test_no_valid_request_makes_the_service_fail(described_api: OpenApiSchema, method: str, path: str) -> None:
    send_many(described_api[path][method].as_strategy(generation_mode=GenerationMode.POSITIVE))


@pytest.mark.parametrize(("method", "path"), WITH_INPUT)
def test_no_invalid_request_makes_the_service_fail(described_api: OpenApiSchema, method: str, path: str) -> None:
    send_many(described_api[path][method].as_strategy(generation_mode=GenerationMode.NEGATIVE))


def send_many(cases: SearchStrategy[Case[Any]]) -> None:
    """Send requests and look at nothing but that each is answered."""

    @settings(
        max_examples=REQUESTS_EACH,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def send(case: Case[Any]) -> None:
        assert case.call().status_code < 500

    send()
