"""Whatever the service, the network or the shop's page does: the page stays whole, and the customer is told."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Route, expect

from tests.web.conftest import OpenShop
from tests.web.shop_page import SHARED, Asked, Shop, make_answer, make_asked_answer

WIDGET = '<xianzhi-widget contact-url="/contact"></xianzhi-widget>'
HOSTILE = """<style>* { all: unset !important; } *::before { content: 'x' !important; }
dialog, xianzhi-widget { display: none !important; }</style>"""
GARBAGE = [
    "",
    "<html>502</html>",
    "null",
    "[]",
    '"x"',
    '{"answers": 5}',
    '{"answers": [null, 5, {"id": {}}], "ask": {}}',
]
POLLUTED = """<script>
  Object.prototype.evil = Array.prototype.evil = () => { throw new Error("evil"); };
  Array.prototype.toJSON = function () { return "[" + this.join() + "]"; };
  window.define = () => { throw new Error("define"); }; window.define.amd = true;
  window.process = { env: 5 }; window.Lit = window.html = window.start = 5; window.name = "x";
</script>"""


def read_rest(shop: Shop) -> str:
    """Return what stands in the shop's own page, to be sure that it still does."""
    return shop.page.locator("h1").inner_text()


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_never_breaks_the_page(open_shop: OpenShop, body: str) -> None:
    shop = open_shop(WIDGET)
    shop.page.unroute("**/v1/**")
    statuses = iter([200, 401, 500, 503])

    def answer(route: Route) -> None:
        if "/ask" in route.request.url:
            route.fulfill(status=next(statuses), body=body, headers=SHARED, content_type="application/json")
        else:
            route.fulfill(status=200, body=body, headers=SHARED, content_type="application/json")

    shop.page.route("**/v1/**", answer)
    shop.ask("退货")
    for _ in range(3):
        expect(shop.panel.locator(".trouble, .unsure")).to_be_visible()
        expect(shop.field).to_have_value("退货")
        with shop.page.expect_response("**/ask**"):
            shop.press("Enter")
    expect(shop.panel.locator(".trouble, .unsure")).to_be_visible()
    assert read_rest(shop) == "shop"


@pytest.mark.parametrize("files", ["**/web/**", "**/lit-html.js", "**/words.js"])
def test_where_its_files_are_blocked_the_launcher_still_opens_and_says_so(open_shop: OpenShop, files: str) -> None:
    shop = open_shop("<p id=here></p>")
    shop.page.route(files, lambda route: route.abort())
    shop.reload(WIDGET)
    launcher = shop.page.locator("xianzhi-widget button")
    expect(launcher).to_have_text("帮助")
    launcher.click()
    expect(shop.page.locator("xianzhi-widget p")).to_contain_text("页面其他功能不受影响")
    expect(shop.page.locator("xianzhi-widget a")).to_have_attribute("href", "/contact")
    shop.reload(
        '<xianzhi-widget locale="fr" contact-url="http://["></xianzhi-widget><xianzhi-widget hidden></xianzhi-widget>'
    )
    expect(launcher.first).to_have_text("Help")
    expect(launcher.last).not_to_be_visible()
    expect(shop.page.locator("xianzhi-widget a")).to_have_count(0)


def test_where_the_script_itself_is_blocked_the_page_is_as_if_we_were_not_there(open_shop: OpenShop) -> None:
    shop = open_shop("<p></p>")
    shop.page.route("**/widget.js", lambda route: route.abort())
    shop.reload(WIDGET)
    shop.wait_for_frames()
    assert read_rest(shop) == "shop"
    assert shop.page.locator("xianzhi-widget").inner_text() == ""


