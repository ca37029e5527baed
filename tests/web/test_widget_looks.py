"""The widget in its states, as people with other screens and senses meet it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.web.accessibility import list_grave
from tests.web.conftest import OpenShop
from tests.web.shop_page import ORDER, OTHER_ORDER, Shop, make_asked_answer

BODY = """<form onsubmit="return false"><input id="search" aria-label="search"></form>
<xianzhi-suggest for="search"></xianzhi-suggest><xianzhi-widget contact-url="/contact"></xianzhi-widget>"""
NOTICES = [{"id": "n", "title": "快递延误", "text": "晚一到两天。"}]
BOTH_SCHEMES = "<style>:root { color-scheme: light dark; }</style>"


def show_launcher(shop: Shop) -> None:
    expect(shop.launcher).to_be_visible()


def show_suggestions(shop: Shop) -> None:
    shop.open()
    shop.type("退")
    expect(shop.options).to_have_count(2)
    shop.press("ArrowDown")


def show_answer(shop: Shop) -> None:
    asked = [{"fact": "days", "question": "签收几天了？"}]
    answered = make_asked_answer("refund-fee", "refund-time", order=ORDER, notices=NOTICES, ask=asked)
    shop.service.answers["ask"] = lambda _: answered
    shop.ask("退货")
    expect(shop.answer).to_be_visible()


def show_orders(shop: Shop) -> None:
    shop.service.answers["ask"] = lambda _: make_asked_answer(orders=[ORDER, OTHER_ORDER])
    shop.ask("到哪了")
    shop.see("您问的是哪一笔订单？")


def show_unsure(shop: Shop) -> None:
    near = make_asked_answer("refund-fee", answered=False, hand_over=True)
    shop.service.answers["ask"] = lambda _: near
    shop.ask("量子纠缠")
    shop.see("没有找到确切的答案")


def show_trouble(shop: Shop) -> None:
    shop.service.is_down = True
    shop.ask("退货")
    shop.see("连不上服务")


def show_handover(shop: Shop) -> None:
    shop.ask("退货")
    shop.tap("没解决")
    shop.see("已转给人工客服")


def show_search(shop: Shop) -> None:
    shop.page.wait_for_selector("xianzhi-suggest .root", state="attached")
    shop.page.locator("#search").focus()
    shop.type("退")
    expect(shop.page.locator("xianzhi-suggest .drop li")).to_have_count(2)
    shop.press("ArrowDown")


def show_reader(shop: Shop) -> None:
    show_search(shop)
    shop.press("Enter")
    expect(shop.page.locator("xianzhi-suggest .answer")).to_be_visible()


STATES = [
    show_launcher,
    show_suggestions,
    show_answer,
    show_orders,
    show_unsure,
    show_trouble,
    show_handover,
    show_search,
    show_reader,
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("show", STATES, ids=lambda state: state.__name__)
def test_nothing_serious_stands_in_anybodys_way(open_shop: OpenShop, show: Callable[[Shop], None], scheme: str) -> None:
    shop = open_shop(BODY, head=BOTH_SCHEMES, color_scheme=scheme, reduced_motion="reduce")
    show(shop)
    assert list_grave(shop.page) == []


@pytest.mark.parametrize("show", STATES, ids=lambda state: state.__name__)
def test_everything_fits_into_320_pixels(open_shop: OpenShop, show: Callable[[Shop], None]) -> None:
    shop = open_shop(BODY, viewport={"width": 320, "height": 568})
    show(shop)
    cut = shop.page.evaluate(
        """() => [...document.querySelectorAll('xianzhi-widget, xianzhi-suggest')]
            .flatMap((host) => [...host.shadowRoot.querySelectorAll('button, input, a, li, h2, h3, p')])
            .filter((node) => node.checkVisibility() && !node.closest('.unseen'))
            .map((node) => ({ text: node.outerHTML, box: node.getBoundingClientRect() }))
            .filter(({ box }) => box.left < -0.5 || box.right > 320.5)
            .map(({ text }) => text)"""
    )
    assert cut == []


def find_paper(shop: Shop) -> str:
    paper: str = shop.panel.evaluate("node => getComputedStyle(node).backgroundColor")
    return paper


def test_it_is_dark_where_the_page_is_or_where_it_is_told_to_be(open_shop: OpenShop) -> None:
    light = find_paper(open_shop(BODY, color_scheme="dark"))  # The page knows no dark: neither does the widget.
    dark = find_paper(open_shop(BODY, color_scheme="dark", head=BOTH_SCHEMES))
    told = find_paper(open_shop(BODY.replace("<xianzhi-widget", "<xianzhi-widget theme=dark")))
    assert light != dark
    assert told == dark


def test_the_pages_variables_give_it_the_shops_colours(open_shop: OpenShop) -> None:
    head = "<style>xianzhi-widget { --xianzhi-accent: rgb(180, 20, 60); --xianzhi-radius: 0px; }</style>"
    shop = open_shop(BODY, head=head)
    assert shop.launcher.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(180, 20, 60)"


def test_nothing_moves_for_those_who_asked_for_that(open_shop: OpenShop) -> None:
    shop = open_shop(BODY, reduced_motion="reduce")
    shop.service.answers["ask"] = lambda _: None
    shop.ask("退货")
    shop.see("正在查找")
    assert shop.page.evaluate("document.getAnimations().length") == 0


def test_a_phones_keyboard_leaves_the_rest_of_the_sheet_in_sight(open_shop: OpenShop) -> None:
    shop = open_shop(BODY, viewport={"width": 390, "height": 844})
    shop.open()
    shop.page.evaluate(
        """() => {
          Object.defineProperty(visualViewport, 'height', {value: 500});
          visualViewport.dispatchEvent(new Event('resize'));
        }"""
    )
    box = shop.panel.bounding_box()
    assert box is not None
    assert box["height"] == 500


def test_forced_colours_show_which_suggestion_is_chosen_and_what_can_be_pressed(open_shop: OpenShop) -> None:
    shop = open_shop(BODY, forced_colors="active")
    style = "node => [getComputedStyle(node).borderStyle, getComputedStyle(node).outlineStyle]"
    assert shop.launcher.evaluate(style) == ["solid", "none"]
    show_suggestions(shop)
    assert shop.options.first.evaluate(style) == ["none", "solid"]
    assert shop.options.last.evaluate(style) == ["none", "none"]
