"""Reading questions as customers write them: what is corrected, what is only listed, what is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.vocabulary import Counts, Vocabulary, count_words
from index.wording import CORRECTIONS, MAX_EXPANSIONS, How, Reading, Wording
from kb.items import Item, Passage
from kb.text.normalise import normalise
from tests.fakes import make_item
from tests.index.sample_items import read_questions, read_sample_items

NOISY = Path(__file__).parent / "noisy_questions.tsv"
LEAST_READ_RIGHT = 47  # Of the sixty: a few of them are known to be out of reach.


@dataclass(frozen=True, slots=True)
class Rule:
    """A synonym rule."""

    terms: tuple[str, ...]
    means: tuple[str, ...] = ()


class CountingVocabulary(Vocabulary):
    """Counts how often it is asked."""

    def __init__(self, counts: Counts) -> None:
        super().__init__(counts)
        self.asked = 0

    def count(self, word: str) -> int:
        """Count, and answer."""
        self.asked += 1
        return super().count(word)

    def count_run(self, characters: str) -> int:
        """Count, and answer."""
        self.asked += 1
        return super().count_run(characters)

    def find_sounding(self, key: tuple[str, ...]) -> Iterator[str]:
        """Count, and answer."""
        self.asked += 1
        return super().find_sounding(key)

    def list_latin(self, length: int) -> Iterator[str]:
        """Count, and answer."""
        self.asked += 1
        return super().list_latin(length)


@pytest.fixture(scope="module")
def sample() -> Wording:
    """The wording of the sample knowledge base."""
    return Wording(count_words(read_sample_items()))


def wording_of(*texts: str, rules: tuple[Rule, ...] = ()) -> Wording:
    """Return the wording of a base with one item a text."""
    return Wording(count_words(item_of(text) for text in texts), rules)


def item_of(text: str) -> Item:
    """Return an item with one heading and little else."""
    return make_item(headings=(text,), passages=(Passage("。", ""),))


def expansions_of(reading: Reading, how: How) -> list[tuple[str, str]]:
    """Return what was read otherwise in one way."""
    return [(one.written, one.read_as) for one in reading.rewordings if one.how is how]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("发漂抬头天错了能从开吗", "发票抬头填错了能重开吗"),
        ("我在浙将什么时候到", "我在浙江什么时候到"),
        ("优会卷用不了", "优惠券用不了"),
        ("wo de baoguo zai nali", "我的包裹在哪里"),
        ("wodebaoguozainali", "我的包裹在哪里"),
        ("tuikuan duojiu dao zhang", "退款多久到账"),
        ("zhejiang", "浙江"),
        ("我的kuaidi呢", "我的快递呢"),
        ("where is my KUAIDI", "where is my 快递"),
        ("i want a refnud", "i want a refund"),
        ("where is my delivry?", "where is my delivery?"),
    ],
)
def test_what_is_misspelt_is_put_right(sample: Wording, written: str, read: str) -> None:
    assert sample.read(written).text == read


def test_most_noisy_questions_are_read_right(sample: Wording) -> None:
    lines = [line.split("\t") for line in NOISY.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    wrong = [(written, sample.read(written).text) for written, right in lines if right not in sample.read(written).text]
    assert len(lines) == 60
    assert len(lines) - len(wrong) >= LEAST_READ_RIGHT, wrong


def test_questions_without_a_slip_stay_as_they_are(sample: Wording) -> None:
    clean = [text for text, noise in read_questions("dev") if noise == "none"]
    changed = [(normalise(text), sample.read(text).text) for text in clean if sample.read(text).text != normalise(text)]
    assert len(clean) > 250
    # One in a hundred would already spoil more than is mended.
    assert len(changed) <= 1, changed


@pytest.mark.parametrize(
    "text",
    [
        "can you change my order",
        "send me an orange lamp",
        "where is my name",
        "haier midea gree",
        "do you ship to singapore",
        "wang",
        "wifi 5g plus会员",
        "https://www.shop.cn/refnud",
        "refnud2",
        "kfr-35gw",
        "xyzzy",
    ],
)
def test_latin_text_that_is_no_pinyin_and_no_slip_stays_as_it_is(sample: Wording, text: str) -> None:
    assert sample.read(text).text == text


def test_a_word_of_the_base_is_never_corrected() -> None:
    base = ["refund my order"] * 5 + ["the refnud brand"] * 3
    assert wording_of(*base).read("refnud").text == "refnud"
    assert wording_of(*["开发票"] * 5, *["发漂品牌"] * 3).read("发漂").text == "发漂"


def test_a_slip_with_two_right_words_as_near_is_left_alone() -> None:
    base = ["a stack of paper", "a stick of glue"] * 5
    assert wording_of(*base).read("stuck stock sttck").text == "stuck stock sttck"


def test_a_word_that_hardly_any_item_has_corrects_nothing() -> None:
    assert wording_of("refund").read("refnud").text == "refnud"


def test_of_words_that_sound_alike_the_one_that_fits_its_neighbours_is_read() -> None:
    base = ["快递到哪了"] * 8 + ["块地出租"] * 2
    assert wording_of(*base).read("快低到哪了").text == "快递到哪了"


def test_an_empty_base_corrects_nothing() -> None:
    assert wording_of().read("发漂天错了 refnud").text == "发漂天错了 refnud"


def test_corrections_say_what_was_written_and_how_sure_they_are(sample: Wording) -> None:
    reading = sample.read("发漂怎么开 refnud")
    assert [(one.written, one.read_as, one.how) for one in reading.rewordings] == [
        ("refnud", "refund", How.SPELLING),
        ("发漂", "发票", How.HOMOPHONE),
    ]
    assert all(0.5 < one.certainty <= 1 for one in reading.rewordings)
    assert reading.expansions == ()


def test_synonyms_are_listed_both_ways_and_not_put_into_the_text() -> None:
    wording = wording_of("退货", rules=(Rule(("运费险", "退货险")),))
    reading = wording.read("退货险怎么赔")
    assert reading.text == "退货险怎么赔"
    assert expansions_of(reading, How.SYNONYM) == [("退货险", "运费险")]
    assert expansions_of(wording.read("运费险怎么赔"), How.SYNONYM) == [("运费险", "退货险")]
    assert reading.expansions == ("运费险",)


def test_a_rule_with_meanings_holds_one_way() -> None:
    wording = wording_of("退货", rules=(Rule(("票", "票票"), ("发票",)),))
    assert expansions_of(wording.read("票票呢"), How.SYNONYM) == [("票票", "发票")]
    assert expansions_of(wording.read("发票呢"), How.SYNONYM) == []


def test_the_longest_synonym_is_read_and_its_own_synonyms_are_not_followed() -> None:
    rules = (Rule(("退货",), ("寄回",)), Rule(("退货险",), ("运费险",)), Rule(("运费险",), ("保险",)))
    assert expansions_of(wording_of("退货", rules=rules).read("退货险呢"), How.SYNONYM) == [("退货险", "运费险")]


def test_a_synonym_never_cuts_a_word() -> None:
    rules = (Rule(("card",), ("卡",)), Rule(("货到",), ("到货",)))
    wording = wording_of("退货", rules=rules)
    assert expansions_of(wording.read("discard cards"), How.SYNONYM) == []
    assert expansions_of(wording.read("发货到付多少"), How.SYNONYM) == []
    assert expansions_of(wording.read("货到了 card"), How.SYNONYM) == [("货到", "到货"), ("card", "卡")]


def test_synonyms_are_found_in_the_corrected_text(sample: Wording) -> None:
    wording = Wording(count_words(read_sample_items()), (Rule(("发票",), ("票据",)),))
    assert expansions_of(wording.read("发漂呢"), How.SYNONYM) == [("发票", "票据")]


def test_expansions_are_bounded() -> None:
    rules = tuple(
        Rule((f"词语{letter}",), tuple(f"意思{letter}{number}" for number in range(9))) for letter in "甲乙丙丁"
    )
    reading = wording_of("退货", rules=rules).read("词语甲 词语乙 词语丙 词语丁 7天 8天")
    assert len(reading.rewordings) == MAX_EXPANSIONS


def test_numbers_and_units_are_listed_in_their_other_writings(sample: Wording) -> None:
    reading = sample.read("七天 ５公斤")
    assert reading.text == "七天 5公斤"
    assert expansions_of(reading, How.NUMERAL) == [("七天", "7天"), ("5公斤", "五公斤")]
    assert ("七天", "7日") in expansions_of(reading, How.UNIT)
    assert ("5公斤", "5kg") in expansions_of(reading, How.UNIT)


@pytest.mark.parametrize(
    ("base", "asked", "found"),
    [
        ("KFR-35GW 空调", "kfr 35gw 不制冷", ("kfr 35gw", "kfr35gw")),
        ("KFR 350 空调", "KFR350", ("kfr350", "kfr 350")),
        ("退货", "订单 2026 1115 0077 1234", ("2026 1115 0077 1234", "2026111500771234")),
        ("退货", "so20 2611 1500 771", ("so20 2611 1500 771", "so2026111500771")),
    ],
)
def test_identifiers_are_joined_and_parted_as_the_base_has_them(base: str, asked: str, found: tuple[str, str]) -> None:
    assert found in expansions_of(wording_of(base).read(asked), How.IDENTIFIER)


@pytest.mark.parametrize("text", ["138 0013 8000", "wi fi 2 4 ghz", "满 300 减 40"])
def test_phones_and_loose_numbers_are_not_joined(text: str) -> None:
    assert expansions_of(wording_of("退货").read(text), How.IDENTIFIER) == []


def test_lone_emoji_are_said_in_words_and_those_beside_words_only_listed(sample: Wording) -> None:
    assert sample.read("📦🚚❓").text == "包裹快递❓"
    beside = sample.read("到哪了📦📦")
    assert beside.text == "到哪了📦📦"
    assert beside.expansions == ("包裹",)


HOSTILE = [
    "%" * 10_000,
    "-" * 10_000,
    "退款怎么还没有到账" * 600,
    "a" * 3_000,
    "xian" * 750,
    "xian " * 600,
    "xian" * 12 + " " + "fang'an" * 100,
    "浙将" * 2_500,
    "bcdfg " * 800,
    "refnud " * 700,
    "一二三四五" * 500,
    "1 " * 5_000,
    "📦" * 5_000,
    "",
    "\u0000\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6].encode("unicode_escape").decode())
def test_hostile_text_costs_no_more_look_ups_than_a_long_question(text: str) -> None:
    counted = count_words([item_of("浙江的发票 refund 西安方案")] * 5)
    vocabulary = CountingVocabulary(counted._layers[0].counts)
    wording = Wording(vocabulary)
    wording.read(text)
    # Forty for each of the thousand characters that are read at most.
    assert vocabulary.asked < 40_000


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="发漂浙将xian' 1天📦%kd退\u3000\uff21\uff42", max_size=80))
def test_any_text_is_read_and_only_corrections_change_it(sample: Wording, text: str) -> None:
    reading = sample.read(text)
    assert all(0 <= one.certainty <= 1 for one in reading.rewordings)
    if not any(one.how in CORRECTIONS or one.how is How.EMOJI for one in reading.rewordings):
        assert reading.text == normalise(text)
