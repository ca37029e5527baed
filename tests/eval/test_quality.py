"""The quality that must not get lost, with the real encoder: on the sample, and on public data where it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eval.datasets import Dataset, load_dataset
from eval.report import measure
from eval.runner import run_common, run_matcher
from eval.workbench import open_workbench
from kb.settings import Settings
from tests.real_encoder import open_real_encoder

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample" / "questions"
PUBLIC_DATA = Path(os.environ.get("XIANZHI_PUBLIC_DATA", ROOT / ".." / "shared" / "data"))


def test_order_finds_the_answer_that_its_question_alone_does_not() -> None:
    encoder, dataset = open_real_encoder(), load_dataset(SAMPLE)
    carrying = [q for q in dataset.questions if q.order is not None and q.id in dataset.qrels]
    assert len(carrying) >= 50
    with open_workbench(dataset, encoder, Settings(), on_progress=lambda *step: None) as bench:
        with_order, without = (
            measure(dataset, run_matcher(bench, carrying, with_order=order, on_question=lambda: None))["hit@1"]
            for order in (True, False)
        )
    assert with_order >= 0.85
    assert with_order >= without + 0.2


@pytest.fixture
def csds() -> Dataset:
    """Real service dialogues."""
    folder = PUBLIC_DATA / "csds"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; XIANZHI_PUBLIC_DATA names another folder")
    return load_dataset(folder)


def test_real_dialogues_find_their_case_more_often_than_by_the_common_recipe(csds: Dataset) -> None:
    with open_workbench(csds, open_real_encoder(), Settings(), on_progress=lambda *step: None) as bench:
        ours = run_matcher(bench, csds.questions, with_order=True, on_question=lambda: None)
        common = run_common(bench, csds.questions, on_question=lambda: None)
    score = measure(csds, ours)["mrr@10"]
    assert score >= 0.79
    assert score > measure(csds, common)["mrr@10"]
