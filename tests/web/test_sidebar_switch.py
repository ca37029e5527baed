"""While an agent works, the page around goes on to another message, order or customer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Request, Route, expect

from tests.web.conftest import OpenPage
from tests.web.desk import LATE_ORDER, LATE_QUESTION, SidebarDesk
from tests.web.host_page import LISTED, serve_host_page
from tests.web.served import Served

FIRST, SECOND = "customer id C0005", "customer id C0001"
OTHER_ORDER = "SO2026111900199"  # Of the same customer as the late one.
REFUSED = {"error": {"code": "invalid_input", "message": "no", "details": [], "request_id": "r"}}


@pytest.fixture(scope="module", autouse=True)
def host_page(served: Served) -> Iterator[None]:
    """The page around, served while these tests run."""
    with serve_host_page(served.host_port, served.url):
        yield


@pytest.fixture
def desk(served: Served, open_page: OpenPage) -> SidebarDesk:
    """The sidebar in a frame that it speaks with."""
    page = open_page(f"http://{LISTED}:{served.host_port}/", viewport={"width": 460, "height": 900})
    page.wait_for_function("heard.some((one) => one.data.type === 'xianzhi:ready')")
    inner = next(found for found in page.frames if found.parent_frame is not None)
    return SidebarDesk(inner, page)


def read_body(request: Request) -> dict[str, Any]:
    """Return what was asked."""
    body: dict[str, Any] = json.loads(request.post_data or "")
    return body


def tell(desk: SidebarDesk, **said: str) -> None:
    """Say where the conversation is, as the page around."""
    desk.page.evaluate("(said) => send({type: 'xianzhi:context', ...said})", {"agent": "a-17", **said})


def tell_and_wait(desk: SidebarDesk, **said: str) -> dict[str, Any]:
    """Say where the conversation is, and return what the match was asked then."""
    with desk.page.expect_response("**/v1/match") as answered:
        tell(desk, **said)
    return read_body(answered.value.request)


def open_late(desk: SidebarDesk) -> None:
    """Have the late order's answer on show."""
    tell(desk, customer=FIRST, order_id=LATE_ORDER, question=LATE_QUESTION)
    expect(desk.chosen_order).to_contain_text(LATE_ORDER)
    desk.cards.first.focus()


def list_inserted(desk: SidebarDesk) -> list[str]:
    """Return the texts that the page around was given."""
    found: list[str] = desk.page.evaluate(
        "heard.filter((one) => one.data.type === 'xianzhi:insert').map((one) => one.data.text)"
    )
    return found


def test_letters_meant_for_a_reply_that_is_gone_do_nothing(desk: SidebarDesk) -> None:
    open_late(desk)
    desk.reply.focus()
    desk.type("Hi ")
    tell_and_wait(desk, customer=SECOND, question="退货运费谁出")
    expect(desk.cards.first).to_be_visible()
    desk.type("i")
    expect(desk.said).to_have_text("")
    assert list_inserted(desk) == []
    desk.press("Escape", "i")
    expect(desk.said).to_have_text("已插入会话")


def test_a_draft_is_there_again_with_its_customer(desk: SidebarDesk) -> None:
    open_late(desk)
    desk.press("e")
    desk.type("【草稿】")
    written = desk.reply.input_value()
    tell_and_wait(desk, customer=SECOND, question=LATE_QUESTION)
    desk.see("138****1037")
    expect(desk.cards.first).to_be_visible()
    assert "【草稿】" not in "".join(desk.view.locator("x-reply textarea").all_inner_texts())
    open_late(desk)
    expect(desk.reply).to_have_value(written)


def test_a_ready_answer_stays_under_the_hands_when_a_question_comes(desk: SidebarDesk) -> None:
    tell(desk, customer=FIRST)
    desk.view.locator(".reason summary").first.click()
    reply = desk.view.locator(".reason textarea").first
    reply.focus()
    desk.type("好")
    tell_and_wait(desk, customer=FIRST, question="退货运费谁出")
    desk.see("有新的匹配结果")
    expect(reply).to_be_focused()


def test_a_match_that_failed_leaves_the_reply_that_is_being_written(desk: SidebarDesk) -> None:
    open_late(desk)
    desk.press("e")
    desk.type("好")
    desk.page.route("**/v1/match", lambda route: route.fulfill(status=422, json=REFUSED))
    tell_and_wait(desk, customer=FIRST, order_id=LATE_ORDER, question="发票怎么开")
    expect(desk.view.get_by_role("button", name="重试")).to_be_visible()
    expect(desk.reply).to_be_focused()


def test_the_edited_reply_goes_out_and_is_judged_before_the_next_answer_is_shown(desk: SidebarDesk) -> None:
    open_late(desk)
    desk.press("e")
    desk.type("【改过】")
    written = desk.reply.input_value()
    desk.press("Escape")
    tell_and_wait(desk, customer=FIRST, order_id=LATE_ORDER, question="发票怎么开")
    desk.see("有新的匹配结果")
    desk.press("i")
    expect(desk.said).to_have_text("已插入会话")
    assert list_inserted(desk) == [written]
    with desk.page.expect_request("**/v1/feedback") as judged:
        desk.press("u")
    assert read_body(judged.value)["reply"] == written
    expect(desk.view.get_by_text("有新的匹配结果")).to_have_count(0)
    assert "【改过】" not in desk.reply.input_value()


