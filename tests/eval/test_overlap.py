"""How much of its right answer a question already says, worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from eval.datasets import Dataset
from eval.overlap import measure_overlap, median_overlap
from kb.text.segment import segment
from tests.eval.tiny_dataset import make_question
from tests.fakes import make_article, make_case

ARTICLES = (
    make_article(id="returns", title="退货", questions=["运费"], body="联系客服。"),
    make_article(id="invoice", title="发票", questions=[], body="在订单里开。"),
)
CASE = make_case(id="case", question="快递", solution="已经催促。")


def ask(text: str, labels: Mapping[str, int], *, right_from: int = 1) -> Dataset:
    """Return a dataset of one question."""
    return Dataset("d", ARTICLES, (CASE,), (make_question("q", text),), {"q": labels}, right_from=right_from)


def test_words_of_these_tests_are_cut_as_they_are_parted() -> None:
    assert segment("退货 运费 发票 快递") == ["退货", "运费", "发票", "快递"]


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("退货 运费", {"returns": 1}, 1.0),  # One stands in the title, the other in a question variant.
        ("退货 发票", {"returns": 1}, 1 / 2),
        ("快递 发票", {"returns": 1}, 0.0),
        ("快递 发票 催促", {"case": 1}, 2 / 3),  # A case is its question and its solution.
        ("退货 运费 发票", {"returns": 1, "invoice": 1}, 2 / 3),  # The nearest of the right ones.
        ("退货 发票", {"returns": 0, "invoice": 1}, 1 / 2),
        ("怎么退货？", {"returns": 1}, 1.0),  # The commonest words and punctuation say nothing.
        ("退货 退货 发票", {"returns": 1}, 1 / 2),  # A word said twice is one word.
    ],
)
def test_overlap_is_the_share_of_words_in_the_nearest_right_answer(
    text: str, labels: Mapping[str, int], expected: float
) -> None:
    assert measure_overlap(ask(text, labels)) == {"q": pytest.approx(expected)}


@pytest.mark.parametrize(("text", "labels"), [("退货", {}), ("退货", {"returns": 0}), ("怎么", {"returns": 1})])
def test_question_without_an_answer_or_words_of_its_own_is_left_out(text: str, labels: Mapping[str, int]) -> None:
    assert measure_overlap(ask(text, labels)) == {}
    assert math.isnan(median_overlap(ask(text, labels)))


def test_answers_below_the_lowest_right_grade_do_not_count() -> None:
    labels = {"returns": 1, "invoice": 2}
    assert measure_overlap(ask("退货", labels)) == {"q": 1.0}
    assert measure_overlap(ask("退货", labels, right_from=2)) == {"q": 0.0}


def test_every_version_of_an_article_counts() -> None:
    older = make_article(id="a", title="退货", questions=[], body="", version=1)
    newer = make_article(id="a", title="运费", questions=[], body="", version=2)
    dataset = Dataset("d", (older, newer), (), (make_question("q", "退货 运费"),), {"q": {"a": 1}})
    assert measure_overlap(dataset) == {"q": 1.0}


def test_median_is_over_the_questions_that_have_an_answer() -> None:
    questions = tuple(
        make_question(f"q{n}", text) for n, text in enumerate(["退货", "退货 发票", "快递 发票", "退货", "退货"])
    )
    qrels = {f"q{n}": {"returns": 1} for n in range(4)}
    # 1, 1/2, 0, 1; the last has no answer.
    assert median_overlap(Dataset("d", ARTICLES, (CASE,), questions, qrels)) == 0.75
