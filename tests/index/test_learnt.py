"""What was learnt: kept beside the generation, handed on by a rebuild, forgotten when told so, never read damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import FORGET, Builder, Forget
from index.confidence import CURVE
from index.fusion import Source
from index.generation import (
    RECIPE_FILE,
    find_newest,
    list_generations,
    read_manifest,
    write_manifest,
)
from index.learnt import Learnt, read_learnt, write_learnt
from index.recipe import STANDARD, OrderWeights
from kb.articles.models import Audience
from kb.database import Database
from tests.fakes import Desk, make_article

LEARNT = Learnt(
    recipe=replace(
        STANDARD,
        weights={**STANDARD.weights, Source.DENSE_HEADING: 0.5, Source.LEXICAL_FULL: 0.0},
        order=OrderWeights(met=0.1, surprise=1.2, case=0.0),
        curves={Audience.PUBLIC: replace(CURVE, start=-10.0), Audience.INTERNAL: replace(CURVE, lead=0.0)},
    ),
    data_sha256="ab" * 32,
    questions=120,
)


def build(desk: Desk, learnt: Learnt | Forget | None = None) -> Path:
    """Build a generation, and return its folder."""
    manifest = Builder(desk.database, desk.encoder, desk.live.folder).build(now=desk.clock(), learnt=learnt)
    return desk.live.folder / manifest.name


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A desk of one article with a generation that has learnt."""
    desk.save(make_article())
    build(desk, LEARNT)
    return desk


def test_what_was_learnt_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    write_learnt(LEARNT, tmp_path / RECIPE_FILE)
    assert read_learnt(tmp_path / RECIPE_FILE) == LEARNT


def test_nothing_learnt_is_no_file(desk: Desk, tmp_path: Path) -> None:
    assert read_learnt(tmp_path / RECIPE_FILE) is None
    desk.save(make_article())
    assert not (build(desk) / RECIPE_FILE).exists()
    assert desk.live.open().learnt is None


def test_parts_that_are_not_fitted_stay_those_of_the_program(tmp_path: Path) -> None:
    path = tmp_path / RECIPE_FILE
    write_learnt(replace(LEARNT, recipe=replace(LEARNT.recipe, turns_count=False, term_fields={})), path)
    assert set(json.loads(path.read_text("utf-8"))) == {"data_sha256", "questions", "weights", "order", "curves"}
    read = read_learnt(path)
    assert read is not None
    assert (read.recipe.turns_count, read.recipe.term_fields) == (True, STANDARD.term_fields)


def test_matcher_goes_by_what_its_generation_has_learnt(shop: Desk, make_desk: Callable[[Database], Desk]) -> None:
    snapshot = shop.live.open()
    assert snapshot.learnt == LEARNT
    assert shop.matcher.find_recipe(snapshot) == LEARNT.recipe
    question = "七天无理由退货怎么办"
    learnt = shop.ask(question, audience=Audience.PUBLIC).confidence
    build(shop, FORGET)
    assert make_desk(shop.database).ask(question, audience=Audience.PUBLIC).confidence < learnt


def test_changes_after_the_build_leave_what_was_learnt_in_force(shop: Desk) -> None:
    shop.live.open()
    shop.save(make_article(id="b", title="发票抬头"))
    assert shop.live.snapshot().learnt == LEARNT


def test_rebuild_hands_it_on(shop: Desk) -> None:
    shop.save(make_article(id="b", title="发票抬头"))
    assert read_learnt(build(shop) / RECIPE_FILE) == LEARNT
    assert read_learnt(build(shop) / RECIPE_FILE) == LEARNT


def test_what_is_given_takes_the_old_ones_place(shop: Desk) -> None:
    newer = replace(LEARNT, questions=300)
    assert read_learnt(build(shop, newer) / RECIPE_FILE) == newer


def test_forgetting_drops_it_for_good(shop: Desk) -> None:
    assert not (build(shop, FORGET) / RECIPE_FILE).exists()
    assert not (build(shop) / RECIPE_FILE).exists()
    snapshot = shop.live.open()
    assert shop.matcher.find_recipe(snapshot) is STANDARD


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text(path.read_text("utf-8").replace("0.5", "9.5"), "utf-8"),
        lambda path: path.write_text("{", "utf-8"),
    ],
    ids=["missing", "changed", "truncated"],
)
def test_damaged_recipe_is_noticed_before_it_is_read(shop: Desk, spoil: Callable[[Path], object]) -> None:
    (generation,) = list_generations(shop.live.folder)
    manifest = read_manifest(generation)
    assert RECIPE_FILE in manifest.files
    spoil(generation / RECIPE_FILE)
    found = find_newest(
        shop.live.folder, database_id=manifest.database_id, encoder=manifest.encoder, up_to=manifest.revision
    )
    assert found is None
    assert shop.find("七天无理由退货") == ["returns-7-days"]
    assert (shop.live.folder / f"damaged-{generation.name}").is_dir()


def test_generation_of_the_old_format_is_not_used_and_hands_on_what_was_learnt(
    shop: Desk, make_desk: Callable[[Database], Desk]
) -> None:
    (old,) = list_generations(shop.live.folder)
    write_manifest(old, replace(read_manifest(old), format=1))
    snapshot = make_desk(shop.database).live.open()
    assert snapshot.generation != old.name
    assert snapshot.learnt == read_learnt(old / RECIPE_FILE)
    assert snapshot.learnt is not None
    assert not (shop.live.folder / f"damaged-{old.name}").exists()
