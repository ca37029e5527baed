"""The vocabulary: what is counted, how it is written, what sounds alike, what grows without being built anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.new_words import learn_words
from index.soundalikes import list_gapped, make_sound_index
from index.vocabulary import Counts, Vocabulary, VocabularyUnreadable, count_words, read_vocabulary
from kb.items import Item, Passage
from tests.fakes import make_item

INVOICE = make_item(
    "invoice",
    headings=("电子发票怎么开", "发票抬头错了"),
    passages=(Passage("发票在订单页申请。Refund within 7 days.", ""),),
    labels=("KFR-35GW",),
    category=("售后", "发票"),
)
PARCEL = make_item("parcel", headings=("快递没动",), passages=(Passage("联系快递公司。", ""),))


def headed(*headings: str) -> Item:
    """Return an item with these headings and little else."""
    return make_item(headings=headings, passages=(Passage("。", ""),))


def test_an_item_counts_once_for_each_of_its_words() -> None:
    vocabulary = count_words([INVOICE, PARCEL])
    assert vocabulary.items == 2
    assert vocabulary.count("发票") == 1
    assert vocabulary.count("快递") == 1
    assert vocabulary.count("售后") == 1
    assert vocabulary.count("kfr35gw") == 1
    assert "refund" in vocabulary
    assert "浙江" not in vocabulary


def test_pairs_of_characters_count_as_often_as_they_occur_and_not_across_a_break() -> None:
    vocabulary = count_words([headed("退货退货", "货。退")])
    assert vocabulary.count_run("退货") == 2
    assert vocabulary.count_run("货退") == 1
    assert vocabulary.count_run("退") == 2
    assert vocabulary.characters == 4
    assert vocabulary.count_followers("退") == 1


def test_an_empty_base_has_no_words() -> None:
    vocabulary = count_words([])
    assert len(vocabulary) == 0
    assert vocabulary.characters == 0
    assert list(vocabulary.find_sounding(("ha", "piao"))) == []


def test_words_are_found_by_sounds_that_are_taken_for_one_another() -> None:
    vocabulary = count_words([INVOICE])
    # fa folds to ha: speakers of the south say f for h.
    assert list(vocabulary.find_sounding(("ha", "piao"))) == ["发票"]


def test_words_of_three_are_found_by_all_sounds_but_one() -> None:
    index = make_sound_index(["优惠券", "发票"])
    assert index.find(("you", "hui", "*")) == ["优惠券"]
    assert index.find(("*", "piao")) == ()
    assert list_gapped(("a", "b", "c")) == [("*", "b", "c"), ("a", "*", "c"), ("a", "b", "*")]


def test_later_items_add_to_the_counts_and_leave_the_first_vocabulary_as_it_was() -> None:
    first = count_words([INVOICE])
    second = first.with_items([PARCEL]).with_items([INVOICE])
    assert first.count("快递") == 0
    assert second.items == 3
    assert second.count("发票") == 2
    assert second.count("快递") == 1
    assert "快递" in set(second.find_sounding(("kuai", "di")))
    assert sorted(second.words()) == sorted(set(second.words()))


def test_lookups_of_what_was_known_are_not_built_again() -> None:
    first = count_words([INVOICE])
    first.warm_up()
    assert first.with_items([PARCEL])._layers[0] is first._layers[0]


def test_threads_share_one_lookup() -> None:
    vocabulary = count_words([INVOICE, PARCEL])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: list(vocabulary.find_sounding(("kuai", "di"))), range(32)))
    assert found == [["快递"]] * 32


def test_a_written_vocabulary_is_read_back_and_sorted(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.txt"
    vocabulary = count_words([INVOICE]).with_items([PARCEL])
    vocabulary.write(path)
    again = read_vocabulary(path)
    words = path.read_text(encoding="utf-8").split("\n\n")[0].splitlines()[1:]
    assert words == sorted(words, key=lambda line: line.split("\t")[0])
    assert again.items == 2
    assert {word: again.count(word) for word in again.words()} == {
        word: vocabulary.count(word) for word in vocabulary.words()
    }
    assert again.count_run("快递") == vocabulary.count_run("快递")


@given(st.dictionaries(st.from_regex(r"[a-z0-9\u4e00-\u4eff]{1,6}", fullmatch=True), st.integers(1, 10**9)))
def test_any_counts_survive_writing(tmp_path_factory: pytest.TempPathFactory, words: dict[str, int]) -> None:
    path = tmp_path_factory.mktemp("vocabulary") / "vocabulary.txt"
    Vocabulary(Counts(7, words)).write(path)
    again = read_vocabulary(path)
    assert {word: again.count(word) for word in again.words()} == words


@pytest.mark.parametrize(
    "content", ["", "xianzhi vocabulary 99 items 1\n\n", "xianzhi vocabulary 1 items 1\n发票\tmany\n\n"]
)
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vocabulary.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(VocabularyUnreadable):
        read_vocabulary(path)


OTHERS = [headed(f"第{number}种商品什么时候发货呢") for number in range(40)]


def test_what_stands_together_with_free_neighbours_is_learned() -> None:
    befores = ["要", "用", "开通", "关闭", "取消", "支持"]
    items = [headed(f"{before}免密支付{after}") for before, after in zip(befores, "吗呢吧啊呀了", strict=True)]
    # 免密 and 支付 occur six times among 264 words, always together: log2(6/264 · 264²/36) is 5.5 bits.
    assert learn_words([*items, *OTHERS]) == ["免密支付"]


def test_what_always_has_the_same_neighbour_is_no_word_of_its_own() -> None:
    items = [headed(f"要免密支付功能{after}") for after in "吗呢吧啊呀了"]
    assert learn_words([*items, *OTHERS]) == []


def test_labels_are_learned_whole_unless_the_dictionary_has_them() -> None:
    item = make_item(labels=("青柚豆兑换", "发票", "KFR-35GW", "一个很长很长很长很长的标签名称"))
    assert learn_words([item]) == ["青柚豆兑换"]
