"""The sidebar in a frame: what the page around it may say, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.web.conftest import OpenPage
from tests.web.desk import LATE_ORDER, LATE_QUESTION, SidebarDesk
from tests.web.host_page import FRAMING, LISTED, STRANGER, serve_host_page
from tests.web.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

CONTEXT = {
    "type": "xianzhi:context",
    "order_id": LATE_ORDER,
    "question": LATE_QUESTION,
    "locale": "zh",
    "agent": "a-17",
}
CHATWOOT: dict[str, Any] = {
    "event": "appContext",
    "data": {
        "conversation": {
            "id": 7,
            "messages": [
                {"content": "你好", "message_type": 0, "private": False},
                {"content": "您好，请讲", "message_type": 1, "private": False},
                {"content": "这人很急", "message_type": 1, "private": True},
                {"content": LATE_QUESTION, "message_type": 0, "private": False},
                {"content": "Conversation was assigned", "message_type": 2, "private": False},
            ],
        },
        "contact": {"id": 3, "name": "赵先生", "phone_number": "+8613800001185", "identifier": None},
        "currentAgent": {"id": 42, "name": "小王", "email": "wang@example.com"},
    },
}


@pytest.fixture(scope="module", autouse=True)
def host_page(served: Served) -> Iterator[None]:
    """The page around, served while these tests run."""
    with serve_host_page(served.host_port, served.url):
        yield


def frame(served: Served, open_page: OpenPage, host: str) -> SidebarDesk:
    """Return the sidebar in a frame of a page of a host."""
    page = open_page(f"http://{host}:{served.host_port}/", viewport={"width": 460, "height": 900})
    inner = next(found for found in page.frames if found.parent_frame is not None)
    return SidebarDesk(inner, page)


def list_heard(page: Page, kind: str) -> list[dict[str, Any]]:
    """Return what the page around was told, of one kind."""
    heard: list[dict[str, Any]] = page.evaluate("heard")
    return [one["data"] for one in heard if isinstance(one["data"], dict) and one["data"].get("type") == kind]


def wait_until_ready(desk: SidebarDesk) -> None:
    """Wait until the sidebar has said that it listens."""
    desk.page.wait_for_function("heard.some((one) => one.data.type === 'xianzhi:ready')")


def test_a_conversation_comes_in_and_the_reply_goes_out(served: Served, open_page: OpenPage) -> None:
    desk = frame(served, open_page, LISTED)
    wait_until_ready(desk)
    assert list_heard(desk.page, "xianzhi:ready") == [{"type": "xianzhi:ready", "version": 1}]
    desk.page.evaluate("(data) => send(data)", CONTEXT)
    expect(desk.question).to_have_value(LATE_QUESTION)
    desk.see("138****1185")
    expect(desk.cards.first).to_be_visible()
    desk.cards.first.focus()
    desk.press("i")
    expect(desk.said).to_have_text("已插入会话")
    [inserted] = list_heard(desk.page, "xianzhi:insert")
    assert inserted["text"] == desk.reply.input_value()
    assert inserted["item_id"]
    assert inserted["request_id"]


def test_the_question_to_ask_back_goes_out_with_one_key(served: Served, open_page: OpenPage) -> None:
    desk = frame(served, open_page, LISTED)
    wait_until_ready(desk)
    desk.page.evaluate(
        "(data) => send(data)", {**CONTEXT, "order_id": "", "customer": "customer id C0005", "question": "怎么还没到"}
    )
    desk.see("先问清楚")
    desk.cards.first.focus()
    desk.press("a")
    expect(desk.said).to_have_text("已插入会话")
    [inserted] = list_heard(desk.page, "xianzhi:insert")
    assert inserted["text"].endswith("？")
    assert inserted["item_id"] is None


def test_a_page_that_is_not_listed_is_neither_told_nor_heard(served: Served, open_page: OpenPage) -> None:
    desk = frame(served, open_page, FRAMING)
    expect(desk.question).to_be_visible()
    with desk.page.expect_response("**/sidebar/settings"):
        desk.view.goto(f"{served.url}/sidebar")
    expect(desk.question).to_be_visible()
    desk.page.evaluate("(data) => send(data)", CONTEXT)
    desk.question.fill("退货运费谁出")
    expect(desk.cards.first).to_be_visible()
    expect(desk.question).to_have_value("退货运费谁出")
    assert desk.page.evaluate("heard") == []


def test_a_page_that_may_not_frame_us_shows_nothing(served: Served, open_page: OpenPage) -> None:
    desk = frame(served, open_page, STRANGER)
    desk.page.wait_for_load_state("networkidle")
    assert desk.view.url.startswith("chrome-error:")


def test_another_customer_takes_the_place_of_the_one_before(served: Served, open_page: OpenPage) -> None:
    desk = frame(served, open_page, LISTED)
    wait_until_ready(desk)
    desk.page.evaluate("(data) => send(data)", CONTEXT)
    desk.see("138****1185")
    desk.page.evaluate(
        "(data) => send(data)", {**CONTEXT, "order_id": None, "customer": "13800001037", "question": "能退吗"}
    )
    desk.see("138****1037")
    expect(desk.view.get_by_text("138****1185")).to_have_count(0)
    expect(desk.question).to_have_value("能退吗")
    desk.page.evaluate("(data) => send(data)", {"type": "xianzhi:context", "question": "发票怎么开"})
    expect(desk.view.get_by_text("138****1037")).to_have_count(0)


def test_what_the_agent_typed_is_not_replaced_by_a_new_message(served: Served, open_page: OpenPage) -> None:
    desk = frame(served, open_page, LISTED)
    wait_until_ready(desk)
    desk.page.evaluate("(data) => send(data)", CONTEXT)
    expect(desk.question).to_have_value(LATE_QUESTION)
    desk.question.fill("退货运费谁出")
    desk.page.evaluate("(data) => send(data)", {**CONTEXT, "question": "那发票呢"})
    desk.see("会话里有新消息")
    expect(desk.question).to_have_value("退货运费谁出")
    desk.view.get_by_role("button", name="用它").click()
    expect(desk.question).to_have_value("那发票呢")


def test_chatwoot_is_understood(served: Served, open_page: OpenPage) -> None:
    desk = frame(served, open_page, LISTED)
    desk.page.wait_for_function("heard.some((one) => one.data === 'chatwoot-dashboard-app:fetch-info')")
    with desk.page.expect_request("**/v1/customers:lookup*") as looked:
        desk.page.evaluate("(data) => send(data)", json.dumps(CHATWOOT))
    assert "agent=chatwoot-42" in looked.value.url
    desk.see("138****1185")
    expect(desk.question).to_have_value(LATE_QUESTION)
    desk.see("连同前面 2 句一起理解")
    # Chatwoot's dashboard apps cannot write into its editor: there the reply is copied.
    expect(desk.cards.first).to_be_visible()
    expect(desk.view.get_by_role("button", name="插入会话")).to_have_count(0)


def test_nonsense_from_the_page_around_changes_nothing(served: Served, open_page: OpenPage) -> None:
    desk = frame(served, open_page, LISTED)
    wait_until_ready(desk)
    for nonsense in [None, 7, "{", "[]", {"type": "other"}, {"type": "xianzhi:context", "turns": 3, "question": {}}]:
        desk.page.evaluate("(data) => send(data)", nonsense)
    desk.page.evaluate("(data) => send(data)", {**CONTEXT, "turns": [None, 3, {"role": "x", "text": "你好"}, "在吗"]})
    expect(desk.question).to_have_value(LATE_QUESTION)
    expect(desk.cards.first).to_be_visible()