def test_the_agents_own_look_up_stands_against_what_the_host_repeats(desk: SidebarDesk) -> None:
    open_late(desk)
    desk.view.locator("#find").fill("客户编号 C0001")
    desk.press("Enter")
    desk.see("138****1037")
    asked = tell_and_wait(desk, customer=FIRST, order_id=LATE_ORDER, question="快递到哪了")
    assert asked["customer"] == "C0001"
    assert "order_id" not in asked
    desk.see("138****1037")


def test_a_repeated_nobody_leaves_whom_the_agent_looked_up(desk: SidebarDesk) -> None:
    tell_and_wait(desk, question="你好")
    desk.view.locator("#find").fill(LATE_ORDER)
    desk.press("Enter")
    desk.see("138****1185")
    assert tell_and_wait(desk, question=LATE_QUESTION)["order_id"] == LATE_ORDER


def test_the_order_chosen_by_hand_and_the_language_survive_the_next_message(desk: SidebarDesk) -> None:
    tell(desk, customer=FIRST, order_id=LATE_ORDER, question=LATE_QUESTION, locale="zh-CN")
    expect(desk.chosen_order).to_contain_text(LATE_ORDER)
    desk.view.get_by_role("button", name="另外").click()
    desk.view.locator(f".order input[value={OTHER_ORDER}]").check()
    desk.view.get_by_role("button", name="设置").click()
    desk.view.get_by_label("语言").select_option("en")
    asked = tell_and_wait(desk, customer=FIRST, order_id=LATE_ORDER, question="还要多久", locale="zh-CN")
    assert asked["order_id"] == OTHER_ORDER
    expect(desk.view.locator("html")).to_have_attribute("lang", "en")


def test_the_newest_order_counts_while_the_customer_is_looked_up(desk: SidebarDesk) -> None:
    held: list[Route] = []
    desk.page.route("**/v1/customers:lookup*", lambda route: held.append(route))
    with desk.page.expect_request("**/v1/customers:lookup*"):
        tell(desk, customer=FIRST, order_id=LATE_ORDER, question=LATE_QUESTION)
    tell(desk, customer=FIRST, order_id=OTHER_ORDER, question="还要多久")
    expect(desk.question).to_have_value("还要多久")
    with desk.page.expect_request("**/v1/match") as asked:
        held[0].continue_()
    assert read_body(asked.value)["order_id"] == OTHER_ORDER


def test_an_order_that_is_not_there_is_named_as_such_and_the_customer_counts(desk: SidebarDesk) -> None:
    tell(desk, customer=FIRST, order_id="TB-123456", question=LATE_QUESTION)
    desk.see("会话里的订单 TB-123456 不在这里列出的订单中")
    for question in ["还要多久", "到哪了"]:
        asked = tell_and_wait(desk, customer=FIRST, order_id="TB-123456", question=question)
        assert asked["customer"] == "C0005"
    expect(desk.cards.first).to_be_visible()


def test_an_order_in_small_letters_is_the_same_order(desk: SidebarDesk) -> None:
    tell(desk, customer=FIRST, order_id=LATE_ORDER.lower(), question=LATE_QUESTION)
    expect(desk.chosen_order).to_contain_text(LATE_ORDER)
    asked = tell_and_wait(desk, customer=FIRST, order_id=LATE_ORDER.lower(), question="还要多久")
    assert asked["order_id"] == LATE_ORDER


def test_a_reason_given_for_one_customer_reveals_no_other(desk: SidebarDesk) -> None:
    tell(desk, customer=FIRST)
    desk.view.get_by_role("button", name="看明文").click()
    desk.view.get_by_label("原因").fill("给 C0005 回电")
    tell(desk, customer=SECOND)
    desk.see("138****1037")
    expect(desk.view.get_by_role("dialog")).to_have_count(0)
    desk.press("Escape", "r")
    expect(desk.view.get_by_label("原因")).to_have_value("")


def test_an_agent_named_late_is_enough_for_the_look_up_and_its_order(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"http://{LISTED}:{served.host_port}/", agent="")
    page.wait_for_function("heard.some((one) => one.data.type === 'xianzhi:ready')")
    desk = SidebarDesk(page.frames[1], page)
    tell(desk, agent="", customer=FIRST, order_id=LATE_ORDER, question=LATE_QUESTION)
    desk.see("先填工号，再查客户。")
    tell(desk, customer=FIRST, order_id=LATE_ORDER, question=LATE_QUESTION)
    expect(desk.chosen_order).to_contain_text(LATE_ORDER)
    expect(desk.view.get_by_text("先填工号，再查客户。")).to_have_count(0)


def test_a_key_held_down_acts_once(desk: SidebarDesk) -> None:
    open_late(desk)
    for _ in range(4):
        desk.page.keyboard.down("i")
    desk.page.keyboard.up("i")
    expect(desk.said).to_have_text("已插入会话")
    assert len(list_inserted(desk)) == 1
