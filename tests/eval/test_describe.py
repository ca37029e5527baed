"""What a dataset holds, counted by hand; families of articles that the order alone tells apart."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from eval.datasets import Dataset
from eval.describe import Description, describe_dataset, find_families, show_description
from kb.articles.models import Article, ArticleStatus
from kb.orders.context import OrderContext, derive_context
from tests.eval.tiny_dataset import PAID, SHIPPED, TINY, make_question
from tests.fakes import make_article, make_order

PAID_ORDER = make_order(id="SO2", status="paid", shipments=[])


def make_contexts(now: datetime, zone: ZoneInfo) -> list[OrderContext]:
    """Return an order on its way, one that is paid, and none."""
    return [derive_context(order, now=now, zone=zone) for order in (make_order(), PAID_ORDER, None)]


@pytest.fixture
def contexts(now: datetime, zone: ZoneInfo) -> list[OrderContext]:
    """What orders there are."""
    return make_contexts(now, zone)


def article(article_id: str, *questions: str, **fields: object) -> Article:
    """Return an article with these question variants."""
    return make_article(id=article_id, questions=list(questions), **fields)


def test_family_shares_a_question_and_no_order_meets_two_of_it(contexts: Sequence[OrderContext]) -> None:
    articles = [
        article("shipped", "怎么改地址", "改地址", applies_when=SHIPPED),
        article("paid", "怎么改地址", applies_when=PAID),
        article("other", "怎么退", applies_when=PAID),
    ]
    assert find_families(articles, contexts) == [("paid", "shipped")]


@pytest.mark.parametrize(
    "others",
    [
        [article("b", "怎么改地址", applies_when=SHIPPED)],  # An order on its way meets both.
        [article("b", "怎么改地址？", applies_when=PAID)],  # Not the same to the letter.
        [article("b", "怎么改地址")],  # Applies to every order.
        [article("b", "怎么改地址", applies_when=PAID, status=ArticleStatus.DRAFT)],
        [],
    ],
)
def test_articles_that_are_no_family(others: list[Article], contexts: Sequence[OrderContext]) -> None:
    assert find_families([article("a", "怎么改地址", applies_when=SHIPPED), *others], contexts) == []


def test_family_is_of_the_newest_versions(contexts: Sequence[OrderContext]) -> None:
    articles = [
        article("a", "怎么改地址", applies_when=SHIPPED, version=2),
        article("a", "怎么退", applies_when=SHIPPED, version=1),
        article("b", "怎么改地址", applies_when=PAID, version=1),
        article("b", "别的", applies_when=PAID, version=2),
        article("c", "怎么退", applies_when=PAID),
    ]
    assert find_families(articles, contexts) == []


def test_family_that_shares_several_questions_is_listed_once(contexts: Sequence[OrderContext]) -> None:
    articles = [article("b", "一", "二", applies_when=SHIPPED), article("a", "二", "一", applies_when=PAID)]
    assert find_families(articles, contexts) == [("a", "b")]


def make_dataset(now: datetime) -> Dataset:
    """Return a dataset in which there is one of most things."""
    superseded = make_article(id="old", version=1, effective_to=now - timedelta(days=1), applies_when=SHIPPED)
    return Dataset(
        name="描述",
        articles=(
            article("shipped", "怎么改地址", applies_when=SHIPPED),
            article("paid", "怎么改地址", applies_when=PAID),
            superseded,
            make_article(id="old", version=2),
            make_article(id="secret", audience="internal"),
        ),
        cases=TINY.cases,
        questions=(
            make_question("q1", "怎么改地址", order=make_order(), slice={"noise": "typo"}),
            make_question("q2", "怎么改地址", order=PAID_ORDER, slice={"noise": "none"}),
            make_question("q3", "Where?", turns=["在吗"], slice={"language": "en"}, audience="public"),
            make_question("q4", "今天天气"),
        ),
        qrels={"q1": {"shipped": 3, "paid": 1}, "q2": {"paid": 3}, "q3": {"old": 2, "shipped": 2}, "q4": {"old": 0}},
        orders=(make_order(), PAID_ORDER),
        now=now,
        right_from=2,
    )


def test_questions_and_labels_are_counted(now: datetime) -> None:
    assert describe_dataset(make_dataset(now)).questions == {
        "questions": 4,
        "with an order": 2,
        "without an answer": 1,
        "leaning on earlier turns": 1,
        "groups of the same words with different right answers": 1,
        "questions in those groups": 2,
        "English": 1,
        "with noise": 1,
        "asked by the public": 1,
        "with several right answers": 1,
        "labels": 6,
        "labels of grade 3": 2,
        "labels of grade 2": 2,
        "labels of grade 1": 1,
        "labels of grade 0": 1,
    }


def test_corpus_is_counted(now: datetime) -> None:
    assert describe_dataset(make_dataset(now)).corpus == {
        "articles": 4,
        "versions of them": 5,
        "articles with conditions": 2,  # Of the newest versions.
        "articles for agents only": 1,
        "superseded or expired versions": 1,
        "families told apart by the order alone": 1,
        "cases": 1,
        "orders": 2,
    }


def test_slices_are_counted_by_value(now: datetime) -> None:
    slices = describe_dataset(make_dataset(now)).slices
    assert slices["order"] == {"with order": 2, "without order": 2}
    assert slices["answer"] == {"has answer": 3, "no answer": 1}
    assert slices["noise"] == {"typo": 1, "none": 1}
    assert slices["language"] == {"en": 1}


def test_dataset_without_questions_is_described() -> None:
    description = describe_dataset(replace(TINY, questions=(), qrels={}))
    assert (description.questions["questions"], description.questions["labels"], description.slices) == (0, 0, {})
    assert math.isnan(description.overlap)


def show(description: Description) -> str:
    """Return a description as a terminal shows it."""
    output = io.StringIO()
    Console(width=160, file=output).print(show_description(description))
    return output.getvalue()


def test_description_is_shown_with_every_count_and_the_commonest_values(now: datetime) -> None:
    description = describe_dataset(make_dataset(now))
    shown = show(description)
    for words in ("描述", "with an order", "families told apart by the order alone", "with order 2", "typo 1"):
        assert words in shown
    assert f"{description.overlap:.3f}" in shown
    many = replace(description, slices={"category": {f"v{n:02}": 1 for n in range(41)}})
    assert "v39 1 · …" in show(many).replace("\n", "")
    assert "v40" not in show(many)


def test_brackets_in_a_slice_are_shown_as_they_are(now: datetime) -> None:
    description = replace(describe_dataset(make_dataset(now)), slices={"category": {"[红色]": 1, "[/b]": 2}})
    assert "[/b] 2" in show(description)
