"""The gate: today's matching on the sample's questions must not be significantly worse than the stored run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eval.ablation import RECIPES
from eval.compare import RunsDiffer
from eval.datasets import load_dataset
from eval.gate import check_gate, describe_failures, read_baseline, write_baseline
from eval.records import RankedItem, Record, Run
from eval.runner import run_recipe
from eval.scoring import score_run
from eval.workbench import Workbench, open_workbench
from index.recipe import STANDARD
from kb.settings import Settings
from tests.real_encoder import open_real_encoder

ROOT = Path(__file__).parents[2]
DEV = ROOT / "data" / "sample" / "questions" / "dev"
BASELINE = ROOT / "eval" / "data" / "sample-dev.tsv"
RERUNS = 3


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    """The sample's questions for development, on an index built with the real encoder."""
    encoder, dataset = open_real_encoder(), load_dataset(DEV)
    with open_workbench(dataset, encoder, Settings(), on_progress=lambda *step: None) as opened:
        yield opened


@pytest.fixture(scope="module")
def today(bench: Workbench) -> Run:
    """Today's run."""
    return run_recipe("today", bench, STANDARD)


def test_matching_is_not_worse_than_the_stored_run(today: Run) -> None:
    failures = describe_failures(check_gate(BASELINE, today))
    assert failures == "", f"{failures}. If this is meant, renew the baseline: make baseline"


def test_matching_without_vectors_is_stopped(bench: Workbench) -> None:
    worse = run_recipe("worse", bench, RECIPES["all vectors"])
    assert "hit@1 went" in describe_failures(check_gate(BASELINE, worse))


def test_matching_without_the_order_is_stopped(bench: Workbench) -> None:
    worse = run_recipe("worse", bench, RECIPES["order context"])
    assert "group_right went" in describe_failures(check_gate(BASELINE, worse))


def test_same_code_gives_the_same_rankings_every_time(bench: Workbench, today: Run, tmp_path: Path) -> None:
    path = tmp_path / "baseline.tsv"
    write_baseline(path, today)
    for _ in range(RERUNS):
        again = run_recipe("again", bench, STANDARD)
        comparison = check_gate(path, again)
        assert describe_failures(comparison) == ""
        assert not comparison.better
        assert not comparison.worse


def test_order_finds_the_answer_that_its_question_alone_does_not(bench: Workbench, today: Run) -> None:
    without = run_recipe("without", bench, STANDARD, with_order=False)
    hits = [
        [record.top_is_right for record in run.records if record.order and record.has_answer]
        for run in (today, without)
    ]
    assert len(hits[0]) >= 150
    assert sum(hits[0]) >= sum(hits[1]) + 0.25 * len(hits[0])


RECORDS = (
    Record(
        "a", "甲", labels={"x": 3}, ranking=(RankedItem("x", 1.0), RankedItem("y", 0.5)), confidence=0.9, answered=True
    ),
    Record("b", "乙", labels={"x": 3}, ranking=(RankedItem("y", 1.0, applies="unmet"),), confidence=0.21, order="o"),
    Record("c", "丙", confidence=0.3),
)


def make_run(records: tuple[Record, ...] = RECORDS) -> Run:
    """Return a small run."""
    return Run("today", "tiny", 2, True, records)


def test_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "baseline.tsv"
    write_baseline(path, make_run())
    stored = read_baseline(path, make_run())
    assert score_run(stored).means() == pytest.approx(score_run(make_run()).means(), nan_ok=True)
    assert [record.answered for record in stored.records] == [True, False, False]


def test_baseline_is_a_line_a_question(tmp_path: Path) -> None:
    path = tmp_path / "baseline.tsv"
    write_baseline(path, make_run())
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines == ["a\tright\t0.90\tx y", "b\trefused\t0.21\t!y", "c\trefused\t0.30\t"]


def test_baseline_of_other_questions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "baseline.tsv"
    write_baseline(path, make_run())
    with pytest.raises(RunsDiffer, match="make baseline"):
        read_baseline(path, make_run((*RECORDS, replace(RECORDS[0], id="d"))))


@pytest.mark.parametrize("content", ["a right", "a\tright\tmany\tx", None])
def test_unreadable_baseline_is_refused_with_the_remedy(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "baseline.tsv"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(RunsDiffer, match="make baseline"):
        read_baseline(path, make_run())
