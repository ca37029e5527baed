"""An agent works with the sidebar, by keyboard alone, in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.web.conftest import OpenPage
from tests.web.desk import LATE_CUSTOMER, LATE_ORDER, LATE_QUESTION, sit_down
from tests.web.served import Served


def test_an_agent_gets_from_the_customer_to_the_reply_without_a_mouse(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk = sit_down(page)
    desk.find(LATE_CUSTOMER)
    desk.see("138****1185")

    desk.press("o", "ArrowDown")
    expect(desk.chosen_order).to_have_count(1)
    desk.press("ArrowDown", "ArrowDown")
    expect(desk.chosen_order).to_contain_text(LATE_ORDER)
    desk.see("成都转运中心")

    desk.ask(LATE_QUESTION)
    desk.press("Enter")
    expect(desk.cards.first).to_be_focused()
    desk.press("j")
    expect(desk.cards.nth(1)).to_be_focused()
    expect(desk.cards.nth(1)).to_have_attribute("aria-expanded", "true")
    desk.press("k")
    expect(desk.cards.first).to_be_focused()

    desk.press("e")
    expect(desk.reply).to_be_focused()
    filled = desk.reply.input_value()
    desk.type("谢谢您！")
    desk.press("Escape")
    desk.press("i")
    expect(desk.said).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == f"{filled}谢谢您！"

    with page.expect_response("**/v1/feedback") as judged:
        desk.press("u")
    assert judged.value.json()["verdict"] == "edited"
    desk.see("已记：改过后用了")
    with page.expect_response("**/v1/feedback/**") as undone:
        desk.press("z")
    assert undone.value.json()["undone"] == 1
    expect(desk.view.get_by_text("已记：改过后用了")).to_have_count(0)


def test_an_order_that_was_asked_for_is_the_one_meant(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    desk.find(LATE_ORDER)
    expect(desk.chosen_order).to_contain_text("蜂鸟 Air 蓝牙耳机")
    expect(desk.chosen_order).to_contain_text("已指定")
    with desk.page.expect_request("**/v1/match") as asked:
        desk.press("/")
        desk.type(LATE_QUESTION)
    assert json.loads(asked.value.post_data or "")["order_id"] == LATE_ORDER


def test_a_question_that_is_typed_on_replaces_what_was_asked_and_another_does_not(
    served: Served, open_page: OpenPage
) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    with desk.page.expect_response("**/v1/match") as first:
        desk.ask("怎么开")
    with desk.page.expect_request("**/v1/match") as typed_on:
        desk.type("发票")
    expect(desk.cards.first).to_contain_text("发票")
    with desk.page.expect_request("**/v1/match") as another:
        desk.question.fill("退款多久到账")
    assert json.loads(typed_on.value.post_data or "")["replaces"] == first.value.json()["request_id"]
    assert "replaces" not in json.loads(another.value.post_data or "")


def test_one_of_several_is_chosen_by_who_they_are(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    desk.find("1148")
    expect(desk.view.locator(".candidates button").first).to_be_visible()
    desk.view.locator(".candidates button", has_text="138****1148").click()
    desk.see("看明文")


def test_the_answer_says_why_it_applies_to_the_order(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    desk.find(LATE_ORDER)
    desk.ask(LATE_QUESTION)
    desk.view.locator(".card-head", has_text="自营订单已发货但超过承诺时间").click()
    expect(desk.open_card).to_contain_text("适用于这笔订单")
    expect(desk.open_card.locator(".conditions")).to_contain_text("订单状态为已发货")
    expect(desk.open_card).to_contain_text("delivery-late-self · 第 1 版")
    assert "40 小时" in desk.reply.input_value()


def test_an_edited_reply_is_checked_against_the_order(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    desk.find(LATE_ORDER)
    desk.ask(LATE_QUESTION)
    desk.view.locator(".card-head", has_text="自营订单已发货但超过承诺时间").click()
    desk.press("e")
    desk.type("另外补您 88 元。")
    desk.see("找不到依据，核对：88 元")


def test_data_in_plain_is_shown_with_a_reason_only(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    desk.find("客户编号 C0001")
    desk.see("138****1037")
    desk.press("r")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()  # Without a reason nothing is asked.
    page.get_by_label("原因").fill("顾客要求回电")
    with page.expect_request("**/v1/customers/C0001:reveal") as asked:
        desk.press("Enter")
    assert asked.value.post_data_json == {"fields": ["phone"], "agent": "a-17", "reason": "顾客要求回电"}
    desk.see("13800001037")
    page.get_by_role("button", name="遮住").click()
    expect(page.get_by_text("13800001037")).to_have_count(0)


def test_nothing_that_fits_is_said_and_logged_with_one_press(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    desk.ask("量子纠缠态的贝尔不等式")
    desk.see("没有把握")
    desk.press("Enter")
    with page.expect_response("**/v1/feedback") as judged:
        desk.press("g")
    assert judged.value.json()["verdict"] == "dismissed"
    assert judged.value.json()["solution"] is None
    desk.see("已记为知识缺口")
    desk.press("z")
    expect(page.get_by_role("button", name="记为知识缺口")).to_be_visible()


def test_without_an_agents_id_it_is_asked_for_before_anybody_is_looked_up(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar", agent="")
    desk = sit_down(page)
    desk.find(LATE_ORDER)
    desk.see("先填工号，再查客户。")
    expect(page.get_by_label("工号")).to_be_focused()
    desk.type("a-18")
    desk.press("Enter")
    desk.see("138****1185")


def test_a_key_is_asked_for_where_the_service_needs_one(locked_served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{locked_served.url}/sidebar")
    desk = sit_down(page)
    desk.press("/")
    desk.type("退货")
    desk.see("服务需要访问密钥。")
    page.get_by_label("访问密钥").fill("a-key-for-tests")
    desk.press("Enter")
    desk.see("没有可以给看的")
    assert page.evaluate("sessionStorage.getItem('xianzhi.key')") == "a-key-for-tests"
    assert page.evaluate("localStorage.getItem('xianzhi.key')") is None


def test_keys_do_nothing_while_typing_and_can_be_switched_off(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    desk.press("/")
    desk.type("sjk?u")
    expect(desk.question).to_have_value("sjk?u")
    desk.press("Escape", "?")
    expect(page.get_by_role("dialog")).to_contain_text("下一个方案")
    desk.press("Escape")
    page.get_by_role("button", name="设置").click()
    page.get_by_label("单键操作").uncheck()
    page.locator("body").click(position={"x": 5, "y": 890})
    desk.press("s")
    expect(page.locator("#find")).not_to_be_focused()


@pytest.mark.parametrize(("shown", "key"), [("？", "?"), ("、", "/")])
def test_keys_work_while_chinese_punctuation_is_on(served: Served, open_page: OpenPage, shown: str, key: str) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    page.evaluate("(key) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))", shown)
    if key == "?":
        expect(page.get_by_role("dialog")).to_be_visible()
    else:
        expect(desk.question).to_be_focused()


def test_a_reply_longer_than_the_service_reads_is_not_sent_along(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    desk.ask(LATE_QUESTION)
    desk.reply.fill("货" * 5_001)
    desk.press("Escape", "u")
    expect(desk.said).to_have_text("没有记上：回复超过 5000 字，缩短后再记")


def test_an_emptied_reply_counts_as_used_elsewhere(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    desk.ask(LATE_QUESTION)
    desk.reply.fill("")
    desk.press("Escape")
    with desk.page.expect_response("**/v1/feedback") as judged:
        desk.press("u")
    assert judged.value.json()["verdict"] == "used"


def test_keys_of_an_input_method_are_not_taken_for_our_own(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    sit_down(page)
    press = """([id, key]) => {
        const field = document.getElementById(id);
        field.focus();
        field.dispatchEvent(new KeyboardEvent('keydown', {key, keyCode: 229, bubbles: true, cancelable: true}));
        return document.activeElement.id;
    }"""
    assert page.evaluate(press, ["question", "Enter"]) == "question"
    assert page.evaluate(press, ["find", "Escape"]) == "find"
