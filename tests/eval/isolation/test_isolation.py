"""Five hundred requests for what is hidden, at every open door: nothing is told, and nothing told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from fastapi.routing import APIRoute

from api.app import create_app
from api.in_process import open_in_process
from eval.isolation.routes import CASES, RouteUncovered, list_open_routes
from eval.isolation.siege import Siege, SiegeFigures
from kb.settings import Settings
from tests.fakes import FakeEncoder

PAGES = {"/", "/sidebar", "/sidebar/settings", "/docs"}


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> SiegeFigures:
    return Siege(FakeEncoder(), open_in_process, tmp_path_factory.mktemp("siege"), seed=7).run(500)


def test_nothing_hidden_is_told(figures: SiegeFigures) -> None:
    leaks = {name: (dict(route.leaks), route.shown) for name, route in figures.routes.items() if route.leaks}
    assert leaks == {}
    assert not figures.logged


def test_what_is_hidden_is_answered_exactly_as_what_is_not_there(figures: SiegeFigures) -> None:
    assert {name: route.shown for name, route in figures.routes.items() if route.told_apart} == {}
    assert figures.pairs > 100
    assert figures.holds


def test_every_open_door_was_tried_and_answered(figures: SiegeFigures) -> None:
    tried = {tuple(name.split(" ")) for name in figures.routes} - {("closed", "routes")}
    described = create_app(Settings(_env_file=None)).openapi()["paths"]
    assert tried == {name for name in CASES if name[0].lower() in described.get(name[1], {})}
    statuses = set().union(*(route.statuses for route in figures.routes.values()))
    assert {200, 204, 401, 403, 404, 422} <= statuses
    assert not any(status >= 500 for status in statuses)


def test_what_an_agent_is_told_would_be_found(figures: SiegeFigures) -> None:
    wanted = {
        "internal",
        "draft",
        "coming",
        "case",
        "name of a customer",
        "phone of a customer",
        "order's item",
        "handover",
    }
    assert wanted <= set(figures.findable)


class OneMoreDoor:
    """A service that describes a route which nothing here knows."""

    def send(
        self, method: str, path: str, *, params: Sequence[tuple[str, str]], headers: Mapping[str, str], body: object
    ) -> tuple[int, str, str]:
        """Return the description, or that there is something."""
        return 200, "", '{"paths": {"/v1/new": {"get": {}}}, "components": {"schemas": {}}}'


def test_an_open_route_without_a_case_is_noticed() -> None:
    with pytest.raises(RouteUncovered, match="GET /v1/new"):
        list_open_routes(OneMoreDoor(), {})


def test_what_is_not_described_is_pages_without_anybodys_data() -> None:
    routes = create_app(Settings(_env_file=None)).routes
    undescribed = {route.path for route in routes if isinstance(route, APIRoute) and not route.include_in_schema}
    assert undescribed - PAGES <= {"/widget.js", "/widget-demo"}
