"""Running a dataset on a temporary index: rankings, figures and files, with a fake encoder."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from eval.datasets import Dataset, EvalQuestion
from eval.report import OrderEffect, make_report, make_table, measure, write_trec
from eval.runner import Outcome, System, run_common, run_matcher
from eval.workbench import Workbench, open_workbench
from index.ranking import MET_BONUS
from kb.settings import Settings
from tests.fakes import FakeEncoder, make_article, make_case, make_order

SHIPPED = [{"fact": "order.status", "op": "==", "value": "shipped"}]
PAID = [{"fact": "order.status", "op": "==", "value": "paid"}]


def question(question_id: str, text: str, **fields: object) -> EvalQuestion:
    """Return a question."""
    return EvalQuestion.model_validate({"id": question_id, "text": text, **fields})


DATASET = Dataset(
    name="tiny",
    articles=(
        make_article(id="shipped", title="怎么改地址", questions=[], body="联系快递员。", applies_when=SHIPPED),
        make_article(id="paid", title="怎么改地址", questions=[], body="在订单里改。", applies_when=PAID),
        make_article(id="secret", title="改地址的内部说明", questions=[], body="", audience="internal"),
    ),
    cases=(make_case(id="case", question="地址写错了怎么改"),),
    questions=(
        question("with", "怎么改地址", order=make_order()),
        question("self", "地址写错了怎么改", self="case"),
        question("public", "改地址的内部说明", audience="public"),
        question("empty", "？？？"),
        question("long", "退" * 10_001),
        question("none", "今天天气"),
    ),
    qrels={
        "with": {"shipped": 1},
        "self": {"paid": 1},
        "public": {"paid": 1},
        "empty": {"paid": 1},
        "long": {"paid": 1},
    },
)


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    """The tiny dataset, built."""
    with open_workbench(DATASET, FakeEncoder(), Settings(), on_progress=lambda *step: None) as opened:
        yield opened


def run(bench: Workbench, questions: Sequence[EvalQuestion] = DATASET.questions) -> dict[str, Outcome]:
    """Ask questions with their orders."""
    outcomes = run_matcher(bench, questions, with_order=True, on_question=lambda: None)
    return {outcome.question.id: outcome for outcome in outcomes}


def ranked(outcome: Outcome) -> list[str]:
    """Return the ids of a ranking."""
    return [item for item, _ in outcome.ranking]


def test_order_decides_between_articles_of_the_same_words(bench: Workbench) -> None:
    assert ranked(run(bench)["with"])[0] == "shipped"
    paid = question("q", "怎么改地址", order={"status": "paid"})
    assert ranked(run(bench, [paid])["q"])[0] == "paid"


def test_without_its_order_a_question_is_asked_bare(bench: Workbench) -> None:
    (outcome,) = run_matcher(bench, DATASET.questions[:1], with_order=False, on_question=lambda: None)
    assert set(ranked(outcome)[:2]) == {"shipped", "paid"}
    # Neither is lifted by the order nor sent to the end by it.
    assert abs(outcome.ranking[0][1] - outcome.ranking[1][1]) < MET_BONUS


def test_the_question_itself_is_left_out(bench: Workbench) -> None:
    assert "case" in ranked(run(bench, [question("q", "地址写错了怎么改")])["q"])
    assert "case" not in ranked(run(bench)["self"])


def test_public_question_sees_public_items_only(bench: Workbench) -> None:
    assert set(ranked(run(bench)["public"])) == {"shipped", "paid"}


def test_question_that_cannot_be_searched_has_an_empty_ranking_in_both_systems(bench: Workbench) -> None:
    ours = run(bench)
    common = {o.question.id: o for o in run_common(bench, DATASET.questions, on_question=lambda: None)}
    for outcomes in (ours, common):
        assert [ranked(outcomes[name]) for name in ("empty", "long")] == [[], []]
        assert not outcomes["empty"].answered
    assert ranked(common["public"])
    assert "secret" not in ranked(common["public"])
    assert "case" not in ranked(common["self"])


def test_every_question_is_counted_once(bench: Workbench) -> None:
    asked: list[int] = []
    run_matcher(bench, DATASET.questions, with_order=True, on_question=lambda: asked.append(1))
    run_common(bench, DATASET.questions, on_question=lambda: asked.append(1))
    assert len(asked) == 2 * len(DATASET.questions)


def test_report_has_the_keys_of_the_contract_and_counts_by_hand(bench: Workbench) -> None:
    outcomes = list(run(bench).values())
    effect = OrderEffect(1, measure(DATASET, outcomes[:1]), measure(DATASET, outcomes[:1]))
    report = make_report(System.XIANZHI, DATASET, outcomes, build=bench.timing, effect=effect)
    data = report.to_data()
    assert {"dataset", "questions", "corpus", "metrics", "timing"} <= set(data)
    assert (data["dataset"], data["questions"], data["labelled"], data["corpus"]) == ("tiny", 6, 5, 4)
    assert set(data["metrics"]) == {"hit@1", "hit@3", "mrr@10", "ndcg@10", "recall@10"}
    # Three of five labelled questions are searched, and each finds its answer among so few.
    assert data["metrics"]["recall@10"] == pytest.approx(3 / 5)
    assert data["no_answer"]["questions"] == 1
    assert data["order"]["with_order"]["hit@1"] == 1.0
    assert {"build_seconds", "match_p50_ms", "match_p95_ms", "match_over_encoder", "encoder_alone_p50_ms"} <= set(
        data["timing"]
    )
    assert all(value >= 0 for value in data["timing"].values())


def test_table_shows_both_systems_side_by_side(bench: Workbench) -> None:
    outcomes = list(run(bench).values())
    effect = OrderEffect(1, measure(DATASET, outcomes), measure(DATASET, outcomes))
    reports = [make_report(system, DATASET, outcomes, build=bench.timing, effect=effect) for system in System]
    output = io.StringIO()
    Console(width=200, file=output).print(make_table(reports))
    title = "tiny: 6 questions (5 labelled), corpus of 4"
    for words in (title, "xianzhi", "common", "hit@1", "recall@10", "without it"):
        assert words in output.getvalue()


def test_figures_of_no_matches_are_left_out(bench: Workbench) -> None:
    report = make_report(System.COMMON, DATASET, [], build=bench.timing, effect=None)
    assert report.metrics["hit@1"] == 0.0
    assert "match_p50_ms" not in report.timing
    assert make_table([report]).row_count > 0


def test_trec_file_has_six_columns_and_ranks_from_one(bench: Workbench, tmp_path: Path) -> None:
    outcomes = run(bench)
    write_trec(tmp_path / "run.trec", System.XIANZHI, list(outcomes.values()))
    rows = [line.split(" ") for line in (tmp_path / "run.trec").read_text("utf-8").splitlines()]
    assert {len(row) for row in rows} == {6}
    assert {(row[1], row[5]) for row in rows} == {("Q0", "xianzhi")}
    first = [row for row in rows if row[0] == "with"]
    assert [row[2] for row in first] == ranked(outcomes["with"])
    assert [row[3] for row in first] == [str(rank) for rank in range(1, len(first) + 1)]
    scores = [float(row[4]) for row in first]
    assert scores == sorted(scores, reverse=True)


def test_builds_are_timed_and_temporary_folders_removed() -> None:
    with open_workbench(DATASET, FakeEncoder(), Settings(), on_progress=lambda *step: None) as opened:
        folder = opened.live.folder.parent
        assert folder.is_dir()
        # Three titles of two different texts, a case's question; bodies, and a title that stands for one.
        assert opened.timing.texts == 7
        assert opened.timing.encode_seconds <= opened.timing.build_seconds
    assert not folder.exists()


def test_dataset_of_another_time_is_asked_at_that_time() -> None:
    past = datetime.fromisoformat("2025-06-01T00:00:00+08:00")
    later = make_article(id="later", effective_from=datetime.fromisoformat("2026-01-01T00:00:00+08:00"))
    questions = (question("q", "退货"), question("now", "退货", now="2026-02-01T00:00:00+08:00"))
    dataset = Dataset("past", (later,), (), questions, {}, now=past)
    with open_workbench(dataset, FakeEncoder(), Settings(), on_progress=lambda *step: None) as opened:
        outcomes = run(opened, questions)
    assert (ranked(outcomes["q"]), ranked(outcomes["now"])) == ([], ["later"])
