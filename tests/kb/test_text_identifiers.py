"""What a customer pastes is recognised in any writing, and every reading of it is given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.identifiers import Identifier, IdentifierKind, find_identifiers

ORDER = IdentifierKind.ORDER_NUMBER
TRACKING = IdentifierKind.TRACKING_NUMBER
PHONE = IdentifierKind.PHONE
MODEL = IdentifierKind.MODEL_NUMBER


def full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("订单SO2026111500017呢", [(ORDER, "SO2026111500017")]),
        ("so2026111500017", [(ORDER, "SO2026111500017")]),
        (full_width("SO2026111500017"), [(ORDER, "SO2026111500017")]),
        ("1234567890", [(ORDER, "1234567890")]),
        ("123456789012", [(ORDER, "123456789012"), (TRACKING, "123456789012")]),
        ("12345678901234567890", [(ORDER, "12345678901234567890")]),
        ("SF1234567890123", [(TRACKING, "SF1234567890123")]),
        ("sf 1234 5678 90123", [(TRACKING, "SF1234567890123")]),
        ("JDVA12345678901", [(TRACKING, "JDVA12345678901")]),
        ("YT8812345678901到哪了", [(TRACKING, "YT8812345678901")]),
        ("13800138000", [(ORDER, "13800138000"), (PHONE, "13800138000")]),
        ("138 0013 8000", [(PHONE, "13800138000")]),
        ("+86-138-0013-8000", [(PHONE, "13800138000")]),
        ("格力KFR-35GW空调", [(MODEL, "KFR35GW")]),
        ("XG-500", [(MODEL, "XG500")]),
        ("iPhone15", [(MODEL, "IPHONE15")]),
        ("商品编号：10421", [(MODEL, "10421")]),
        ("买了2kg，5件，v1.2.3 hello 2026-11-15", [(MODEL, "V123")]),
        ("什么时候发货", []),
        ("123456789", []),
        ("123456789012345678901", []),
    ],
)
def test_identifiers_are_found(text: str, readings: list[tuple[IdentifierKind, str]]) -> None:
    assert [(one.kind, one.value) for one in find_identifiers(text)] == readings


def test_positions_are_those_of_the_raw_text() -> None:
    assert find_identifiers("型号XG－500吗") == (Identifier(MODEL, "XG500", 2, 8),)


@given(st.text(st.sampled_from("0123456789-+ ./SFJDso中号x"), max_size=60) | st.text(max_size=40))
def test_values_are_canonical_and_spans_are_inside(text: str) -> None:
    for one in find_identifiers(text):
        assert one.value.isascii()
        assert one.value.isalnum()
        assert one.value == one.value.upper()
        assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize("unit", ["1", "-", "1-", "1 ", "SF1", "a-", "1 3 ", "sku"])
def test_ten_thousand_characters_are_searched(unit: str) -> None:
    assert isinstance(find_identifiers((unit * 10_000)[:10_000]), tuple)
