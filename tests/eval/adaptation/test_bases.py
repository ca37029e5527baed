"""A base to learn from: what teaches, what is held out, and what is taken out to be asked."""

from __future__ import annotations

from eval.adaptation.bases import Base, read_base
from eval.datasets import Dataset
from index.adaptation.split import Side
from kb.text.normalise import normalise
from tests.eval.tiny_dataset import make_question
from tests.fakes import make_article, make_case

TOPICS = [f"第{number}个话题" for number in range(40)]
ARTICLES = tuple(
    make_article(
        id=f"a{n}", title=topic, questions=[f"{topic}怎么办", f"问一下{topic}", f"{topic}呢"], body=f"{topic}的办法。"
    )
    for n, topic in enumerate(TOPICS)
)
CASES = (
    make_case(id="solved", question="快递丢了怎么办", solution="补发。"),
    make_case(id="reopened", question="屏幕碎了怎么办", solution="换新。", outcome="reopened"),
)


def make_base(*, with_headings: bool = True, **fields: object) -> Base:
    """Return the base of forty articles and two cases."""
    values: dict[str, object] = {"articles": ARTICLES, "cases": CASES, "questions": (), "qrels": {}, **fields}
    return read_base(Dataset(name="own", **values), part=0.5, with_headings=with_headings)  # type: ignore[arg-type]


def test_headings_of_articles_and_solved_cases_are_learnt() -> None:
    names = {question.right[0] for question in make_base().headings}
    assert {"article:a0", "case:solved"} <= names
    assert "case:reopened" not in names
    assert make_base(with_headings=False).headings == ()


def test_a_question_is_right_by_the_datasets_own_grade() -> None:
    question = make_question("q", "怎么弄", self="a3")
    base = make_base(questions=(question,), qrels={"q": {"a1": 2, "a2": 1, "reopened": 2}}, right_from=2)
    (asked,) = base.labelled
    assert asked.right == ("article:a1",)
    assert asked.related == {"article:a2", "case:reopened"}
    assert asked.without == "article:a3"


def test_held_out_variants_are_asked_and_taken_out_of_their_articles() -> None:
    base = make_base()
    held = base.hold_out(frozenset())
    assert len(held.questions) >= 10
    there = {normalise(words) for article in held.articles for words in (article.title, *article.questions)}
    for question in held.questions:
        assert normalise(question.text) not in there
        (right,) = held.qrels[question.id]
        assert base.split.side_of_item(f"article:{right}") is Side.COMPARE
    assert {article.title for article in held.articles} == set(TOPICS)


def test_what_was_trained_on_measures_nothing_whatever_the_split_says() -> None:
    base = make_base()
    whole = base.hold_out(frozenset())
    question = whole.questions[0]
    (right,) = whole.qrels[question.id]
    body = next(article.body for article in ARTICLES if article.id == right)
    left = base.hold_out(frozenset({normalise(body)}))
    assert right in {item for labels in whole.qrels.values() for item in labels}
    assert right not in {item for labels in left.qrels.values() for item in labels}


def test_a_labelled_question_measures_with_its_order_and_slices_as_it_is() -> None:
    questions = tuple(make_question(f"q{n}", f"顾客说{topic}", slice={"intent": "x"}) for n, topic in enumerate(TOPICS))
    base = make_base(
        with_headings=False, questions=questions, qrels={f"q{n}": {f"a{n}": 1} for n in range(len(TOPICS))}
    )
    held = base.hold_out(frozenset())
    assert 0 < len(held.questions) < len(questions)
    assert [question for question in held.questions if question not in questions] == []
    assert held.articles == ARTICLES
    assert set(held.qrels) == {question.id for question in held.questions}