def test_an_outage_keeps_what_was_typed_and_asks_it_again_by_one_press(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.service.is_down = True
    shop.ask("退货运费谁出")
    shop.see("连不上服务")
    expect(shop.panel.get_by_role("link", name="联系客服")).to_be_visible()
    expect(shop.field).to_have_value("退货运费谁出")
    shop.service.is_down = False
    shop.tap("再试一次")
    expect(shop.answer).to_contain_text("质量问题由我们承担")


def test_a_late_answer_to_an_older_question_is_dropped(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    usual = shop.service.answers["ask"]
    shop.service.answers["ask"] = lambda asked: None if asked.body["question"] == "发票" else usual(asked)
    shop.ask("发票")
    shop.see("正在查找")
    shop.field.fill("退货")
    shop.press("Enter")
    expect(shop.answer).to_contain_text("质量问题由我们承担")
    shop.service.release()
    shop.wait_for_frames()
    expect(shop.answer).to_contain_text("质量问题由我们承担")


def test_a_busy_service_is_left_alone_by_the_suggestions(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.service.answers["suggest"] = lambda _: {"status": 503, "error": {"code": "service_busy"}}
    shop.open()
    with shop.page.expect_response("**/v1/suggest**"):
        shop.type("退")
    shop.wait_for_frames()
    shop.type("货运费谁出")
    shop.wait_for_frames()
    assert len(shop.service.list_asked("suggest")) == 1


def test_an_article_that_was_withdrawn_meanwhile_is_said_to_be_gone(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    shop.service.answers["articles"] = lambda _: {"status": 404, "error": {"code": "article_not_found"}}
    shop.open()
    shop.type("退款")
    shop.options.first.click()
    shop.see("已经更新或撤下")


def test_what_cannot_be_read_is_not_asked_again_but_handed_over(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    refusals = iter([(429, "too_many_requests"), (404, "route_not_found"), (422, "question_empty")])

    def refuse(_: Asked) -> dict[str, object]:
        status, code = next(refusals)
        return {"status": status, "error": {"code": code}}

    shop.service.answers["ask"] = refuse
    shop.ask("？？？")
    shop.see("现在询问的人很多")
    shop.tap("再试一次")
    shop.see("服务暂时不能回答")
    shop.tap("再试一次")
    shop.see("没有看出您想问什么")
    expect(shop.panel.get_by_role("button", name="再试一次")).to_have_count(0)
    shop.tap("转人工客服")
    shop.see("已转给人工客服")


def test_the_shops_hostile_styles_end_at_its_edge(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, head=HOSTILE)
    assert shop.launcher.evaluate("node => getComputedStyle(node).position") == "fixed"
    shop.ask("退货")
    expect(shop.answer).to_be_visible()
    box = shop.panel.bounding_box()
    assert box is not None
    assert box["width"] == 380
    assert shop.panel.evaluate("node => getComputedStyle(node).fontSize") == "15px"
    assert shop.panel.evaluate("node => getComputedStyle(node.getRootNode().host).display") == "block"


def test_the_shops_globals_do_not_matter(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET, head=POLLUTED)
    shop.ask("退货")
    expect(shop.answer).to_contain_text("质量问题由我们承担")
    assert shop.service.list_asked("ask")[0].body["turns"] == []


@pytest.mark.parametrize("kind", ["async", "type=module"])
def test_no_image_of_a_review_says_where_the_script_came_from(open_shop: OpenShop, kind: str) -> None:
    shop = open_shop("<p></p>")
    image = '<img name="currentScript" src="/evil/widget.js"><img name="querySelectorAll">'
    shop.server.markup = (
        f'<!doctype html><html lang=zh>{image}<script {kind} src="{shop.script}/widget.js"></script>{WIDGET}'
    )
    shop.page.goto(shop.server.url)
    shop.ask("退货")
    expect(shop.answer).to_contain_text("质量问题由我们承担")


def test_included_twice_it_is_there_once(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    script = shop.page.locator("script[src]").get_attribute("src")
    shop.reload(f'{WIDGET}<script src="{script}" defer></script><script src="{script}" async></script>')
    shop.ask("退货")
    expect(shop.answer).to_be_visible()


def test_a_strict_policy_of_the_page_is_enough_with_the_service_listed(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    origin = (shop.page.locator("script[src]").get_attribute("src") or "").removesuffix("/widget.js")
    policy = f"default-src 'none'; script-src {origin}; connect-src {origin}"
    shop.reload(WIDGET, headers={"Content-Security-Policy": policy})
    shop.ask("退货")
    expect(shop.answer).to_contain_text("质量问题由我们承担")
    assert shop.panel.evaluate("node => getComputedStyle(node).width") == "380px"


def test_where_the_page_forbids_reading_markup_the_plain_text_is_shown(open_shop: OpenShop) -> None:
    policy = "require-trusted-types-for 'script'; trusted-types lit-html"
    shop = open_shop(WIDGET, headers={"Content-Security-Policy": policy})
    shop.ask("退货")
    expect(shop.answer).to_contain_text("质量问题由我们承担")
    expect(shop.answer.locator("li")).to_have_count(0)


def test_nothing_is_stored_and_no_cookie_is_set(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET.replace("></", " token=t key=k></"))
    shop.ask("退货")
    shop.tap("没解决")
    shop.see("已转给人工客服")
    stored = (
        "[localStorage.length, sessionStorage.length, document.cookie.length, (await indexedDB.databases()).length]"
    )
    assert shop.page.evaluate(f"(async () => {stored})()") == [0, 0, 0, 0]
    assert shop.page.context.cookies() == []


def test_markup_beyond_the_allow_list_is_left_out_even_if_the_service_sent_it(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    html = (
        "<p onclick='x()' style='position:fixed' class=c id=i>好<img src=/x onerror=alert(1)><script>alert(1)</script>"
        "<a href='javascript:alert(1)'>坏</a><a href='https://shop.example/' onclick='x()'>链接</a>"
        "<a href='data:text/html,x'>坏</a><iframe src=/x></iframe><form action=/x><input></form>"
        "<svg><a href=/x><circle/></a></svg><math><mi>x</mi></math>"
        "<table><tr><td colspan=2 onclick=x>格</td></tr></table></p>"
    )
    answered = make_asked_answer("x") | {"answers": [make_answer("x", html=html)]}
    shop.service.answers["ask"] = lambda _: answered
    shop.ask("退货")
    expect(shop.answer.get_by_role("link", name="链接")).to_have_attribute("rel", "noopener noreferrer nofollow")
    attributes = shop.answer.locator(".text").evaluate(
        "node => [...node.querySelectorAll('*')].flatMap((one) => [...one.attributes].map(({ name }) => name))"
    )
    assert attributes == ["href", "target", "rel", "colspan"]
    expect(shop.answer.locator("img, script, iframe, form, svg, math")).to_have_count(0)


def test_a_very_deep_or_long_answer_does_not_stop_the_page(open_shop: OpenShop) -> None:
    shop = open_shop(WIDGET)
    html = "<ul><li>" * 5_000 + "<p>x</p>" * 20_000
    body = json.dumps(make_asked_answer("x") | {"answers": [make_answer("x", html=html)]})

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type="application/json", headers=SHARED)

    shop.page.route("**/v1/widget/ask**", answer)
    shop.ask("退货")
    expect(shop.answer).to_be_visible()
