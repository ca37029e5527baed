"""What is a claim, and what one form it has."""

from __future__ import annotations

import time

import pytest

from kb.orders.words import Language
from kb.replies.guard.reading import find_claims
from tests.fakes import widen


def read(text: str, language: Language = "zh") -> list[tuple[str, str, str]]:
    claims = find_claims(text, language)
    return [(claim.kind.value, text[claim.start : claim.end], claim.value) for claim in claims if not claim.is_passing]


@pytest.mark.parametrize(
    ("text", "stretch", "value"),
    [
        ("共¥1,299.00。", "¥1,299.00", "1299 CNY"),
        (f"共 ￥{widen('1299')} 。", f"￥{widen('1299')}", "1299 CNY"),
        ("实付1299元", "1299元", "1299 CNY"),
        ("补您三百块", "三百块", "300 CNY"),
        ("补 5 yuan", "5 yuan", "5 CNY"),
        ("CNY 38 起", "CNY 38", "38 CNY"),
        ("约 1.2 万元", "1.2 万元", "12000 CNY"),
        ("$5 off", "$5", "5 USD"),
        ("找您 5 角", "5 角", "5 角"),
    ],
)
def test_amount_is_read_in_every_writing(text: str, stretch: str, value: str) -> None:
    assert read(text) == [("amount", stretch, value)]


@pytest.mark.parametrize(
    ("text", "language", "kind", "stretch", "value"),
    [
        ("预计11月18日到", "zh", "date", "11月18日", "11-18"),
        ("预计 2026 年 11 月 18 号到", "zh", "date", "2026 年 11 月 18 号", "2026-11-18"),
        ("2026-11-18 到", "zh", "date", "2026-11-18", "2026-11-18"),
        ("十一月十八日到", "zh", "date", "十一月十八日", "11-18"),
        ("明天到", "zh", "date", "明天", "today+1"),
        ("后天到", "zh", "date", "后天", "today+2"),
        ("周五到", "zh", "date", "周五", "fri"),
        ("下周五到", "zh", "date", "下周五", "week+1 fri"),
        ("22日恢复", "zh", "date", "22日", "22日"),
        ("arrives on Nov 18", "en", "date", "Nov 18", "11-18"),
        ("arrives on 18 Nov 2025", "en", "date", "18 Nov 2025", "2025-11-18"),
        ("arrives tomorrow", "en", "date", "tomorrow", "today+1"),
        ("arrives on Friday", "en", "date", "Friday", "fri"),
        ("11月18日 18:00 前到", "zh", "time", "11月18日 18:00", "11-18 18:00"),
        ("今晚 8 点前到", "zh", "time", "今晚 8 点", "today 20:00"),
        ("下午3点半到", "zh", "time", "下午3点半", "15:30"),
        ("at 8:30 pm", "en", "time", "8:30 pm", "20:30"),
        ("10:02 on 15 Nov", "en", "time", "10:02 on 15 Nov", "11-15 10:02"),
        ("16月9日已开票", "zh", "date", "16月9日", "16-09"),
    ],
)
def test_date_and_time_are_read_in_every_writing(
    text: str, language: Language, kind: str, stretch: str, value: str
) -> None:
    found = [(k, s, v.replace("08:00|", "")) for k, s, v in read(text, language)]
    assert found == [(kind, stretch, value)]


@pytest.mark.parametrize(
    ("text", "kind", "stretch", "value"),
    [
        ("48小时内", "duration", "48小时", "48 小时"),
        ("7 天无理由", "duration", "7 天", "7 天"),
        ("等两周", "duration", "两周", "2 周"),
        ("两个半小时后", "duration", "两个半小时", "2.5 个小时"),
        ("半小时后", "duration", "半小时", "0.5 小时"),
        ("within 24 hours", "duration", "24 hours", "24 hours"),
        ("in two weeks", "duration", "two weeks", "2 weeks"),
        ("收 10% 折旧费", "percentage", "10%", "10%"),
        ("收百分之十", "percentage", "百分之十", "10%"),
        ("打八五折", "percentage", "八五折", "8.5 折"),
        ("每月 2 次", "count", "2 次", "2 次"),
        ("拍三张照片", "count", "三张", "3 张"),
        ("第 3 次起", "count", "3 次", "第3次"),
        ("满 200 减", "count", "200", "200"),
        ("订单 SO2026111500017 的", "identifier", "SO2026111500017", "SO2026111500017"),
        ("打 400-820-8820", "identifier", "400-820-8820", "4008208820"),
        ("手机 138****1037", "identifier", "138****1037", "138****1037"),
        ("打 12315", "identifier", "12315", "12315"),
    ],
)
def test_other_figures_are_read_in_every_writing(text: str, kind: str, stretch: str, value: str) -> None:
    assert read(text, "en" if text.isascii() and " in" in f" {text}" else "zh") == [(kind, stretch, value)]


def test_both_ends_of_a_range_are_claims_of_the_same_unit() -> None:
    assert read("3-5 个工作日") == [("duration", "3", "3 个工作日"), ("duration", "5 个工作日", "5 个工作日")]
    assert read("CNY 38\u201368") == [("amount", "CNY 38", "38 CNY"), ("amount", "68", "68 CNY")]
    assert read("11 月 14\u201315 日") == [("date", "11 月", "11"), ("date", "14", "14"), ("date", "15 日", "15日")]


@pytest.mark.parametrize(
    "text",
    [
        "1. 先登记\n2. 再回电",
        "请这样做：1、拍照；2、上传",
        "一、先登记\n二、再回电",
        "（1）拍照（2）上传",
        "① 拍照 ② 上传",
        "每周一次，一件一件来，第一次",
        "十分抱歉，万一不行，千万别急，以上三点",
        "双 11 的活动",
        "三选一，3 选 1",
        "第三方商家",
        "签收到今天",
    ],
)
def test_numbers_of_lists_and_of_set_phrases_claim_nothing(text: str) -> None:
    assert read(text) == []


def test_a_full_width_comma_parts_two_figures() -> None:
    assert read("满 200，100 元起") == [("count", "200", "200"), ("amount", "100 元", "100 CNY")]


def test_a_number_at_the_end_of_an_english_sentence_is_no_list_mark() -> None:
    assert read("replacement within 15. Then", "en") == [("count", "15", "15")]


@pytest.mark.parametrize(
    "part",
    [
        "1",
        "%",
        "1%",
        "1,",
        "1.",
        "1-",
        "1 ",
        "1月",
        "一",
        "百分之",
        "1*",
        "12**",
        "Mon ",
        "周",
        "\n",
        "a1",
        "9:",
        "第1",
    ],
)
def test_ten_thousand_characters_of_one_kind_take_no_longer_than_others(part: str) -> None:
    def measure(characters: int) -> float:
        text = (part * characters)[:characters]
        started = time.process_time()
        find_claims(text, "zh")
        return time.process_time() - started

    measure(10_000)
    # Four times the text in far less than sixteen times the time; both are far below a second.
    assert measure(40_000) < 10 * measure(10_000) + 0.2
