"""The page to try a match, in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.conftest import OpenPage
from tests.web.desk import LATE_ORDER
from tests.web.served import Served


def test_it_shows_which_order_was_meant_and_where_it_came_from(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    page.get_by_label("关于哪一笔订单").select_option("@")
    page.get_by_label("客户编号").fill("C0005")
    page.get_by_label("顾客怎么问的").fill("我的耳机怎么还没到")
    page.get_by_role("button", name="匹配", exact=True).click()
    panel = page.locator(".panel", has_text="问的可能是哪一笔")
    expect(panel).to_contain_text(LATE_ORDER)
    expect(panel).to_contain_text("按这一笔回答")
    expect(page.get_by_text(f"{LATE_ORDER} · 订单已取到")).to_be_visible()


def test_a_customer_without_an_id_is_asked_for(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    page.get_by_label("关于哪一笔订单").select_option("@")
    page.get_by_label("顾客怎么问的").fill("怎么还没到")
    page.get_by_role("button", name="匹配", exact=True).click()
    expect(page.get_by_text("请填客户编号，或改选“不带订单”。")).to_be_visible()


def test_an_example_is_answered_with_one_press(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url, locale="en-GB")
    page.get_by_role("button", name="Where is my parcel?").click()
    expect(page.locator(".card").first).to_be_visible()
