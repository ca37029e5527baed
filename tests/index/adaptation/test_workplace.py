"""The folder of an adaptation: what is taken up, what is refused, which checkpoint counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.adaptation.checkpoints import find_checkpoint, seal_checkpoint
from index.adaptation.workplace import AdaptationDiffers, AdaptationRunning, Note, Workplace

PLAN: Note = {"model": "m", "part": 0.5}


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """A folder that is not there yet."""
    return Workplace(tmp_path / "data" / "adaptation")


def write_checkpoint(folder: Path, step: int, *, sealed: bool = True) -> Path:
    """Write a checkpoint of two files."""
    path = folder / f"checkpoint-{step}"
    (path / "1_Pooling").mkdir(parents=True)
    (path / "model.safetensors").write_bytes(b"weights %d" % step)
    (path / "1_Pooling" / "config.json").write_text("{}")
    if sealed:
        seal_checkpoint(path)
    return path


def test_the_same_plan_is_taken_up(place: Workplace) -> None:
    assert not place.begin(PLAN, restart=False)
    place.lessons.write_text("learnt")
    assert place.begin(PLAN, restart=False)
    assert place.lessons.read_text() == "learnt"


def test_another_plan_is_refused_and_says_what_differs(place: Workplace) -> None:
    place.begin(PLAN, restart=False)
    with pytest.raises(AdaptationDiffers, match=r"differs in: part\. .*--restart"):
        place.begin({**PLAN, "part": 0.7}, restart=False)


def test_a_restart_begins_anew_whatever_the_plan(place: Workplace) -> None:
    place.begin(PLAN, restart=False)
    place.lessons.write_text("learnt")
    assert not place.begin({**PLAN, "part": 0.7}, restart=True)
    assert not place.lessons.exists()


def test_after_a_finished_run_another_one_begins(place: Workplace) -> None:
    place.begin(PLAN, restart=False)
    place.checkpoints.mkdir()
    place.finish({"kept": False})
    assert not place.checkpoints.exists()
    assert not place.begin({**PLAN, "part": 0.7}, restart=False)


def test_two_do_not_adapt_at_once(place: Workplace) -> None:
    with place.hold(), pytest.raises(AdaptationRunning), place.hold():
        pass
    with place.hold():
        pass


def test_the_latest_whole_checkpoint_is_taken_up(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, 3)
    latest = write_checkpoint(tmp_path, 12)
    assert find_checkpoint(tmp_path) == latest


def test_a_checkpoint_that_was_being_written_is_removed_and_the_one_before_taken(tmp_path: Path) -> None:
    whole = write_checkpoint(tmp_path, 3)
    half = write_checkpoint(tmp_path, 12, sealed=False)
    assert find_checkpoint(tmp_path) == whole
    assert not half.exists()


@pytest.mark.parametrize("name", ["model.safetensors", "1_Pooling/config.json", "sealed.json"])
def test_a_damaged_checkpoint_is_not_taken_up(tmp_path: Path, name: str) -> None:
    damaged = write_checkpoint(tmp_path, 3)
    (damaged / name).write_bytes(b"\x00")
    assert find_checkpoint(tmp_path) is None


def test_without_checkpoints_there_is_none(tmp_path: Path) -> None:
    assert find_checkpoint(tmp_path / "checkpoints") is None
