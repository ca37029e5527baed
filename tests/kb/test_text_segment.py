"""Words and grams: long words with their parts, Latin runs whole, own words per segmenter."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.normalise import normalise
from kb.text.segment import Segmenter, character_grams, default_segmenter, segment, warm_up


def test_a_long_word_also_gives_its_parts() -> None:
    assert segment("上海交通大学") == ["上海", "交通", "大学", "上海交通大学"]


def test_punctuation_and_space_are_dropped() -> None:
    assert segment("，退货！ (退款) 😀…") == ["退货", "退款"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("KFR-35GW", ["kfr", "35gw", "kfr35gw"]),
        ("iPhone15", ["iphone15"]),
        ("v1.2", ["v1.2"]),
        ("19.9", ["19.9"]),
        ("café", ["café"]),
        ("www.shop.cn", ["www", "shop", "cn", "wwwshopcn"]),
        ("---", []),
    ],
)
def test_latin_runs_stay_whole_and_joined_ones_are_split_too(text: str, terms: list[str]) -> None:
    assert segment(text) == terms
    assert character_grams(text) == terms


def test_words_of_the_shop_come_out_whole() -> None:
    assert "t恤" in segment("这件T恤起球")
    assert "plus会员" in segment("我是PLUS会员吗")
    assert "七天无理由退货" in segment("支持七天无理由退货吗")


def test_a_dictionary_word_never_cuts_a_latin_run() -> None:
    segmenter = Segmenter(["x50"])
    assert segmenter.segment("买x500和x50") == ["买", "x500", "和", "x50"]


def test_added_words_stay_in_their_own_segmenter() -> None:
    segmenter = Segmenter(["云朵电饭锅"])
    segmenter.warm_up()
    segmenter.add_words(["极光吸尘器"])
    assert "云朵电饭锅" in segmenter.segment("云朵电饭锅坏了")
    assert "极光吸尘器" in segmenter.segment("极光吸尘器坏了")
    assert "云朵电饭锅" not in segment("云朵电饭锅坏了")
    assert "极光吸尘器" not in segment("极光吸尘器坏了")


def test_grams_are_characters_and_pairs() -> None:
    assert character_grams("格力空調，A1") == ["格", "力", "空", "调", "格力", "力空", "空调", "a1"]


def test_threads_share_one_segmenter() -> None:
    segmenter = Segmenter()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(segmenter.segment, ["退货退款"] * 20))
    assert results == [["退货", "退款", "退货退款"]] * 20


def test_warming_up_twice_is_harmless() -> None:
    warm_up()
    warm_up()
    assert segment("") == []


@given(st.text(max_size=40))
def test_any_text_gives_terms_without_space(text: str) -> None:
    for term in [*segment(text), *character_grams(text)]:
        assert term
        assert not any(character.isspace() for character in term)


@pytest.mark.parametrize("unit", ["号", "a", "a-", "1", "%", "é"])
def test_ten_thousand_characters_are_cut(unit: str) -> None:
    assert isinstance(segment((unit * 10_000)[:10_000]), list)
    assert isinstance(character_grams((unit * 10_000)[:10_000]), list)


def test_cut_words_follow_one_another_and_say_where_they_begin() -> None:
    assert Segmenter().cut("上海交通大学, kfr-35gw") == [(0, "上海交通大学"), (8, "kfr-35gw")]


@given(st.text(max_size=60))
def test_cut_words_stand_where_they_say(text: str) -> None:
    normalised = normalise(text)
    words = default_segmenter().cut(normalised)
    assert all(normalised.startswith(word, start) for start, word in words)
    assert all(start + len(word) <= after for (start, word), (after, _) in pairwise(words))


def test_the_dictionary_says_how_often_a_word_occurs() -> None:
    assert default_segmenter().frequencies()["发票"] > 0
    assert "发漂" not in default_segmenter().frequencies()
