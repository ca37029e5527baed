"""Running a dataset on a temporary index: every question once, timings, and other recipes, with a fake encoder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from eval.records import SHOWN
from eval.runner import run_recipe, run_system
from eval.scoring import score_run
from eval.systems import System, rank_question
from eval.workbench import Workbench
from index.recipe import STANDARD
from tests.eval.tiny_dataset import TINY, make_question, open_tiny

STAGES = ("order", "wait", "understand", "encode", "search", "rank", "explain")


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    """The tiny dataset, built."""
    with open_tiny() as opened:
        yield opened


def test_run_holds_every_question_in_order_with_its_ranking(bench: Workbench) -> None:
    run = run_system(System.WORDS, bench)
    assert (run.system, run.dataset, run.corpus, run.judges) == ("words", "tiny", 4, False)
    assert run.records == tuple(rank_question(System.WORDS, bench, question) for question in TINY.questions)


def test_figures_of_a_run_by_hand(bench: Workbench) -> None:
    run = run_system(System.XIANZHI, bench)
    assert run.judges
    # Three of five labelled questions can be searched, and each finds its answer among so few.
    assert score_run(run).means()["recall@10"] == pytest.approx(3 / 5)
    assert {record.id for record in run.records if not record.has_answer} == {"none"}


def test_our_matches_are_timed_by_stage_where_they_can_be_searched(bench: Workbench) -> None:
    run = run_system(System.XIANZHI, bench)
    assert {record.id: tuple(record.stages) for record in run.records} == {
        **dict.fromkeys(("with", "self", "public", "none"), STAGES),
        "empty": (),
        "long": (),
    }
    for stage in (*STAGES, "match"):
        middle, late, latest = (run.timing[f"{stage}_p{percent}_ms"] for percent in (50, 95, 99))
        assert 0 <= middle <= late <= latest
    assert {"questions_per_second", "encoder_alone_p50_ms", "match_over_encoder"} <= set(run.timing)
    assert all(value >= 0 for value in run.timing.values())


def test_one_match_has_itself_for_every_percentile() -> None:
    with open_tiny(make_question("q", "怎么改地址")) as bench:
        timing = run_system(System.XIANZHI, bench).timing
    assert timing["match_p50_ms"] == timing["match_p99_ms"] > 0


def test_without_anything_to_time_only_the_build_is_told() -> None:
    with open_tiny(make_question("empty", "？？？")) as bench:
        timing = run_system(System.XIANZHI, bench).timing
    assert set(timing) == {
        "build_seconds",
        "build_texts_per_second",
        "encoder_texts_per_second",
        "build_over_encoder",
    }


def test_baselines_are_not_timed(bench: Workbench) -> None:
    run = run_system(System.COMMON, bench)
    assert "match_p50_ms" not in run.timing
    assert not any(record.stages for record in run.records)


def test_progress_counts_every_question_of_every_round(bench: Workbench) -> None:
    told: list[tuple[str, int, int]] = []
    run_system(System.XIANZHI, bench, on_progress=lambda *step: told.append(step))
    run_system(System.DENSE, bench, on_progress=lambda *step: told.append(step))
    run_recipe("without", bench, STANDARD, on_progress=lambda *step: told.append(step))
    assert Counter(step for step, _, _ in told) == dict.fromkeys(("xianzhi", "time", "dense", "without"), 6)
    assert [done for step, done, _ in told if step == "time"] == [1, 2, 3, 4, 5, 6]
    assert {total for _, _, total in told} == {6}


def test_run_by_the_standard_recipe_ranks_as_ours_does(bench: Workbench) -> None:
    ours, by_recipe = run_system(System.XIANZHI, bench), run_recipe("all parts", bench, STANDARD)
    assert by_recipe.records == tuple(replace(record, stages={}) for record in ours.records)
    assert (by_recipe.system, by_recipe.judges, by_recipe.timing) == ("all parts", True, {})


def test_run_without_orders_asks_bare(bench: Workbench) -> None:
    asked, bare = (run_recipe("r", bench, STANDARD, with_order=order).records[0] for order in (True, False))
    assert {item.applies for item in asked.ranking[:SHOWN]} >= {"met", "unmet"}
    assert {item.applies for item in bare.ranking if item.id in ("shipped", "paid")} == {"unknown"}
    assert (asked.order, asked.labels) == (bare.order, bare.labels)


def test_builds_are_timed_and_temporary_folders_removed() -> None:
    with open_tiny() as bench:
        folder = bench.live.folder.parent
        assert folder.is_dir()
        # Three titles of two different texts, a case's question; bodies, and a title that stands for one.
        assert bench.timing.texts == 7
        assert bench.timing.encode_seconds <= bench.timing.build_seconds
    assert not folder.exists()
