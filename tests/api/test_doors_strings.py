"""Naughty strings in every text of every request, with every role: none is a failure of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.access import Role
from tests.api.hostile.cases import load_strings
from tests.api.hostile.operations import Operation, fill, mark_ordinary_headers
from tests.api.hostile.shop import HostileCaller, open_hostile_shop
from tests.api.hostile.throwing import ROLES, describe, throw_strings

STRINGS_EACH = 6
EVERY_FOURTH = 4


@pytest.fixture(scope="module")
def hostile_caller(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[HostileCaller]:
    with open_hostile_shop(tmp_path_factory.mktemp("hostile"), empty_sqlite_file) as opened:
        yield opened


def test_no_string_in_any_place_is_a_failure(hostile_caller: HostileCaller) -> None:
    thrown = [
        each
        for operation in describe(hostile_caller)
        for each in throw_strings(hostile_caller, operation, each=STRINGS_EACH)
    ]
    assert [each for each in thrown if each.status >= 500] == []
    assert {each.role for each in thrown} == set(ROLES)
    assert Counter(each.status for each in thrown)[200] > 200  # Not all are turned away at the door.


def test_no_string_in_an_ordinary_header_is_a_failure(hostile_caller: HostileCaller) -> None:
    operation = Operation("GET", "/v1/suggest", query={"q": "退货"})
    for text in load_strings()[::EVERY_FOURTH]:
        for place in mark_ordinary_headers(operation):
            assert hostile_caller.send(fill(place, text), Role.ADMIN) < 500, (place, text[:100])


def test_no_string_is_a_path_beyond_the_pages(hostile_caller: HostileCaller) -> None:
    outside = [
        "../app.py",
        "..\\app.py",
        "../../pyproject.toml",
        "/etc/passwd",
        "widget.js\x00.css",
        "..%2fapp.py",
        "a" * 5_000,
    ]
    for name in outside:
        assert hostile_caller.send(Operation("GET", "/web/{name}", {"name": name}), None) == 404, name
    for text in load_strings():
        assert hostile_caller.send(Operation("GET", "/web/{name}", {"name": text}), None) < 500, text[:100]
