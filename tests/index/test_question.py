"""Understanding a question: what is refused, what is cut, and which earlier turns it leans on."""

from __future__ import annotations

import pytest

from index.question import QuestionEmpty, QuestionTooLong, read_question
from tests.fakes import widen


@pytest.mark.parametrize("raw", ["", "   ", "\t\n", "！？。", "😀😀", "-" * 33, "——————", "❤️", "\u200b", "。" * 500])
def test_question_without_words_is_refused(raw: str) -> None:
    with pytest.raises(QuestionEmpty) as caught:
        read_question(raw, ["我想退货"])
    assert caught.value.code == "question_empty"


def test_question_of_ten_thousand_characters_is_searched_by_its_beginning() -> None:
    raw = "退货运费谁出" + "这是一个很长的故事" * 2000
    assert read_question(raw[:10_000]).text == raw[:1_000]
    with pytest.raises(QuestionTooLong, match="10,001"):
        read_question(raw[:10_001])


def test_question_is_normalised_and_kept_raw() -> None:
    raw = widen(" SKU 1042") + " 退貨運費誰出？這個運費要怎麼算呢"
    question = read_question(raw)
    assert question.text == "sku 1042 退货运费谁出?这个运费要怎么算呢"
    assert question.raw == raw


def test_short_question_leans_on_the_last_two_turns() -> None:
    question = read_question("运费谁出？", ["你好", "我买了热水器", "我想退货"])
    assert (question.text, question.turns_used) == ("我买了热水器 我想退货 运费谁出?", 2)


def test_question_that_names_its_subject_stands_alone() -> None:
    question = read_question("申请七天无理由退货以后运费由谁来承担？", ["我买了热水器"])
    assert (question.text, question.turns_used) == ("申请七天无理由退货以后运费由谁来承担?", 0)


@pytest.mark.parametrize(
    "raw",
    [
        "那么如果已经签收超过七天了还可以申请吗",
        "我现在想知道的是快递一般要几天到呢？",
        "How long does that usually take here?",
    ],
)
def test_pronouns_and_openings_lean_on_what_was_said(raw: str) -> None:
    assert read_question(raw, ["我想退货"]).turns_used == 1


def test_empty_turns_are_not_leant_on() -> None:
    question = read_question("退货", ["", "  "])
    assert (question.text, question.turns_used) == ("退货", 0)


def test_question_stays_whole_behind_a_long_turn() -> None:
    question = read_question("运费谁出", ["啊" * 5000])
    assert len(question.text) == 1_000
    assert question.text.endswith("啊 运费谁出")
