"""The sidebar in its states, as people with other screens, languages and senses meet it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.web.accessibility import list_grave
from tests.web.conftest import OpenPage
from tests.web.desk import LATE_CUSTOMER, LATE_ORDER, LATE_QUESTION, SidebarDesk, sit_down
from tests.web.served import Served


def show_nothing(desk: SidebarDesk) -> None:
    expect(desk.question).to_be_visible()


def show_customer(desk: SidebarDesk) -> None:
    desk.find(LATE_CUSTOMER)
    desk.see("138****1185")


def show_answer(desk: SidebarDesk) -> None:
    desk.find(LATE_ORDER)
    desk.ask(LATE_QUESTION)
    for fold in desk.view.locator("summary").all():
        fold.click()


def show_unsure(desk: SidebarDesk) -> None:
    desk.ask("量子纠缠态的贝尔不等式")


def show_help(desk: SidebarDesk) -> None:
    desk.press("?")
    desk.see("改回复")


def show_reveal(desk: SidebarDesk) -> None:
    show_customer(desk)
    desk.press("r")
    desk.see("查看明文")


def show_settings(desk: SidebarDesk) -> None:
    desk.view.get_by_role("button", name="设置").click()
    desk.see("单键操作")


STATES = [show_nothing, show_customer, show_answer, show_unsure, show_help, show_reveal, show_settings]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("show", STATES, ids=lambda state: state.__name__)
def test_nothing_serious_stands_in_anybodys_way(
    served: Served, open_page: OpenPage, show: Callable[[SidebarDesk], None], scheme: str
) -> None:
    page = open_page(f"{served.url}/sidebar", color_scheme=scheme, reduced_motion="reduce")
    desk = sit_down(page)
    show(desk)
    assert list_grave(page) == []


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_nothing_serious_stands_in_the_way_on_the_other_pages(served: Served, open_page: OpenPage, path: str) -> None:
    page = open_page(f"{served.url}{path}", reduced_motion="reduce")
    page.wait_for_load_state("networkidle")
    assert list_grave(page) == []


@pytest.mark.parametrize("show", STATES, ids=lambda state: state.__name__)
def test_everything_fits_into_320_pixels(
    served: Served, open_page: OpenPage, show: Callable[[SidebarDesk], None]
) -> None:
    page = open_page(f"{served.url}/sidebar", viewport={"width": 320, "height": 640})
    desk = sit_down(page)
    show(desk)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    cut = page.evaluate(
        """() => [...document.querySelectorAll("x-sidebar button, x-sidebar textarea, x-sidebar input")]
            .filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > 320.5)
            .map((node) => node.outerHTML)"""
    )
    assert cut == []


def test_a_long_address_in_a_reply_breaks_within_320_pixels(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar", viewport={"width": 320, "height": 640})
    desk = sit_down(page)
    desk.ask(LATE_QUESTION)
    desk.reply.fill(f"https://shop.example.com/{'a1b2c3' * 20}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_sidebar_speaks_english(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar", locale="en-GB")
    desk = sit_down(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    desk.find(LATE_ORDER)
    desk.see("shipped, 40 hours late")
    desk.ask("where is my parcel")
    desk.press("Enter", "?")
    desk.see("Next solution")
    desk.press("Escape")
    # Only what the shop's own texts say is Chinese.
    own = page.evaluate(
        "[...document.querySelectorAll('button, label, legend, h2')].map((node) => node.innerText).join(' ')"
    )
    assert "设置" not in own
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Language").select_option("zh")
    desk.see("单键操作")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_dark_can_be_chosen_against_the_system(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar", color_scheme="light")
    sit_down(page)
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="设置").click()
    page.get_by_label("外观").select_option("dark")
    assert page.evaluate(paper) != light
    page.reload()
    sit_down(page)
    assert page.evaluate(paper) != light


def test_a_screen_reader_hears_what_was_found(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    desk.ask(LATE_QUESTION)
    expect(page.locator("[role=status]", has_text="把握")).to_have_count(1)
