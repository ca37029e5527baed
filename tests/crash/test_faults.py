"""A small part of `python -m tests.crash.faults`: nothing acknowledged is lost, nothing damaged is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.damage import DAMAGES, damage_many
from tests.crash.faults import show_damage, show_kills, show_readiness
from tests.crash.kills import kill_many
from tests.crash.readiness import Work, measure_readiness

KILLS = 8
DAMAGED = 3
PASSAGES = 80

pytestmark = pytest.mark.crash


def test_killed_processes_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    figures = kill_many(KILLS, tmp_path / "kills", seed=20261115)
    assert figures.faults == []
    assert (figures.kills, sum(figures.points.values())) == (KILLS, KILLS)
    assert {"published", "built"} <= figures.acknowledged.keys()
    assert any(point.startswith("before") for point in figures.points)
    assert show_kills(figures).row_count > 0


def test_damaged_generation_is_never_served(tmp_path: Path) -> None:
    figures = damage_many(dict.fromkeys(DAMAGES, DAMAGED), tmp_path / "damage", seed=20261115)
    assert figures.faults == []
    assert figures.damages == dict.fromkeys(DAMAGES, DAMAGED)
    assert figures.older_served
    assert figures.rebuilt
    assert show_damage(figures).row_count > 0


def test_every_situation_ends_in_an_answer(tmp_path: Path) -> None:
    measured = list(measure_readiness(PASSAGES, tmp_path / "ready", work=Work.SERVE_BARE))
    generations = [one.generation for one in measured]
    # As it was; the same; the same, for the build was killed; the older one; a new one.
    assert generations[0] == generations[1] == generations[2] == generations[3] != generations[4]
    assert show_readiness(measured, PASSAGES).row_count == len(measured)
