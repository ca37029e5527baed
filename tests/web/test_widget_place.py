"""The widget among what else a shop's page has: its focus, its shortcuts, its chat, its own changes."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.conftest import OpenShop
from tests.web.shop_page import Shop

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WIDGET = '<xianzhi-widget contact-url="#contact"></xianzhi-widget>'
SEARCH = (
    '<input id="search" aria-label="search"><xianzhi-suggest for="search" contact-url="#contact"></xianzhi-suggest>'
)
CHAT = '<textarea id="chat" aria-label="chat"></textarea>'
TAKES_OVER = """addEventListener('xianzhi:handover', (event) => {
  event.preventDefault();
  document.getElementById('chat').focus();
})"""
HEARS = """window.heard = [];
addEventListener('keydown', ({ key, target }) => { if (!target.matches('input')) heard.push(key); })"""


def read_from_search(shop: Shop) -> None:
    """Open the first suggestion under the shop's input."""
    shop.page.wait_for_selector("xianzhi-suggest .root", state="attached")
    shop.page.locator("#search").focus()
    shop.type("退")
    expect(shop.page.locator("xianzhi-suggest .drop li")).to_have_count(2)
    shop.press("ArrowDown", "Enter")
    expect(shop.page.locator("xianzhi-suggest .answer")).to_be_visible()


def test_the_shops_shortcuts_do_not_hear_what_is_pressed_inside(open_shop: OpenShop) -> None:
    shop = open_shop(SEARCH + WIDGET)
    shop.page.evaluate(HEARS)
    shop.open()
    shop.type("is")
    expect(shop.options).to_have_count(3)
    shop.press("Escape", "Escape")
    expect(shop.panel).not_to_be_visible()
    read_from_search(shop)
    shop.press("s", "Escape")
    expect(shop.page.locator("xianzhi-suggest dialog")).not_to_be_visible()
    assert shop.page.evaluate("heard") == []


def test_a_chat_that_takes_the_hand_over_keeps_the_focus(open_shop: OpenShop) -> None:
    shop = open_shop(SEARCH + WIDGET + CHAT)
    shop.page.evaluate(TAKES_OVER)
    chat = shop.page.locator("#chat")
    shop.ask("退货")
    shop.tap("没解决")
    expect(shop.panel).not_to_be_visible()
    expect(chat).to_be_focused()
    read_from_search(shop)
    shop.page.get_by_role("button", name="没解决").click()
    expect(shop.page.locator("xianzhi-suggest dialog")).not_to_be_visible()
    expect(chat).to_be_focused()
    shop.open()
    chat.focus()
    shop.page.evaluate("document.querySelector('xianzhi-widget').open = false")
    expect(shop.panel).not_to_be_visible()
    expect(chat).to_be_focused()  # It was not inside: closing takes it from nobody.


def test_on_a_phone_nothing_stands_before_the_pages_own_place_for_a_person(open_shop: OpenShop) -> None:
    place = '<div style="height: 2000px"></div><section id="contact">our chat</section>'
    shop = open_shop(SEARCH + place + WIDGET, **PHONE)
    shop.ask("退货")
    shop.tap("没解决")
    expect(shop.panel).to_be_visible()
    shop.panel.get_by_role("link", name="联系客服").tap()
    expect(shop.panel).not_to_be_visible()
    expect(shop.page.locator("#contact")).to_be_in_viewport()
    read_from_search(shop)
    shop.page.get_by_role("button", name="没解决").tap()
    shop.page.get_by_role("link", name="联系客服").tap()
    expect(shop.page.locator("xianzhi-suggest dialog")).not_to_be_visible()
    expect(shop.page.locator("#search")).not_to_be_focused()  # A keyboard would cover the place.


def test_a_page_may_move_it_and_take_it_out_for_a_while(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, **PHONE)
    shop.page.evaluate("window.widget = document.querySelector('xianzhi-widget')")
    shop.service.answers["ask"] = lambda _: None
    shop.ask("退货")
    shop.see("正在查找")
    shop.page.evaluate("document.body.append(widget)")
    shop.service.release()
    expect(shop.answer).to_be_visible()
    assert shop.panel.evaluate("node => node.matches(':modal')")
    shop.press("Escape")
    expect(shop.panel).not_to_be_visible()
    shop.page.evaluate("widget.remove(); widget.open = true")
    shop.wait_for_frames()
    shop.page.evaluate("document.body.append(widget)")
    expect(shop.answer).to_be_visible()
    assert shop.panel.evaluate("node => node.matches(':modal')")


def test_the_pages_own_variables_and_direction_do_not_reach_in_and_it_is_not_printed(open_shop: OpenShop) -> None:
    names = ("paper", "accent", "radius", "room-height", "room-top")
    head = f"<style>* {{ {' '.join(f'--{name}: 3px;' for name in names)} direction: rtl; }}</style>"
    shop = open_shop(WIDGET, head=head, viewport={"width": 390, "height": 844})
    colour = shop.launcher.evaluate("node => getComputedStyle(node).backgroundColor")
    assert colour == "rgb(14, 107, 92)"
    shop.ask("退货")
    assert shop.answer.evaluate("node => getComputedStyle(node).direction") == "ltr"
    box = shop.panel.bounding_box()
    assert box is not None
    assert box["height"] == 844
    shop.page.emulate_media(media="print")
    expect(shop.panel).not_to_be_visible()
