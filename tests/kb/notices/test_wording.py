"""Which notice a reply carries."""

from __future__ import annotations

from typing import Any

from kb.articles.models import Audience
from kb.notices.models import Notice
from kb.notices.wording import choose_wording


def notice(wording: str, **fields: Any) -> Notice:
    return Notice.model_validate({"id": "n", "title": "公告", "kind": "delay", "wording": wording, **fields})


def test_the_most_urgent_wording_is_carried_and_the_others_are_not() -> None:
    assert choose_wording([notice("雪"), notice("冰")], "zh") == "雪"
    assert choose_wording([], "zh") is None


def test_a_notice_without_wording_makes_room_for_the_next() -> None:
    assert choose_wording([notice("  "), notice("冰")], "zh") == "冰"


def test_what_is_not_for_customers_and_what_advertises_is_not_carried() -> None:
    hidden = notice("内部", audience=Audience.INTERNAL)
    assert (
        choose_wording([hidden, notice("双 12", kind="promotion"), notice("换了新罐", kind="packaging")], "zh")
        == "换了新罐"
    )


def test_a_reply_carries_a_notice_in_its_own_language() -> None:
    both = [notice("路上有雪"), notice("Snow on the roads")]
    assert (choose_wording(both, "zh"), choose_wording(both, "en")) == ("路上有雪", "Snow on the roads")
    assert choose_wording(both[:1], "en") is None
