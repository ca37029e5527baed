"""Which text of an item a question is paired with."""

from __future__ import annotations

from index.adaptation.pairs import ask_headings, choose_answers, make_pairs
from index.adaptation.split import split_questions
from index.adaptation.texts import KnownItem, Prompts, Text, TextKind, collect_items, find_words
from kb.articles.passages import make_article_item
from kb.cases.passages import make_case_item
from tests.fakes import make_article, make_case

RETURNS = collect_items([(make_article_item(make_article(questions=["不想要了能退吗", "可以退货吗"])), True)])
ITEM = RETURNS["article:returns-7-days"]


def test_every_heading_is_asked_and_paired_with_another_one_and_with_a_passage() -> None:
    questions = list(ask_headings([ITEM]))
    assert [question.words for question in questions] == ["七天无理由退货", "不想要了能退吗", "可以退货吗"]
    split = split_questions(RETURNS, questions, part=1.0)
    pairs = make_pairs(RETURNS, questions, split, held_out=())
    answered = {(pair.question.words, pair.answer.kind) for pair in pairs}
    assert answered == {(question.words, kind) for question in questions for kind in TextKind}
    assert all(pair.question.words != pair.answer.words for pair in pairs)


def test_a_title_is_paired_with_the_passage_without_the_title_in_it() -> None:
    passage = next(a for a in choose_answers(ITEM, "七天无理由退货", 0) if a.kind is TextKind.PASSAGE)
    assert passage.words == "签收后七天内可以退货。"


def test_another_variant_is_paired_with_the_passage_as_it_is_indexed() -> None:
    passage = next(a for a in choose_answers(ITEM, "可以退货吗", 0) if a.kind is TextKind.PASSAGE)
    assert passage.words == "七天无理由退货\n签收后七天内可以退货。"


def test_a_case_teaches_its_question_with_its_solution() -> None:
    items = collect_items([(make_case_item(make_case()), True)])
    (question,) = ask_headings(items.values())
    (answer,) = choose_answers(items["case:case-1"], question.words, 0)
    assert (question.words, answer.words) == ("快递怎么还没到", "已经催促快递，明天送到。")


def test_a_case_that_was_reopened_teaches_nothing() -> None:
    items = collect_items([(make_case_item(make_case(outcome="reopened")), False)])
    assert list(ask_headings(items.values())) == []


def test_where_heading_and_passage_say_the_same_one_of_them_is_learnt_in_turn() -> None:
    short = KnownItem(
        "article:s",
        (Text(TextKind.HEADING, "怎么还款", "怎么还款"), Text(TextKind.PASSAGE, "怎么还款", "怎么还款")),
    )
    kinds = [[answer.kind for answer in choose_answers(short, "如何还钱", turn)] for turn in range(2)]
    assert kinds == [[TextKind.PASSAGE], [TextKind.HEADING]]


def test_a_title_that_is_only_the_opening_of_its_text_is_not_learnt() -> None:
    item = make_article_item(make_article(title="你好！", questions=[], body="你好！怎么还款"))
    headings = collect_items([(item, True)])["article:returns-7-days"].of_kind(TextKind.HEADING)
    assert [heading.words for heading in headings] == ["你好！怎么还款"]


def test_versions_of_an_article_are_one_item() -> None:
    first, second = (make_article_item(make_article(version=n, body=f"第{n}版。")) for n in (1, 2))
    item = collect_items([(first, True), (second, True)])["article:returns-7-days"]
    assert [text.bare for text in item.of_kind(TextKind.PASSAGE)] == ["第1版。", "第2版。"]


def test_headings_are_prompted_as_questions_and_passages_as_passages() -> None:
    prompts = Prompts("query: ", "passage: ")
    assert [prompts.put_before(text) for text in ITEM.texts[-2:]] == [
        "query: 可以退货吗",
        "passage: 七天无理由退货\n签收后七天内可以退货。",
    ]


def test_what_cannot_be_searched_is_no_question() -> None:
    assert find_words("？？？") is None
    assert find_words("退" * 10_001) is None
