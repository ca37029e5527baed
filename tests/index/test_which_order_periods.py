"""Stretches of time as customers name them; the present is Friday, 20 November 2026, ten in the morning in Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.which_order.periods import MAX_PERIODS, find_periods
from index.which_order.steps import Step, find_step

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)


def read(text: str, now: datetime = NOW) -> list[tuple[str, str, str]]:
    """Return what was said, and from when to when: month, day and hour."""
    return [(p.said, f"{p.start:%m-%d %H:%M}", f"{p.end:%m-%d %H:%M}") for p in find_periods(text, now=now, zone=ZONE)]


@pytest.mark.parametrize(
    ("text", "said", "start", "end"),
    [
        ("前天上午下的那单到哪了", "前天上午", "11-18 05:00", "11-18 12:30"),
        ("昨晚九点下的单", "昨晚九点", "11-19 20:30", "11-19 22:15"),
        ("今早刚签收", "今早", "11-20 04:00", "11-20 11:00"),
        ("大前天晚上到的", "大前天晚上", "11-17 17:00", "11-18 06:00"),
        ("上周四订的", "上周四", "11-12 00:00", "11-13 00:00"),
        ("周一买的", "周一", "11-16 00:00", "11-17 00:00"),
        ("周六买的", "周六", "11-14 00:00", "11-15 00:00"),
        ("上个星期买的", "上个星期", "11-09 00:00", "11-16 00:00"),
        ("上周末到的", "上周末", "11-14 00:00", "11-16 00:00"),
        ("三天前拍的", "三天前", "11-16 00:00", "11-19 00:00"),
        ("两天前拍的", "两天前", "11-18 00:00", "11-19 00:00"),
        ("半年前那单", "半年前", "04-06 00:00", "07-07 00:00"),
        ("都一个礼拜了还不发", "一个礼拜了", "11-08 00:00", "11-16 00:00"),
        ("前几天买的", "前几天", "11-11 00:00", "11-20 00:00"),
        ("上个月买的", "上个月", "10-01 00:00", "11-01 00:00"),
        ("上月底买的", "上月底", "10-21 00:00", "11-01 00:00"),
        ("11月13号早上买的", "11月13号早上", "11-13 04:00", "11-13 11:00"),
        ("十月份买的", "十月份", "10-01 00:00", "11-01 00:00"),
        ("17号到的", "17号", "11-17 00:00", "11-18 00:00"),
        ("二十八号买的", "二十八号", "10-28 00:00", "10-29 00:00"),
        ("31号买的", "31号", "10-31 00:00", "11-01 00:00"),
        ("11.13买的", "11.13", "11-13 00:00", "11-14 00:00"),
        ("双十一买的", "双十一", "11-09 00:00", "11-12 00:00"),
        ("十一买的", "十一", "10-01 00:00", "10-08 00:00"),
        ("五一前买的", "五一前", "04-01 00:00", "05-01 00:00"),
        ("国庆后到的", "国庆后", "10-08 00:00", "11-07 00:00"),
        ("夏天买的", "夏天", "06-01 00:00", "09-01 00:00"),
        ("came on wednesday", "wednesday", "11-18 00:00", "11-19 00:00"),
        ("i ordered it last friday", "last friday", "11-13 00:00", "11-14 00:00"),
        ("ordered two weeks ago", "two weeks ago", "11-02 00:00", "11-11 00:00"),
        ("last week's order", "last week", "11-09 00:00", "11-16 00:00"),
        ("yesterday morning", "yesterday morning", "11-19 04:00", "11-19 12:00"),
        ("ordered on nov 13th", "nov 13th", "11-13 00:00", "11-14 00:00"),
        ("the one from 13 november", "13 november", "11-13 00:00", "11-14 00:00"),
        ("the 17th", "the 17th", "11-17 00:00", "11-18 00:00"),
        ("waiting for 5 days", "for 5 days", "11-12 00:00", "11-17 00:00"),
    ],
)
def test_stretch_of_time_is_read(text: str, said: str, start: str, end: str) -> None:
    assert read(text) == [(said, start, end)]


@pytest.mark.parametrize(
    "text", ["七天无理由", "换大一号", "一号仓", "站半天了", "69.9那个", "i may ask", "2月30号", "尾号1113", "每个月"]
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert read(text) == []


def test_date_that_lies_far_ahead_was_last_year() -> None:
    (period,) = find_periods("12月25号买的", now=NOW, zone=ZONE)
    assert period.start == datetime(2025, 12, 25, tzinfo=ZONE)


def test_day_is_that_of_the_shop_wherever_the_clock_stands() -> None:
    late = datetime.fromisoformat("2026-11-19T17:00:00+00:00")
    assert read("昨天", late) == [("昨天", "11-19 00:00", "11-20 00:00")]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("昨天买的", Step.PLACED),
        ("昨天到的海鲜", Step.DELIVERED),
        ("昨天就该送到的", Step.PROMISED),
        ("今天能到不", Step.PROMISED),
        ("昨天发的货", Step.SHIPPED),
        ("昨天退的", Step.REFUND_ASKED),
        ("昨天取消的", Step.CANCELLED),
        ("昨天付的款", Step.PAID),
        ("下单是昨天", Step.PLACED),
        ("昨天那单", None),
        ("昨天，买的", None),
        ("the mug that came yesterday", Step.DELIVERED),
    ],
)
def test_verb_beside_a_time_says_what_happened_then(text: str, step: Step | None) -> None:
    (period,) = find_periods(text, now=NOW, zone=ZONE)
    assert find_step(text, period.at, period.until) is step


@given(st.text(alphabet="昨今前上下周一二三十月号日天年半几了之 0123456789.-/last week ago the", max_size=60))
def test_any_text_is_read_without_failing_and_nothing_overlaps(text: str) -> None:
    periods = find_periods(text, now=NOW, zone=ZONE)
    assert len(periods) <= MAX_PERIODS
    assert all(period.start < period.end for period in periods)
    assert all(one.until <= other.at for one, other in pairwise(periods))
    assert all(period.start - NOW < timedelta(days=60) for period in periods)
