"""Highlights point into the text as it is shown, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.highlight import find_matches, telling_terms
from index.lexical import read_terms
from tests.fakes import widen


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("七天无理由退货", ["退货"], ["退货"]),
        ("退貨運費由誰承擔", ["退货", "运费"], ["退貨運費"]),
        (f"型号{widen('KFR-35')}坏了", ["kfr-35"], [widen("KFR-35")]),
        (f"  SKU　{widen('1042')}", ["1042"], [widen("1042")]),
        ("😀退货😀退货", ["退货"], ["退货", "退货"]),
        ("重5㎏的箱", ["kg"], ["㎏"]),
        ("无理由退货", ["无理由", "理由退"], ["无理由退"]),
        ("运费,运费", ["运费"], ["运费", "运费"]),
        ("Return Policy", ["return"], ["Return"]),
        ("哈哈哈", ["哈哈"], ["哈哈哈"]),
        ("什么都没有", ["退货"], []),
        ("", ["退货"], []),
        ("退货", [], []),
    ],
)
def test_matches_are_stretches_of_the_raw_text(text: str, terms: list[str], expected: list[str]) -> None:
    assert [text[start:end] for start, end in find_matches(text, terms)] == expected


def test_common_words_and_single_characters_explain_nothing() -> None:
    terms = telling_terms(read_terms("请问怎么退货"))
    assert "退货" in terms
    assert not {"请问", "怎么", "退"} & set(terms)


@given(text=st.text(max_size=60), term=st.text("退货ab貨 ", min_size=2, max_size=3))
def test_stretches_lie_within_the_text_in_order_and_apart(text: str, term: str) -> None:
    last = 0
    for start, end in find_matches(text, [term]):
        assert last <= start < end <= len(text)
        last = end
