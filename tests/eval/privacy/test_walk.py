"""Sixty generated customers go through everything, and nothing of theirs is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.in_process import open_in_process
from eval.privacy.people import make_people
from eval.privacy.scan import PlaceFigures, list_values, scan
from eval.privacy.walk import MASKED_TABLES, Gathered, Walk
from tests.fakes import FakeEncoder

PEOPLE = make_people(60, seed=20261115)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    folder = tmp_path_factory.mktemp("privacy")
    return Walk(PEOPLE, 1, FakeEncoder(), open_in_process, folder, by_command=0).run()


@pytest.fixture(scope="module")
def places(walked: Gathered) -> dict[str, PlaceFigures]:
    return dict(scan(walked, list_values(PEOPLE)))


def test_nothing_of_sixty_customers_is_found_anywhere(places: dict[str, PlaceFigures]) -> None:
    assert {name: (dict(place.hits), place.shown) for name, place in places.items() if place.count} == {}


def test_every_place_was_filled_and_looked_at(places: dict[str, PlaceFigures]) -> None:
    wanted = {f"table {table}" for table in MASKED_TABLES}
    wanted |= {"log lines", "metrics", "error answers", "index files", "index terms", "import reports"}
    wanted |= {"look-up answers", "match answers", "feedback answers", "exported knowledge"}
    assert wanted <= places.keys()
    assert all(place.texts for name, place in places.items() if name in wanted)


def test_the_walk_met_answers_and_refusals(walked: Gathered) -> None:
    assert {200, 404, 422} <= walked.statuses.keys()
    assert not any(status >= 500 for status in walked.statuses)


def test_what_the_shop_stores_itself_would_be_found(walked: Gathered) -> None:
    # The scan is no better than its eyes: the customers' own values do stand in the shop's files.
    shop = Gathered()
    shop.add("shop", (walked.folder / "shop" / "customers.jsonl").read_text("utf-8"))
    found = scan(shop, list_values(PEOPLE))["shop"]
    assert found.hits["phone"] == len(PEOPLE)
    assert found.hits["detail"] >= len(PEOPLE) // 2


def test_the_same_seed_makes_the_same_people(tmp_path: Path) -> None:
    assert make_people(5, seed=3) == make_people(5, seed=3)
    assert make_people(5, seed=3) != make_people(5, seed=4)
