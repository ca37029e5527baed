"""The widget on a shop's page before the service itself: other origins, real answers, a restart."""

from __future__ import annotations

import time

import jwt
from playwright.sync_api import expect

from kb.customer_token import ALGORITHM, AUDIENCE
from tests.web.conftest import OpenShop
from tests.web.desk import LATE_ORDER, LATE_QUESTION
from tests.web.served import SECRET, Served
from tests.web.shop_page import Shop

WIDGET = '<xianzhi-widget contact-url="/contact"></xianzhi-widget>'


def sign_in(shop: Shop, customer_id: str, order_id: str) -> None:
    """Let the shop say who its visitor is."""
    begun = int(time.time())
    claims = {"aud": AUDIENCE, "sub": customer_id, "order_id": order_id, "iat": begun, "exp": begun + 600}
    token = jwt.encode(claims, SECRET, algorithm=ALGORITHM)
    shop.page.locator("xianzhi-widget").evaluate("(widget, token) => widget.setAttribute('token', token)", token)


def suggest(shop: Shop, typed: str, expected: str) -> None:
    """Type, and wait for a suggestion."""
    shop.type(typed)
    expect(shop.options.first.locator("mark").first).to_contain_text(expected)


def test_a_customer_gets_from_pinyin_to_an_answer_and_to_a_person(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, is_faked=False)
    shop.open()
    suggest(shop, "tuikuan", "退款")
    shop.press("ArrowDown", "Enter")
    expect(shop.answer).to_contain_text("来源：")
    with shop.page.expect_response("**/v1/widget/handover**") as handed:
        shop.tap("没解决")
    assert handed.value.ok
    shop.see("已转给人工客服")


def test_that_it_helped_is_taken(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, is_faked=False)
    shop.open()
    suggest(shop, "退款", "退款")
    shop.press("ArrowDown", "Enter")
    with shop.page.expect_response("**/v1/widget/feedback**") as judged:
        shop.tap("解决了")
    assert judged.value.status == 204
    shop.see("谢谢")


def test_who_is_signed_in_is_answered_for_their_own_order(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, is_faked=False)
    sign_in(shop, "C0005", LATE_ORDER)
    with shop.page.expect_response("**/v1/widget/ask**") as answered:
        shop.ask(LATE_QUESTION)
    assert answered.value.json()["order"]["id"] == LATE_ORDER
    shop.panel.locator(".row", has_text="自营订单已发货但超过承诺时间").or_(shop.answer).first.click()
    expect(shop.answer).to_contain_text("40 小时")


def test_a_restart_of_the_service_keeps_what_was_typed(served: Served, open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, is_faked=False)
    shop.open()
    served.stop()
    try:
        shop.type("退货运费谁出")
        shop.press("Enter")
        shop.see("连不上服务")
        expect(shop.field).to_have_value("退货运费谁出")
    finally:
        served.start()
    shop.tap("再试一次")
    expect(shop.panel.locator(".answer, .unsure").first).to_be_visible()


def test_a_page_that_is_not_listed_gets_no_answer_and_says_so(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, is_faked=False)
    shop.page.goto(shop.server.stranger)
    shop.ask("退货运费谁出")
    shop.see("连不上服务")
