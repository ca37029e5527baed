"""Hard negatives: ranked high, not the answer, not near enough to be one, and never of what is held out."""

from __future__ import annotations

import pytest

from index.adaptation.negatives import NEAREST_SHARE, Miner, nearness, pick
from index.adaptation.pairs import ask_headings, make_pairs
from index.adaptation.split import Side, split_questions
from index.adaptation.texts import AskedQuestion, KnownItem, TextKind, collect_items
from kb.articles.models import Article
from kb.articles.passages import make_article_item
from tests.fakes import Desk, make_article

ARTICLES = [
    make_article(id=name, title=title, questions=[], body=body)
    for name, title, body in (
        ("returns", "七天无理由退货怎么办理", "签收后七天内可以退货。"),
        ("exchange", "七天无理由换货怎么办", "签收后七天内可以换货。"),
        ("invoice", "电子发票怎么开具", "订单完成后自助开具。"),
        ("coupon", "优惠券过期怎么处理", "过期的优惠券不补发。"),
    )
]


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    """A desk with four articles, two of them alike."""
    desk.save(*ARTICLES)
    desk.live.open()
    return desk


def know(articles: list[Article]) -> dict[str, KnownItem]:
    """Return articles as items that teach."""
    return collect_items((make_article_item(article), True) for article in articles)


def ask(words: str, right: str, **fields: object) -> AskedQuestion:
    """Return a question with its right article."""
    return AskedQuestion("q", words, (f"article:{right}",), **fields)  # type: ignore[arg-type]


def mine(desk: Desk, question: AskedQuestion, **fields: object) -> list[str]:
    """Return the negatives of a question's pairs, the split training on all."""
    items = know(ARTICLES)
    split = split_questions(items, [question], part=1.0)
    pairs = make_pairs(items, [question], split, held_out=())
    miner = Miner(desk.matcher, items, split, **{"held_out": frozenset(), **fields})  # type: ignore[arg-type]
    return [text.bare for text in miner.mine(pairs) if text is not None]


def test_the_likest_wrong_article_is_the_negative_of_the_same_kind(stocked: Desk) -> None:
    negatives = mine(stocked, ask("七天无理由退货怎么办理呢", "returns"))
    assert len(negatives) == 2
    texts = {text.bare: text.kind for item in know(ARTICLES).values() for text in item.texts}
    assert {texts[negative] for negative in negatives} == set(TextKind)
    assert not set(negatives) & {"七天无理由退货怎么办理", "签收后七天内可以退货。"}


def test_a_related_article_is_no_negative(stocked: Desk) -> None:
    question = ask("七天无理由退货怎么办理呢", "returns", related=frozenset({"article:exchange", "article:coupon"}))
    assert set(mine(stocked, question)) == {"电子发票怎么开具", "订单完成后自助开具。"}


def test_what_lies_as_near_as_the_answer_is_no_hard_negative(stocked: Desk) -> None:
    question = ask("七天无理由", "returns")
    found = {solution.id: nearness(solution) for solution in stocked.ask(question.words).solutions}
    assert found["exchange"] > NEAREST_SHARE * found["returns"]
    items = know(ARTICLES)
    miner = Miner(stocked.matcher, items, split_questions(items, [question], part=1.0), frozenset())
    assert sorted(miner.rank(question, "=七天无理由")) == ["article:coupon", "article:invoice"]


def test_nothing_of_a_held_out_article_is_a_negative(stocked: Desk) -> None:
    items = know(ARTICLES)
    questions = list(ask_headings(items.values()))
    split = split_questions(items, questions, part=0.5)
    pairs = make_pairs(items, questions, split, held_out=())
    held_out = {name for name in items if split.side_of_item(name) is not Side.TRAIN}
    words = {text.bare for name in held_out for text in items[name].texts}
    negatives = Miner(stocked.matcher, items, split, frozenset()).mine(pairs)
    assert held_out
    assert not words & {negative.bare for negative in negatives if negative is not None}


def test_a_choice_depends_on_the_key_alone() -> None:
    assert [pick("退货", 5) for _ in range(3)] == [pick("退货", 5)] * 3
    assert {pick(str(number), 5) for number in range(50)} == set(range(5))
