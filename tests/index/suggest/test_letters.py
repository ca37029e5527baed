"""Letters as an input method takes them."""

from __future__ import annotations

import pytest

from index.suggest.letters import BEAM, MAX_LETTERS, cut_letters


def cut(letters: str, *, is_last: bool = True) -> list[str]:
    """Return the ways to cut letters, sounds that may go on with a star."""
    ways = cut_letters(tuple(letters.split("'")), is_last=is_last)
    return [" ".join(sound.letters + "*" * sound.is_open for sound in way) for way in ways]


@pytest.mark.parametrize(
    ("letters", "likeliest"),
    [
        ("tuikuan", "tui kuan*"),
        ("tuiku", "tui ku*"),
        ("tuik", "tui k*"),
        ("tk", "t* k*"),
        ("tkuan", "t* kuan*"),
        ("zhf", "zh* f*"),
        ("xi'an", "xi an*"),
    ],
)
def test_whole_syllables_are_likelier_than_initials_and_the_last_may_go_on(letters: str, likeliest: str) -> None:
    assert cut(letters)[0] == likeliest


def test_letters_that_can_be_cut_in_two_ways_are() -> None:
    assert cut("xian")[:2] == ["xian*", "xi an*"]


def test_word_before_the_last_is_whole() -> None:
    assert cut("tui", is_last=False)[0] == "tui"
    assert cut("tuiku", is_last=False)[0] == "tui ku"


@pytest.mark.parametrize("letters", ["iphone", "uv", "vvv", "", "'", "a" * (MAX_LETTERS + 1)])
def test_what_is_no_pinyin_is_cut_in_no_way(letters: str) -> None:
    assert cut(letters, is_last=False) == []


def test_long_letters_have_few_ways() -> None:
    assert 0 < len(cut("xianganshifangan" * 5)) <= BEAM
