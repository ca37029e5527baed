"""The measure of suggestions: that it types and counts as it says, not how good or fast anything is."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from eval.datasets import Dataset, EvalQuestion
from eval.suggest.bench import measure_cost, open_base, type_texts
from eval.suggest.texts import TypedText, make_sets, vary_articles
from eval.suggest.typing import Typing, list_states
from index.suggest.suggester import open_suggester
from kb.articles.models import Audience
from tests.fakes import make_article

NOW = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
ARTICLES = (
    make_article(title="退款进度", questions=["多久能退款", "钱什么时候到", "怎么还没退"]),
    make_article(id="invoice", title="电子发票", questions=[]),
    make_article(id="secret", title="内部口径", audience=Audience.INTERNAL),
    make_article(id="over", title="旧的规则", effective_to=NOW - timedelta(days=1)),
)
DATASET = Dataset(
    name="tiny",
    articles=ARTICLES,
    cases=(),
    questions=(EvalQuestion(id="1", text="钱呢"), EvalQuestion(id="2", text="钱呢"), EvalQuestion(id="3", text="口径")),
    qrels={"1": {"returns-7-days": 3}, "2": {"invoice": 2, "secret": 3}, "3": {"secret": 3}},
    now=NOW,
)


@pytest.mark.parametrize(
    ("typing", "states"),
    [
        (Typing.CHARACTERS, ["退", "退款", "退款a"]),
        (Typing.COMPOSING, ["t", "tu", "tui", "tuik", "tuiku", "tuikua", "退款", "退款a"]),
        (Typing.PINYIN, ["t", "tu", "tui", "tuik", "tuiku", "tuikua", "tuikuan", "tuikuana"]),
        (Typing.INITIALS, ["t", "tk", "tka"]),
    ],
)
def test_text_is_typed_key_by_key(typing: Typing, states: list[str]) -> None:
    assert list_states("退款A", typing, random.Random(1)) == states


def test_slip_is_one_wrong_character_that_sounds_alike_or_two_letters_swapped() -> None:
    (slipped,) = {list_states("退", Typing.SLIP, random.Random(1))[-1]}
    assert slipped != "退"
    assert list_states("abcd", Typing.SLIP, random.Random(1))[-1] in {"acbd", "abdc"}


def test_english_is_typed_in_no_pinyin_and_digits_with_no_slip() -> None:
    for typing in (Typing.COMPOSING, Typing.PINYIN, Typing.INITIALS):
        assert list_states("refund", typing, random.Random(1)) == []
    assert list_states("123", Typing.SLIP, random.Random(1)) == []


def test_sets_hold_what_a_customer_may_see_and_what_is_right_under_any_order() -> None:
    known, held, questions = make_sets(DATASET, NOW)
    assert {typed.text for typed in known.texts} >= {"退款进度", "电子发票"}
    assert not {typed.text for typed in known.texts} & {"内部口径", "旧的规则"}
    (robbed,) = held.texts
    assert robbed.text not in {question for article in held.articles for question in article.questions}
    assert robbed.right == {"returns-7-days"}
    assert questions.texts == (TypedText("钱呢", frozenset({"returns-7-days", "invoice"})),)


def test_varied_articles_are_as_many_as_asked_for_and_no_two_share_an_id() -> None:
    made = vary_articles(ARTICLES, 50)
    assert len({article.id for article in made}) == 50
    assert made[: len(ARTICLES)] == list(ARTICLES)
    assert len({article.title for article in made}) > 2 * len(ARTICLES)


def test_keys_until_the_right_article_comes_are_counted() -> None:
    with open_base(ARTICLES, NOW) as database, open_suggester(database, clock=lambda: NOW) as suggester:
        texts = [TypedText("电子发票", frozenset({"invoice"})), TypedText("猫", frozenset({"invoice"}))]
        figures = type_texts(suggester, texts, Typing.CHARACTERS)
        cost = measure_cost(database, NOW)
    assert figures.among == figures.leading == [0.25, 1.0]
    assert figures.kept == figures.first == [True, False]
    assert len(figures.milliseconds) == 5
    assert (cost.articles, cost.headings) == (3, 7)
