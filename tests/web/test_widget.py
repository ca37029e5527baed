"""A customer, on a phone or by keyboard alone, gets an answer from the widget, or a person."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.conftest import OpenShop
from tests.web.shop_page import ORDER, OTHER_ORDER, make_answer, make_asked_answer

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WIDGET = '<xianzhi-widget contact-url="/contact"></xianzhi-widget>'


def test_a_customer_on_a_phone_gets_from_the_first_key_to_solved(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, **PHONE)
    shop.launcher.tap()
    box = shop.panel.bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["height"]) == (0, 390, 844)
    assert shop.field.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 16  # Or phones zoom in.
    shop.field.tap()
    shop.type("退")
    expect(shop.options).to_have_text(["退货运费谁出", "退款多久到账"])
    expect(shop.options.first.locator("mark")).to_have_text("退")
    shop.options.nth(1).tap()
    expect(shop.answer).to_contain_text("1 至 3 个工作日")
    expect(shop.answer).to_contain_text("来源：退款多久到账 · 第 3 版 · 2026-01-01 起有效")
    expect(shop.field).not_to_be_focused()  # The keyboard would cover the answer.
    shop.panel.get_by_role("button", name="解决了").tap()
    shop.see("谢谢")
    [judged] = shop.service.list_asked("feedback")
    assert judged.body == {"request_id": "r2", "article_id": "refund-time", "solved": True}
    expect(shop.panel.get_by_role("button", name="没解决")).to_have_count(0)


def test_everything_a_finger_presses_is_large_enough(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, **PHONE)
    answered = make_asked_answer(
        "refund-fee", "refund-time", ask=[{"fact": "x", "question": "几天了？"}], orders=[ORDER]
    )
    shop.service.answers["ask"] = lambda _: answered
    shop.ask("退货")
    expect(shop.answer).to_be_visible()
    heights = shop.panel.evaluate(
        "panel => [...panel.querySelectorAll('button, input, a')].map((node) => node.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44


def test_the_keyboard_alone_is_enough(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.launcher.focus()
    shop.press("Enter")
    expect(shop.field).to_be_focused()
    shop.type("退")
    expect(shop.options).to_have_count(2)
    expect(shop.field).to_have_attribute("aria-expanded", "true")
    shop.press("ArrowDown", "ArrowDown")
    expect(shop.options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(shop.field).to_have_attribute("aria-activedescendant", "suggestion-1")
    shop.press("ArrowDown", "ArrowDown")
    expect(shop.options.first).to_have_attribute("aria-selected", "true")
    shop.press("Escape")
    expect(shop.options).to_have_count(0)
    expect(shop.field).to_have_value("退")
    shop.type("货")
    expect(shop.options).to_have_count(1)
    shop.press("ArrowDown", "Enter")
    expect(shop.answer).to_contain_text("质量问题由我们承担")
    expect(shop.field).to_be_focused()
    shop.press("Tab", "Tab", "Enter")
    shop.see("谢谢")
    shop.press("Escape")
    expect(shop.panel).not_to_be_visible()
    expect(shop.launcher).to_be_focused()


def test_enter_without_a_choice_asks_the_question(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.ask("寄回去的钱谁来付")
    expect(shop.answer).to_contain_text("质量问题由我们承担")
    [asked] = shop.service.list_asked("ask")
    assert asked.body == {"question": "寄回去的钱谁来付", "turns": []}
    assert asked.query == {"locale": "zh"}


def test_another_answer_is_opened_at_its_beginning(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    answers = [make_answer(name, html="<p>很长的文字。</p>" * 60) for name in ("refund-fee", "refund-time")]
    shop.service.answers["ask"] = lambda _: make_asked_answer("x") | {"answers": answers}
    shop.ask("退货")
    shop.panel.get_by_role("button", name="退款多久到账").focus()
    shop.press("Enter")
    expect(shop.answer).to_contain_text("退款多久到账")
    expect(shop.answer).to_be_focused()
    assert shop.panel.locator(".body").evaluate("node => node.scrollTop") == 0
    expect(shop.panel.get_by_role("button", name="退货运费谁出")).to_be_attached()


def test_enter_that_ends_a_word_of_an_input_method_chooses_nothing(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.open()
    session = shop.page.context.new_cdp_session(shop.page)
    session.send("Input.imeSetComposition", {"text": "tui", "selectionStart": 3, "selectionEnd": 3})
    expect(shop.options).to_have_count(3)
    assert [asked.query["q"] for asked in shop.service.list_asked("suggest")] == ["tui"]
    shop.press("ArrowDown")
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        event = {"key": "Enter", "bubbles": True, "composed": True, "cancelable": True, **composing}
        shop.field.dispatch_event("keydown", event)
    session.send("Input.insertText", {"text": "退"})
    expect(shop.field).to_have_value("退")
    expect(shop.options).to_have_count(2)
    assert shop.service.list_asked("articles") == []
    assert shop.service.list_asked("ask") == []


def test_who_is_not_helped_is_handed_over_with_what_they_said_and_saw(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.page.evaluate("addEventListener('xianzhi:handover', (event) => { window.told = event.detail; })")
    shop.ask("退货运费")
    shop.tap("退款多久到账")
    shop.tap("没解决")
    shop.see("已转给人工客服")
    shop.see("退货运费谁出；退款多久到账")
    [handed] = shop.service.list_asked("handover")
    assert handed.body == {
        "question": "退货运费",
        "shown": ["refund-fee", "refund-time"],
        "turns": [],
        "request_id": "r1",
    }
    assert shop.page.evaluate("window.told.handover_id") == "H-7"
    expect(shop.panel.get_by_role("link", name="联系客服")).to_have_attribute("href", "/contact")
    assert [judged.body["solved"] for judged in shop.service.list_asked("feedback")] == [False]


def test_a_shop_with_a_chat_of_its_own_takes_the_hand_over(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.page.evaluate("addEventListener('xianzhi:handover', (event) => event.preventDefault())")
    shop.ask("退货运费")
    shop.tap("没解决")
    expect(shop.panel).not_to_be_visible()


def test_a_hand_over_that_was_not_taken_is_not_shown_as_taken(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.ask("退货运费")
    expect(shop.answer).to_be_visible()
    shop.service.is_down = True
    shop.tap("没解决")
    shop.see("没有转成功")
    shop.service.is_down = False
    shop.tap("再试一次")
    shop.see("已转给人工客服")


def test_without_a_sure_answer_it_says_so_and_offers_a_person(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    near = make_asked_answer("refund-time", answered=False, hand_over=True)
    shop.service.answers["ask"] = lambda _: near
    shop.ask("量子纠缠")
    shop.see("没有找到确切的答案")
    expect(shop.answer).to_have_count(0)
    shop.tap("转人工客服")
    shop.see("已转给人工客服")


def test_which_of_several_orders_is_asked_and_answered_by_one_press(open_shop: OpenShop) -> None:
    shop = open_shop(f"{WIDGET[: -len('></xianzhi-widget>')]} token=t-1></xianzhi-widget>")
    filled = make_asked_answer(order=OTHER_ORDER) | {
        "answered": True,
        "answers": [make_answer("衬衫", fits_order=True)],
    }
    shop.service.answers["ask"] = lambda asked: (
        filled if "order_id" in asked.body else make_asked_answer(orders=[ORDER, OTHER_ORDER])
    )
    shop.ask("到哪了")
    shop.see("您问的是哪一笔订单？")
    expect(shop.panel.locator(".unseen[role=status]").last).to_have_text("您问的是哪一笔订单？")
    shop.panel.get_by_role("button", name="棉麻衬衫").click()
    expect(shop.answer).to_contain_text("订单：棉麻衬衫 · 11月2日 · 已签收 适用于这笔订单")
    assert [asked.body.get("order_id") for asked in shop.service.list_asked("ask")] == [None, "SO2"]
    assert {asked.headers["x-xianzhi-customer"] for asked in shop.service.list_asked("ask")} == {"t-1"}


def test_what_is_asked_back_is_answered_in_its_own_field(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.service.answers["ask"] = lambda asked: (
        make_asked_answer("refund-fee")
        if asked.body["turns"]
        else make_asked_answer(ask=[{"fact": "days", "question": "签收几天了？"}])
    )
    shop.ask("能退吗")
    shop.panel.get_by_label("签收几天了？").fill("三天")
    expect(shop.panel.locator(".unseen[role=status]").last).to_have_text("没有找到确切的答案 签收几天了？")
    shop.press("Enter")
    expect(shop.answer).to_be_visible()
    assert shop.service.list_asked("ask")[-1].body == {
        "question": "三天",
        "turns": [{"role": "customer", "text": "能退吗"}, {"role": "agent", "text": "签收几天了？"}],
    }


def test_a_long_conversation_keeps_its_newest_turns_within_what_the_service_takes(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    asked = "签收几天了？" * 700
    shop.service.answers["ask"] = lambda _: make_asked_answer(ask=[{"fact": "days", "question": asked}])
    shop.ask("能退吗")
    for said in ("三天", "四天", "五天"):
        shop.panel.get_by_label(asked).fill(said)
        shop.press("Enter")
        expect(shop.panel.get_by_label(asked)).to_have_value("")
    turns = shop.service.list_asked("ask")[-1].body["turns"]
    assert [turn["text"] for turn in turns] == ["三天", asked, "四天", asked]


def test_the_widget_speaks_english_where_the_page_does(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, language="en", locale="en-GB")
    expect(shop.launcher).to_have_text("Help")
    shop.ask("return")
    expect(shop.answer).to_contain_text("Source:")
    shop.tap("Yes, solved")
    shop.see("Glad it helped")
    assert shop.service.list_asked("ask")[0].query == {"locale": "en"}
    shop.page.evaluate("document.querySelector('xianzhi-widget').setAttribute('locale', 'zh')")
    shop.see("谢谢")


def test_notices_stand_by_without_standing_in_the_way(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    notices = [{"id": "n", "title": "快递延误", "text": "晚一到两天。"}]
    shop.service.answers["ask"] = lambda _: make_asked_answer("refund-fee", notices=notices)
    shop.ask("到哪了")
    expect(shop.panel.get_by_text("晚一到两天。")).not_to_be_visible()
    shop.panel.get_by_text("快递延误").click()
    shop.see("晚一到两天。")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "http://["])
def test_a_contact_address_that_may_not_be_followed_is_no_link(open_shop: OpenShop, address: str) -> None:
    shop = open_shop(f'<xianzhi-widget contact-url="{address}"></xianzhi-widget>')
    shop.service.is_down = True
    shop.ask("退货")
    shop.see("连不上服务")
    expect(shop.panel.get_by_role("link")).to_have_count(0)


def test_what_came_of_an_answer_is_said_of_that_answer_only(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.page.evaluate("window.told = []")
    for name in ("solved", "handover"):
        listen = (
            f"addEventListener('xianzhi:{name}', (event) => told.push(event.detail.id ?? event.detail.handover_id))"
        )
        shop.page.evaluate(listen)
    shop.service.answers |= {"feedback": lambda _: None, "handover": lambda _: None}
    shop.ask("退货")
    shop.tap("解决了")
    shop.tap("退款多久到账")
    shop.service.release()
    shop.page.wait_for_function("told.length === 1")
    shop.wait_for_frames()
    expect(shop.panel.locator(".thanks")).to_have_count(0)
    shop.tap("没解决")
    shop.see("正在转给人工客服")
    shop.field.fill("退款")
    shop.press("Enter")
    expect(shop.answer).to_be_visible()
    shop.service.release()
    shop.page.wait_for_function("told.length === 2")
    shop.wait_for_frames()
    expect(shop.answer).to_be_visible()
    assert shop.page.evaluate("told") == ["refund-fee", "H-7"]


def test_what_may_not_apply_to_the_order_is_said_to_be_so(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    answers = [make_answer("refund-fee", applies="unmet")]
    shop.service.answers["ask"] = lambda _: make_asked_answer("x", order=ORDER) | {"answers": answers}
    shop.ask("退货")
    expect(shop.answer).to_contain_text("不一定适用于您的这笔订单")
