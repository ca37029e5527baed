"""Numbers with a unit: their value in digits and words, and the other ways to write the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.numerals import Unit, find_quantities, read_number, spell_number


def quantities_of(text: str) -> list[tuple[float, Unit]]:
    """Return the values and units found in a text."""
    return [(quantity.value, quantity.unit) for quantity in find_quantities(text)]


def writings_of(text: str) -> tuple[str, ...]:
    """Return the other writings of a text's only quantity."""
    (quantity,) = find_quantities(text)
    return quantity.writings


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("七", 7),
        ("两百", 200),
        ("两百五", 250),
        ("一百零五", 105),
        ("三千零八", 3008),
        ("十二", 12),
        ("一万二", 12_000),
        ("两万五千", 25_000),
        ("半", 0.5),
        ("2.5", 2.5),
        ("seven", 7),
        ("一二三", 123),
    ],
)
def test_numbers_are_read(written: str, value: float) -> None:
    assert read_number(written) == value


@pytest.mark.parametrize("written", ["", "三五", "个", "1.2.3", "many"])
def test_what_is_no_number_is_not_read(written: str) -> None:
    assert read_number(written) is None


@pytest.mark.parametrize(
    ("value", "spelt"),
    [(2, "两"), (10, "十"), (22, "二十二"), (200, "两百"), (105, "一百零五"), (10_500, "一万零五百")],
)
def test_numbers_are_spelt_as_they_are_said(value: int, spelt: str) -> None:
    assert spell_number(value) == spelt


@given(st.integers(min_value=0, max_value=99_999_999))
def test_what_is_spelt_is_read_back(value: int) -> None:
    assert read_number(spell_number(value)) == value


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("七天无理由", 7, Unit.DAY),
        ("7日内", 7, Unit.DAY),
        ("within seven days", 7, Unit.DAY),
        ("48h没发货", 48, Unit.HOUR),
        ("两个半小时", 2.5, Unit.HOUR),
        ("三天半", 3.5, Unit.DAY),
        ("一个半月", 1.5, Unit.MONTH),
        ("半个月", 0.5, Unit.MONTH),
        ("两个礼拜", 2, Unit.WEEK),
        ("用了三年", 3, Unit.YEAR),
        ("两百块", 200, Unit.YUAN),
        ("¥ 19.9", 19.9, Unit.YUAN),
        ("百分之八十", 80, Unit.PERCENT),
        ("80%", 80, Unit.PERCENT),
        ("八折", 8, Unit.DISCOUNT),
        ("买了三件", 3, Unit.ITEM),
        ("2.5kg", 2.5, Unit.KILOGRAM),
        ("三公斤", 3, Unit.KILOGRAM),
        ("180公分", 180, Unit.CENTIMETRE),
    ],
)
def test_quantities_are_found(text: str, value: float, unit: Unit) -> None:
    assert quantities_of(text) == [(value, unit)]


@pytest.mark.parametrize(
    "text",
    ["一个东西", "问一下", "2026年11月20日", "第三天", "三五天", "满三千减三百", "iphone15", "x5天", "5gw"],
)
def test_articles_dates_and_guesses_are_no_quantities(text: str) -> None:
    assert quantities_of(text) == []


def test_a_quantity_is_written_in_digits_in_words_and_with_other_units() -> None:
    assert writings_of("七天") == ("7天", "7日", "七日", "7 days", "7 day")
    assert writings_of("200元") == ("两百元", "200块", "两百块", "200块钱", "两百块钱")
    assert writings_of("3kg") == ("3公斤", "三公斤", "3千克", "三千克")
    assert writings_of("80%") == ("百分之八十", "80 percent")


@given(st.text(alphabet="零一二两三十百千万半个天月元块%¥0123456789. dayshkg", max_size=60))
def test_any_text_has_quantities_in_order_and_in_few_writings(text: str) -> None:
    found = list(find_quantities(text))
    assert [quantity.start for quantity in found] == sorted(quantity.start for quantity in found)
    assert all(0 <= q.start < q.end <= len(text) and len(q.writings) <= 5 for q in found)
