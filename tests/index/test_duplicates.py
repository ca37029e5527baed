"""Texts that say the same: what may differ between them, and what may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.duplicates import cut_grams, measure_overlap, say_the_same
from tests.fakes import widen

# 120 letters and digits, so that each letter that differs costs three of 118 grams.
TEXT = (
    "签收后七天内可以申请退货，商品应当完好，配件和赠品应当齐全。请在订单页面选择“退货”，填写原因并上传照片，"
    "审核通过以后快递员会上门取件，取件时请把发票一起交给快递员。仓库收到商品并检查完毕之后，货款按原来的支付方式退回，"
    "银行卡一般需要三到五个工作日，余额支付当天到账。"
)


def test_overlap_is_what_both_have_over_what_either_has() -> None:
    # 退货运费 is 退货运, 货运费; 退货运单 is 退货运, 货运单: one of three.
    assert measure_overlap(cut_grams("退货运费"), cut_grams("退货运单")) == pytest.approx(1 / 3)
    assert measure_overlap(frozenset(), frozenset()) == 0.0


def test_short_text_is_one_gram_and_nothing_is_none() -> None:
    assert [cut_grams(letters) for letters in ("7天内退", "退货", "")] == [{"7天内", "天内退"}, {"退货"}, set()]


@pytest.mark.parametrize(
    "other",
    [
        TEXT,
        TEXT.replace("，", ", ").replace("“退货”", "【退货】"),
        f"  {TEXT}\n",
        TEXT.replace("申请退货", "申请退貨"),
        TEXT.replace("完毕之后", "完毕后"),
    ],
)
def test_other_signs_and_hardly_other_words_say_the_same(other: str) -> None:
    assert say_the_same(TEXT, other)
    assert say_the_same(other, TEXT)


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("七天", "八天"),
        ("三到五个", "三到九个"),
        ("可以申请", "不可申请"),
        ("可以申请", "无法申请"),
        ("余额支付当天到账。", "余额支付当天到账。换货和维修请另外申请，时间不同。"),
    ],
)
def test_another_number_or_a_negation_or_more_text_says_something_else(said: str, instead: str) -> None:
    assert said in TEXT
    assert not say_the_same(TEXT, TEXT.replace(said, instead))


def test_digits_and_english_negations_count_as_well() -> None:
    english = "Items can be returned within 7 days of delivery if they are complete and their packaging is unharmed."
    assert say_the_same(english, widen(english).upper())
    assert not say_the_same(english, english.replace("7", "15"))
    assert not say_the_same(english, english.replace("can be", "can not be"))
    assert not say_the_same(english, english.replace("can be", "can’t be"))


def test_short_texts_are_the_same_only_where_they_are_equal() -> None:
    assert say_the_same("已催促快递。", "已催促快递")
    assert not say_the_same("已催促快递。", "已催促仓库。")
    assert say_the_same("😀", "😀")
    assert not say_the_same("😀", "😡")


@given(st.text(max_size=60), st.text(max_size=60))
def test_either_order_says_the_same_and_a_text_is_its_own_copy(one: str, other: str) -> None:
    assert say_the_same(one, other) == say_the_same(other, one)
    assert say_the_same(one, one)
