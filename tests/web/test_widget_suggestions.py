"""Suggestions as somebody types: at once, in order, under the widget's own field and under any input of the shop's."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.conftest import OpenShop
from tests.web.shop_page import Asked, suggest_titles

WIDGET = "<xianzhi-widget></xianzhi-widget>"
SEARCH = """<form onsubmit="return false"><input id="search" aria-label="search"></form>
<xianzhi-suggest for="search"></xianzhi-suggest>"""


def test_the_first_key_asks_at_once_and_then_the_newest_text_only(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)

    def hold_the_first(asked: Asked) -> dict[str, Any] | None:
        return None if asked.query["q"] == "退" else suggest_titles(asked)

    shop.service.answers["suggest"] = hold_the_first
    shop.open()
    shop.page.evaluate("performance.now = () => 0")  # Nothing grows old here.
    shop.type("退款多久")
    shop.wait_for_frames()
    assert [asked.query["q"] for asked in shop.service.list_asked("suggest")] == ["退"]
    shop.service.release()
    expect(shop.options).to_have_count(1)
    assert [asked.query["q"] for asked in shop.service.list_asked("suggest")] == ["退", "退款多久"]


def test_a_late_answer_is_dropped_when_the_field_was_emptied(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.service.answers["suggest"] = lambda _: None
    shop.open()
    with shop.page.expect_request("**/v1/suggest**"):
        shop.type("退")
    shop.press("Backspace")
    shop.service.release()
    shop.wait_for_frames()
    expect(shop.options).to_have_count(0)


def test_a_request_that_hangs_gives_way_to_a_newer_text(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.service.answers["suggest"] = lambda asked: None if asked.query["q"] == "退" else suggest_titles(asked)
    shop.open()
    shop.page.evaluate("performance.now = () => 0")
    with shop.page.expect_request("**/v1/suggest**"):
        shop.type("退")
    shop.page.evaluate("performance.now = () => 5000")
    shop.type("款")
    expect(shop.options).to_have_count(1)


def test_the_list_never_flickers_while_a_newer_text_is_asked(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.open()
    shop.type("退")
    expect(shop.options).to_have_count(2)
    shop.page.evaluate(
        """() => {
          const root = document.querySelector('xianzhi-widget').shadowRoot;
          window.least = 9;
          const count = () => { window.least = Math.min(window.least, root.querySelectorAll('[role=option]').length); };
          new MutationObserver(count).observe(root, {childList: true, subtree: true});
        }"""
    )
    shop.type("款")
    expect(shop.options).to_have_count(1)
    assert shop.page.evaluate("window.least") == 1


def test_suggestions_carry_no_header_that_would_cost_a_second_request(open_shop: OpenShop) -> None:
    shop = open_shop("<xianzhi-widget key=public-key token=t></xianzhi-widget>")
    shop.open()
    shop.type("退")
    expect(shop.options).to_have_count(2)
    [asked] = shop.service.list_asked("suggest")
    assert asked.query["key"] == "public-key"
    assert not {"authorization", "x-xianzhi-customer", "cookie"} & set(asked.headers)


def test_a_screen_reader_hears_how_many_there_are(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.open()
    shop.type("退")
    expect(shop.panel.get_by_role("status").first).to_have_text("2 条建议，用上下键选择。")


def test_an_input_of_the_shops_gets_suggestions_and_keeps_its_own_handlers(open_shop: OpenShop) -> None:
    shop = open_shop(SEARCH)
    shop.page.wait_for_selector("xianzhi-suggest .root", state="attached")
    shop.page.evaluate(
        """() => {
          window.heard = [];
          const hear = (event) => heard.push(event.key ?? event.type);
          for (const name of ['input', 'keydown']) document.getElementById('search').addEventListener(name, hear);
        }"""
    )
    search = shop.page.locator("#search")
    search.focus()
    shop.type("退")
    drop = shop.page.locator("xianzhi-suggest .drop li")
    expect(drop).to_have_count(2)
    below, field = drop.first.bounding_box(), search.bounding_box()
    assert below is not None
    assert field is not None
    assert below["y"] >= field["y"] + field["height"]
    shop.press("ArrowDown")
    expect(search).to_have_attribute("aria-activedescendant", "xianzhi-suggest-1-0")
    expect(shop.page.locator("#xianzhi-suggest-1-0")).to_have_attribute("aria-selected", "true")
    shop.press("Enter")
    expect(shop.page.locator("xianzhi-suggest .answer")).to_contain_text("质量问题由我们承担")
    expect(search).to_have_value("退")
    reader = shop.page.get_by_role("dialog").get_by_role("status")
    expect(reader).to_have_text("找到答案：退货运费谁出")
    shop.press("Escape")
    expect(search).to_be_focused()
    shop.press("Enter")
    assert shop.page.evaluate("heard") == ["input", "ArrowDown", "Enter"]  # Enter on the suggestion was ours.


def test_an_input_that_is_drawn_anew_is_bound_like_the_first(open_shop: OpenShop) -> None:
    shop = open_shop(SEARCH)
    shop.page.wait_for_selector("xianzhi-suggest .root", state="attached")
    shop.page.evaluate("document.querySelector('form').innerHTML = '<input id=search aria-label=anew>'")
    shop.page.locator("#search").focus()
    shop.type("退")
    expect(shop.page.locator("xianzhi-suggest .drop li")).to_have_count(2)
    shop.page.locator("h1").click()
    expect(shop.page.locator("xianzhi-suggest .drop li")).to_have_count(0)


def list_many(_: Asked) -> dict[str, Any]:
    """Answer with as many suggestions as there can be, of two lines each."""
    title = "退货退款进度查询：一个标题稍微长一些的常见问题，要占两行"
    return {"suggestions": [{"id": f"a{number}", "title": f"{title} {number}"} for number in range(6)]}


def test_the_suggestion_that_the_keys_have_reached_is_in_sight(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, viewport={"width": 320, "height": 568})
    shop.service.answers["suggest"] = list_many
    shop.open()
    shop.type("退")
    expect(shop.options).to_have_count(6)
    shop.press("ArrowUp")
    expect(shop.options.last).to_be_in_viewport(ratio=0.9)
    shop.press("ArrowDown", "ArrowDown")
    expect(shop.options.first).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("place", ["right: 10px; top: 10px; width: 110px", "left: 10px; bottom: 10px; width: 210px"])
def test_the_list_stays_within_the_screen(open_shop: OpenShop, place: str) -> None:
    field = f'<div style="position: fixed; {place}"><input id="search" style="width: 100%"></div>'
    shop = open_shop(f'{field}<xianzhi-suggest for="search"></xianzhi-suggest>', viewport={"width": 390, "height": 700})
    shop.page.wait_for_selector("xianzhi-suggest .root", state="attached")
    shop.service.answers["suggest"] = list_many
    shop.page.locator("#search").focus()
    shop.type("退")
    expect(shop.page.locator("xianzhi-suggest .drop li")).to_have_count(6)
    box = shop.page.locator("xianzhi-suggest .drop").bounding_box()
    field_box = shop.page.locator("#search").bounding_box()
    assert box is not None
    assert field_box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 700
    assert box["y"] >= field_box["y"] + field_box["height"] or box["y"] + box["height"] <= field_box["y"]


def test_the_shops_own_search_closes_the_list_and_its_input_is_given_back_as_it_was(open_shop: OpenShop) -> None:
    shop = open_shop(SEARCH.replace("<input", '<input autocomplete="on" role="searchbox"'))
    shop.page.wait_for_selector("xianzhi-suggest .root", state="attached")
    search = shop.page.locator("#search")
    before = search.evaluate("node => node.outerHTML")
    search.focus()
    expect(search).to_have_attribute("role", "combobox")
    shop.type("退")
    drop = shop.page.locator("xianzhi-suggest .drop li")
    expect(drop).to_have_count(2)
    shop.press("Enter")
    expect(drop).to_have_count(0)
    shop.page.evaluate("window.taken = document.querySelector('xianzhi-suggest'); taken.remove()")
    assert search.evaluate("node => node.outerHTML") == before
    shop.wait_for_frames()
    shop.page.evaluate("document.body.append(taken)")
    shop.type("货")
    expect(drop).to_have_count(1)
