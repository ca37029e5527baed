"""Every case of JSONTestSuite, to every route that takes JSON, as the body and within it: none is a failure of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.hostile.cases import load_json_cases
from tests.api.hostile.shop import HostileCaller, open_hostile_shop
from tests.api.hostile.throwing import describe, throw_json

TAKES_JSON = [
    "POST /v1/match",
    "POST /v1/feedback",
    "POST /v1/customers/{customer_id}:reveal",
    "POST /v1/events",
    "PUT /v1/articles/{article_id}",
    "POST /v1/synonyms:preview",
    "PUT /v1/synonyms/{synonym_id}",
    "POST /v1/notices:preview",
    "POST /v1/replies:check",
    "POST /v1/widget/ask",
    "POST /v1/widget/feedback",
    "POST /v1/widget/handover",
    "POST /v1/keys",
    "POST /v1/keys/{key_id}:rotate",
]


@pytest.fixture(scope="module")
def hostile_caller(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[HostileCaller]:
    with open_hostile_shop(tmp_path_factory.mktemp("hostile"), empty_sqlite_file) as opened:
        yield opened


def test_the_suite_is_whole() -> None:
    cases = load_json_cases()
    assert [sum(name.startswith(kind) for name in cases) for kind in ("y_", "n_", "i_")] == [95, 188, 35]


def test_every_route_that_takes_json_is_tried(hostile_caller: HostileCaller) -> None:
    assert set(TAKES_JSON) == {each.name for each in describe(hostile_caller) if each.body is not None}


@pytest.mark.parametrize("name", TAKES_JSON)
def test_no_case_is_a_failure_and_what_is_not_json_is_refused(hostile_caller: HostileCaller, name: str) -> None:
    operation = next(each for each in describe(hostile_caller) if each.name == name)
    for thrown in throw_json(hostile_caller, operation):
        assert thrown.status < 500, thrown
        if thrown.what.startswith("n_"):
            assert thrown.status == 400, thrown
