"""Understanding a question: what is refused, what is cut, and what was said before it."""

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


def test_question_is_read_behind_the_last_three_turns() -> None:
    question = read_question("运费谁出？", ["你好", "我买了热水器", "我想退货", "没坏"])
    assert (question.text, question.before, question.turns_used) == ("运费谁出?", "我买了热水器 我想退货 没坏", 3)
    assert question.in_context == "我买了热水器 我想退货 没坏 运费谁出?"


@pytest.mark.parametrize(
    "raw", ["对了，发票能写单位吗", "另外我还想问下发票", "还有一个问题，发票呢", "By the way, my invoice?", "换个话题"]
)
def test_new_subject_leaves_the_turns_behind(raw: str) -> None:
    question = read_question(raw, ["我想退货"])
    assert (question.before, question.turns_used) == ("", 0)
    assert question.in_context == question.text


@pytest.mark.parametrize("raw", ["那么签收超过七天了还可以申请吗", "还有几天到", "And who pays?", "退了以后呢"])
def test_follow_up_stays_with_the_subject(raw: str) -> None:
    assert read_question(raw, ["我想退货"]).turns_used == 1


def test_empty_turns_say_nothing() -> None:
    question = read_question("退货", ["", "  "])
    assert (question.in_context, question.turns_used) == ("退货", 0)


def test_question_stays_whole_behind_a_long_turn() -> None:
    question = read_question("运费谁出", ["啊" * 5000])
    assert len(question.in_context) == 1_000
    assert question.in_context.endswith("啊 运费谁出")


def test_lone_emoji_of_the_trade_is_read_as_a_word() -> None:
    assert any(map(str.isalpha, read_question("📦").text))
