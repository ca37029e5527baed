"""What ranks: our matcher and the baselines on the same index, with a fake encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from eval.datasets import Dataset, EvalQuestion
from eval.records import Record
from eval.systems import RUN_DEPTH, System, make_request, match_question, rank_question
from eval.workbench import Workbench, open_workbench
from index.build import report_nothing
from index.lexical import WORDS, read_terms
from index.recipe import STANDARD
from index.searcher import DEPTH
from kb.articles.models import Audience
from kb.settings import Settings
from tests.eval.tiny_dataset import TINY, make_question, open_tiny
from tests.fakes import FakeEncoder, make_article, make_order


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    """The tiny dataset, built."""
    with open_tiny() as opened:
        yield opened


def find_question(question_id: str) -> EvalQuestion:
    """Return a question of the tiny dataset."""
    (found,) = [question for question in TINY.questions if question.id == question_id]
    return found


def list_ids(record: Record) -> list[str]:
    """Return the ids of a ranking."""
    return [item.id for item in record.ranking]


def test_order_decides_between_articles_of_the_same_words(bench: Workbench) -> None:
    shipped = rank_question(System.XIANZHI, bench, find_question("with"))
    paid = rank_question(System.XIANZHI, bench, make_question("q", "怎么改地址", order={"status": "paid"}))
    assert (list_ids(shipped)[0], list_ids(paid)[0]) == ("shipped", "paid")
    assert {item.id: item.applies for item in shipped.ranking}["paid"] == "unmet"
    assert shipped.ranking[0].reasons[0].startswith("met: ")


def test_without_its_order_a_question_is_asked_bare(bench: Workbench) -> None:
    question = find_question("with")
    record = match_question(bench.matcher, bench.dataset, question, with_order=False)
    assert set(list_ids(record)[:2]) == {"shipped", "paid"}
    # Neither is lifted by the order nor sent to the end by it.
    assert abs(record.ranking[0].score - record.ranking[1].score) < STANDARD.order.met
    # What a person reads of the question stays the same.
    assert record.order == rank_question(System.XIANZHI, bench, question).order != ""


@pytest.mark.parametrize("system", System)
def test_no_system_finds_the_question_itself(bench: Workbench, system: System) -> None:
    assert "case" in list_ids(rank_question(system, bench, make_question("q", "地址写错了怎么改")))
    assert "case" not in list_ids(rank_question(system, bench, find_question("self")))


@pytest.mark.parametrize("system", System)
def test_every_system_shows_the_public_what_is_public(bench: Workbench, system: System) -> None:
    ranked = list_ids(rank_question(system, bench, find_question("public")))
    assert ranked
    assert "secret" not in ranked
    internal = make_question("q", "改地址的内部说明")
    assert "secret" in list_ids(rank_question(system, bench, internal))


@pytest.mark.parametrize("system", System)
@pytest.mark.parametrize("question_id", ["empty", "long"])
def test_question_that_cannot_be_searched_has_no_ranking_and_keeps_its_labels(
    bench: Workbench, system: System, question_id: str
) -> None:
    record = rank_question(system, bench, find_question(question_id))
    assert (record.ranking, record.confidence, record.answered) == ((), 0.0, False)
    assert record.labels == {"paid": 1}


@pytest.mark.parametrize("system", System)
def test_every_item_is_ranked_once_with_its_title_and_falling_scores(bench: Workbench, system: System) -> None:
    ranking = rank_question(system, bench, find_question("with")).ranking
    assert len({item.id for item in ranking}) == len(ranking)
    scores = [item.score for item in ranking]
    assert scores == sorted(scores, reverse=True)
    titles = {item.id: (item.title, item.kind) for item in ranking}
    assert titles["case"] == ("地址写错了怎么改", "case")
    assert titles["shipped"] == ("怎么改地址", "article")


@pytest.mark.parametrize("system", [System.COMMON, System.WORDS, System.DENSE])
def test_baseline_does_not_rank_by_the_order_and_says_what_it_rules_out(bench: Workbench, system: System) -> None:
    with_order = rank_question(system, bench, find_question("with"))
    bare = rank_question(system, bench, make_question("with", "怎么改地址"))
    assert [(item.id, item.score) for item in with_order.ranking] == [(item.id, item.score) for item in bare.ranking]
    applies = {item.id: item.applies for item in with_order.ranking}
    assert (applies["shipped"], applies["paid"]) == ("met", "unmet")
    assert {item.id: item.applies for item in bare.ranking}["paid"] == "unknown"


def test_words_rank_by_bm25_over_whole_words(bench: Workbench) -> None:
    snapshot = bench.live.snapshot()
    terms = read_terms("怎么改地址", weights={WORDS: 1.0})
    owners, scores = snapshot.lexical_full.search(terms, limit=DEPTH)
    ranked = rank_question(System.WORDS, bench, make_question("q", "怎么改地址")).ranking
    assert [item.id for item in ranked] == [snapshot.catalogue.entries[owner].key.id for owner in owners.tolist()]
    assert [item.score for item in ranked] == pytest.approx(scores.tolist())


def test_dense_ranks_by_the_nearest_heading_or_passage(bench: Workbench) -> None:
    snapshot = bench.live.snapshot()
    vector = FakeEncoder().encode_questions(["怎么改地址"])[0]
    nearest: dict[str, float] = {}
    for index, owners in ((snapshot.headings, snapshot.heading_owner), (snapshot.passages, snapshot.passage_owner)):
        products = index.score(vector, np.arange(len(owners)))
        for owner, product in zip(owners.tolist(), products.tolist(), strict=True):
            key = snapshot.catalogue.entries[owner].key.id
            nearest[key] = max(product, nearest.get(key, -1.0))
    ranked = rank_question(System.DENSE, bench, make_question("q", "怎么改地址")).ranking
    assert {item.id: item.score for item in ranked} == pytest.approx(nearest, abs=1e-5)


def test_common_joins_the_two_by_reciprocal_rank(bench: Workbench) -> None:
    question = make_question("q", "怎么改地址")
    expected: dict[str, float] = {}
    for system in (System.DENSE, System.WORDS):
        for rank, item in enumerate(list_ids(rank_question(system, bench, question)), 1):
            expected[item] = expected.get(item, 0.0) + 1 / (60 + rank)
    ranked = rank_question(System.COMMON, bench, question).ranking
    assert {item.id: item.score for item in ranked} == pytest.approx(expected)


def test_record_tells_who_asked_and_what_is_right(bench: Workbench) -> None:
    record = rank_question(System.XIANZHI, bench, find_question("with"))
    assert record.slices == {
        "order": "with order",
        "turns": "alone",
        "answer": "has answer",
        "audience": "internal",
        "intent": "改地址",
        "hard": "1",
    }
    assert (record.labels, record.titles, record.right_from) == ({"shipped": 1}, {"shipped": "怎么改地址"}, 1)
    assert "电热水器" in record.order
    other = rank_question(System.XIANZHI, bench, make_question("none", "那呢", turns=["改地址"], audience="public"))
    assert (other.turns, other.order) == (("改地址",), "")
    assert other.slices == {
        "order": "without order",
        "turns": "with turns",
        "answer": "no answer",
        "audience": "public",
    }


def test_lowest_right_grade_of_the_dataset_goes_with_every_record(bench: Workbench) -> None:
    strict = replace(bench.dataset, right_from=2)
    record = match_question(bench.matcher, strict, find_question("with"))
    assert (record.right_from, record.has_answer, record.slices["answer"]) == (2, False, "no answer")


def test_request_is_what_the_api_would_make_of_a_question() -> None:
    now = datetime.fromisoformat("2026-02-01T00:00:00+08:00")
    question = make_question(
        "q",
        "怎么退",
        turns=["在吗"],
        order=make_order(),
        channel="app",
        audience="public",
        self="a",
        now=now.isoformat(),
    )
    request = make_request(question, limit=7)
    assert (request.question, request.turns, request.channel, request.limit) == ("怎么退", ("在吗",), "app", 7)
    assert (request.audience, request.without, request.now) == (Audience.PUBLIC, frozenset({"a"}), now)
    assert request.order is not None
    assert request.order.status == "shipped"
    bare = make_request(question, limit=7, with_order=False)
    assert (bare.order, bare.order_id) == (None, None)


def test_matching_by_the_standard_recipe_is_matching(bench: Workbench) -> None:
    question = find_question("with")
    ours = match_question(bench.matcher, bench.dataset, question)
    assert match_question(bench.open_matcher(STANDARD), bench.dataset, question) == ours


def test_rankings_go_as_deep_as_a_run_is_kept() -> None:
    articles = tuple(make_article(id=f"a{n}", questions=[]) for n in range(RUN_DEPTH + 5))
    dataset = Dataset("many", articles, (), (make_question("q", "七天无理由退货"),), {})
    with open_workbench(dataset, FakeEncoder(), Settings(), on_progress=report_nothing) as bench:
        depths = [len(rank_question(system, bench, dataset.questions[0]).ranking) for system in System]
    assert depths == [RUN_DEPTH] * len(System)


def test_dataset_of_another_time_is_asked_at_that_time_by_every_system() -> None:
    past = datetime.fromisoformat("2025-06-01T00:00:00+08:00")
    later = make_article(id="later", effective_from=past + timedelta(days=200))
    dataset = Dataset("past", (later,), (), (), {}, now=past)
    then, afterwards = (
        make_question(name, "退货", **fields)
        for name, fields in (("q", {}), ("now", {"now": "2026-02-01T00:00:00+08:00"}))
    )
    with open_workbench(dataset, FakeEncoder(), Settings(), on_progress=report_nothing) as bench:
        for system in System:
            assert list_ids(rank_question(system, bench, then)) == []
            assert list_ids(rank_question(system, bench, afterwards)) == ["later"]
