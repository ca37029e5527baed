"""The quality that must not get lost on real service dialogues, with the real encoder, where the data is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eval.datasets import Dataset, load_dataset
from eval.runner import run_recipe
from eval.scoring import score_run
from eval.systems import System, rank_question
from eval.workbench import open_workbench
from index.recipe import STANDARD
from kb.settings import Settings
from tests.real_encoder import open_real_encoder

ROOT = Path(__file__).parents[2]
PUBLIC_DATA = Path(os.environ.get("XIANZHI_PUBLIC_DATA", ROOT / ".." / "shared" / "data"))


@pytest.fixture
def csds() -> Dataset:
    """Real service dialogues."""
    folder = PUBLIC_DATA / "csds"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; XIANZHI_PUBLIC_DATA names another folder")
    return load_dataset(folder)


def test_real_dialogues_find_their_case_more_often_than_by_the_common_recipe(csds: Dataset) -> None:
    with open_workbench(csds, open_real_encoder(), Settings(), on_progress=lambda *step: None) as bench:
        ours = run_recipe(System.XIANZHI, bench, STANDARD)
        common = [rank_question(System.COMMON, bench, question) for question in csds.questions]
    score = score_run(ours).means()["mrr@10"]
    others = sum(find_reciprocal_rank([item.id for item in r.ranking[:10]], r.labels) for r in common) / len(common)
    assert score >= 0.79
    assert score > others


def find_reciprocal_rank(ranking: list[str], labels: object) -> float:
    """Return one over the place of the first labelled item."""
    assert isinstance(labels, dict)
    return next((1 / place for place, item in enumerate(ranking, 1) if item in labels), 0.0)
