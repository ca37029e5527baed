"""Many writings, one form; and every character remembers where it came from."""

from __future__ import annotations

import string
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.normalise import normalise, normalise_keeping_positions, simplify, to_half_width

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60)


def full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (full_width("KFR-35GW"), "kfr-35gw"),
        ("我要退貨，還沒發貨", "我要退货,还没发货"),
        ("  多个\t空格　和\n换行 ", "多个 空格 和 换行"),
        ("零\x00宽\u200b\ufeff字\ud800符", "零宽字符"),
        ("㎏", "kg"),
        ("ｶﾞ", "ガ"),
        ("乾燥", "干燥"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_every_writing_gets_one_form(raw: str, expected: str) -> None:
    assert normalise(raw) == expected


def test_positions_lead_back_to_the_raw_text() -> None:
    assert normalise_keeping_positions(full_width("A") + "　 退貨㎏") == ("a 退货kg", [0, 1, 3, 4, 5, 5])


@given(ANY_TEXT)
def test_each_normalised_character_has_a_position_that_never_goes_back(text: str) -> None:
    normalised, positions = normalise_keeping_positions(text)
    assert normalised == normalise(text)
    assert len(positions) == len(normalised)
    assert positions == sorted(positions)
    assert all(0 <= position < len(text) for position in positions)


@given(ANY_TEXT)
def test_normalised_text_holds_no_control_and_can_be_encoded(text: str) -> None:
    normalised = normalise(text)
    normalised.encode("utf-8")
    assert "\x00" not in normalised
    assert "  " not in normalised
    assert normalised == normalised.strip(" ")


@given(st.text(string.printable + "我要退貨還沒發１２　é㎏①", max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(ANY_TEXT)
def test_half_width_and_simplified_forms_keep_the_length(text: str) -> None:
    assert len(simplify(to_half_width(text))) == len(text)


@pytest.mark.parametrize("unit", ["\u0301\u0327", "號", "%", "\u200b", "\ud800", "ㅏ", " "])
def test_ten_thousand_characters_of_anything_are_normalised(unit: str) -> None:
    assert len(normalise((unit * 10_000)[:10_000])) <= 10_000


def test_threads_share_one_converter() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(normalise, ["退貨"] * 200)) == {"退货"}
