"""Who the customer is, as the shop's page says it: tokens that end, are renewed, or speak of somebody else."""

from __future__ import annotations

import jwt
import pytest
from playwright.sync_api import expect

from kb.customer_token import ALGORITHM
from tests.web.conftest import OpenShop
from tests.web.served import SECRET
from tests.web.shop_page import ORDER, USUAL, Asked, Shop, make_asked_answer

WIDGET = '<xianzhi-widget contact-url="/contact"></xianzhi-widget>'
REFUSED = {"status": 401, "error": {"code": "customer_token_refused"}}


def give_token(shop: Shop, source: str) -> None:
    """Set the page's function that fetches a token."""
    shop.page.evaluate(f"void (document.querySelector('xianzhi-widget').getToken = {source})")


def test_a_token_that_has_run_out_is_renewed_once(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET.replace("></", " token=old order-id=SO1></"))
    shop.page.evaluate("window.asked = 0")
    give_token(shop, "async () => { asked += 1; return 'new'; }")
    shop.service.answers["ask"] = lambda asked: (
        make_asked_answer("refund-fee") if asked.headers["x-xianzhi-customer"] == "new" else REFUSED
    )
    shop.ask("到哪了")
    expect(shop.answer).to_be_visible()
    shop.press("Enter")
    expect(shop.answer).to_be_visible()
    asked = shop.service.list_asked("ask")
    assert [one.headers["x-xianzhi-customer"] for one in asked] == ["old", "new", "new"]
    assert asked[1].body["order_id"] == "SO1"
    assert shop.page.evaluate("window.asked") == 1


@pytest.mark.parametrize("source", ["async () => 'old'", "() => { throw new Error('x') }", "async () => 5", "null"])
def test_without_a_new_token_it_goes_on_for_nobody_known_and_says_so(open_shop: OpenShop, source: str) -> None:
    shop = open_shop(WIDGET.replace("></", " token=old order-id=SO1></"))
    give_token(shop, source)
    shop.service.answers["ask"] = lambda asked: (
        REFUSED if "x-xianzhi-customer" in asked.headers else make_asked_answer("refund-fee")
    )
    shop.ask("到哪了")
    shop.see("登录已过期")
    expect(shop.answer).to_be_visible()
    assert "order_id" not in shop.service.list_asked("ask")[-1].body
    assert len(shop.service.list_asked("ask")) == 2


def test_an_order_that_is_not_the_customers_is_left_out(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET.replace("></", " token=t order-id=SO9></"))
    shop.service.answers["ask"] = lambda asked: (
        {"status": 404, "error": {"code": "order_not_found"}}
        if "order_id" in asked.body
        else make_asked_answer("refund-fee")
    )
    shop.ask("到哪了")
    expect(shop.answer).to_be_visible()


def list_tokens(shop: Shop) -> list[str | None]:
    """Return as whom each question was asked."""
    return [asked.headers.get("x-xianzhi-customer") for asked in shop.service.list_asked("ask")]


def test_a_renewal_that_failed_is_tried_again_with_the_next_question_and_once_in_each(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET.replace("></", " token=old></"))
    shop.page.evaluate("window.asked = 0")
    give_token(shop, "async () => { asked += 1; if (asked === 1) throw new Error('x'); return `new-${asked}`; }")
    taken = {None, "new-3"}
    shop.service.answers["ask"] = lambda asked: (
        make_asked_answer("refund-fee") if asked.headers.get("x-xianzhi-customer") in taken else REFUSED
    )
    shop.ask("到哪了")
    for _ in range(2):
        expect(shop.answer).to_be_visible()
        expect(shop.panel.get_by_text("登录已过期")).to_be_visible()
        with shop.page.expect_response(lambda response: "/ask" in response.url and response.ok):
            shop.press("Enter")
    expect(shop.panel.get_by_text("登录已过期")).to_have_count(0)
    assert list_tokens(shop) == ["old", None, "new-2", None, "new-3"]
    assert shop.page.evaluate("window.asked") == 3


def make_token(customer: str, number: int) -> str:
    """Return one of a customer's tokens."""
    return jwt.encode({"sub": customer, "iat": number}, SECRET, algorithm=ALGORITHM)


def test_another_customer_sees_nothing_of_the_one_before(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    widget = shop.page.locator("xianzhi-widget")
    shop.service.answers["ask"] = lambda _: make_asked_answer("refund-fee", order=ORDER)
    give_token(shop, "async () => 'anna'")
    shop.ask("到哪了")
    expect(shop.answer).to_contain_text("蜂鸟")
    give_token(shop, "async () => 'bert'")
    expect(shop.answer).to_have_count(0)
    expect(shop.field).to_have_value("")
    bert, renewed = make_token("C2", 1), make_token("C2", 2)
    widget.evaluate("(widget, token) => { widget.token = token; }", bert)
    shop.field.fill("退货")
    shop.press("Enter")
    expect(shop.answer).to_contain_text("蜂鸟")
    widget.evaluate("(widget, token) => { widget.token = token; }", renewed)
    shop.wait_for_frames()
    expect(shop.answer).to_contain_text("蜂鸟")  # The same customer goes on reading.
    widget.evaluate("(widget) => { widget.token = ''; widget.getToken = null; }")  # Signed out.
    expect(shop.answer).to_have_count(0)
    shop.field.fill("退货")
    shop.press("Enter")
    expect(shop.answer).to_be_visible()
    assert list_tokens(shop) == ["anna", bert, None]


def test_a_token_that_is_fetched_for_who_has_left_is_not_the_next_ones(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    give_token(shop, "() => new Promise((done) => { window.answer = done; })")
    shop.ask("到哪了")
    shop.page.wait_for_function("Boolean(window.answer)")
    give_token(shop, "async () => 'bert'")
    shop.page.evaluate("answer('anna')")
    shop.wait_for_frames()
    shop.field.fill("退货")
    shop.press("Enter")
    expect(shop.answer).to_be_visible()
    assert list_tokens(shop)[-1] == "bert"


def test_a_token_that_ends_between_answer_and_button_is_told_where_it_matters(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET.replace("></", " token=t order-id=SO1></"))
    shop.service.answers["ask"] = lambda _: make_asked_answer("refund-fee", order=ORDER)

    def refuse(asked: Asked) -> dict[str, object] | None:
        return REFUSED if "x-xianzhi-customer" in asked.headers else USUAL[asked.kind](asked)

    shop.service.answers |= {"feedback": refuse, "handover": refuse}
    shop.ask("到哪了")
    shop.tap("解决了")
    shop.see("谢谢")
    expect(shop.panel.get_by_text("登录已过期")).to_have_count(0)  # The answer does use their order.
    shop.page.locator("xianzhi-widget").evaluate("(widget) => { widget.token = 'u'; }")
    shop.field.fill("到哪了")
    shop.press("Enter")
    shop.tap("没解决")
    shop.see("登录已过期：没有带上您的订单")
