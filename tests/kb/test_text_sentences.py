"""Sentences end where a reader would end them, and nothing is lost between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("你好。什么时候发货？急！", ["你好。", "什么时候发货？", "急！"]),
        ("他说：“好的！”然后挂了。", ["他说：“好的！”", "然后挂了。"]),
        ("价格3.5元。版本v1.2可用", ["价格3.5元。", "版本v1.2可用"]),
        (
            "See www.shop.cn/a?b=1&c=2. It costs 3.5 yuan! OK?",
            ["See www.shop.cn/a?b=1&c=2. ", "It costs 3.5 yuan! ", "OK?"],
        ),
        ("Mr. Li asked. We answered.", ["Mr. Li asked. ", "We answered."]),
        ("1. Open the box. 2 screws", ["1. Open the box. ", "2 screws"]),
        ("第一行\n第二行\r\n", ["第一行\n", "第二行\r\n"]),
        ("真的吗？！太好了", ["真的吗？！", "太好了"]),
        ("能退吗?不能!", ["能退吗?", "不能!"]),
        ("一；二", ["一；", "二"]),
        ("", []),
    ],
)
def test_text_is_cut_at_its_stops(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@given(st.text(st.sampled_from("你好ab1.!?。！？；\n \r”\"')…"), max_size=60) | st.text(max_size=60))
def test_sentences_join_to_the_text_again(text: str) -> None:
    sentences = split_sentences(text)
    assert "".join(sentences) == text
    assert all(sentences)


@pytest.mark.parametrize("unit", [".", "。", "a.", "1. ", "”", " ", "?x"])
def test_ten_thousand_stops_are_cut(unit: str) -> None:
    assert "".join(split_sentences(unit * 10_000)) == unit * 10_000
