"""Pinyin: readings of characters and words, sounds that are taken for one another, letters cut into syllables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.pinyin import SYLLABLES, fold_sound, is_pinyin, list_syllable_ends, read_character, read_word


@pytest.mark.parametrize(
    ("character", "syllables"),
    [
        ("票", ("piao",)),
        ("重", ("zhong", "chong")),
        ("绿", ("lv", "lu")),
        ("a", ()),
        ("，", ()),
        ("", ()),
        ("票据", ()),
    ],
)
def test_characters_have_their_usual_readings_without_tones(character: str, syllables: tuple[str, ...]) -> None:
    assert read_character(character) == syllables


def test_rare_readings_of_old_texts_are_left_out() -> None:
    # The dictionary also gives tui for 追 and wang for 方.
    assert read_character("追") == ("zhui",)
    assert read_character("方") == ("fang",)


def test_a_known_word_settles_how_its_characters_are_read() -> None:
    assert read_word("银行") == (("yin", "hang"),)
    assert ("chong", "kai") in read_word("重开")


def test_a_word_with_a_latin_letter_has_no_reading() -> None:
    assert read_word("t恤") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhe", "ze"), ("chong", "cong"), ("shi", "si"), ("nan", "lan"), ("fei", "hei"), ("xin", "xing")],
)
def test_sounds_that_are_taken_for_one_another_fold_to_one(one: str, other: str) -> None:
    assert fold_sound(one) == fold_sound(other)


@pytest.mark.parametrize(("one", "other"), [("juan", "quan"), ("piao", "biao"), ("le", "lv"), ("yin", "yan")])
def test_other_sounds_stay_apart(one: str, other: str) -> None:
    assert fold_sound(one) != fold_sound(other)


@pytest.mark.parametrize("letters", ["wodebaoguozainali", "xian", "nver", "zhejiang", "change"])
def test_letters_that_fall_into_syllables_are_pinyin(letters: str) -> None:
    assert is_pinyin(letters)


@pytest.mark.parametrize("letters", ["", "refund", "order", "kuaidix", "gw"])
def test_letters_that_leave_a_rest_are_not(letters: str) -> None:
    assert not is_pinyin(letters)


def test_a_syllable_may_end_at_several_places_longest_first() -> None:
    assert list(list_syllable_ends("xianzai", 0)) == [4, 3, 2]


@given(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=1, max_size=12))
def test_any_row_of_syllables_is_pinyin(syllables: list[str]) -> None:
    assert is_pinyin("".join(syllables))


@given(st.text(max_size=8))
def test_any_text_has_readings_of_its_own_length(text: str) -> None:
    assert all(len(syllables) == len(text) for syllables in read_word(text))
