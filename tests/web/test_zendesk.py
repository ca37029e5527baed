"""The app for Zendesk: the ticket's customer and conversation go into the sidebar, a reply into the ticket's editor.

Zendesk's client is stood in for by one that answers as its documentation says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.http_server import QuietHandler, serve
from tests.web.conftest import OpenPage
from tests.web.desk import LATE_QUESTION, SidebarDesk
from tests.web.host_page import LISTED
from tests.web.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

ZENDESK = Path(__file__).parents[2] / "deploy" / "zendesk"
CLIENT = """
window.ZAFClient = { init: () => ({
  metadata: async () => ({ settings: { xianzhi_url: "%(url)s" } }),
  get: async (paths) => Object.fromEntries(paths.map((path) => [path, window.ticket[path]])),
  on: (name, act) => { (window.listeners ??= {})[name] = act; },
  invoke: async (name, ...values) => {
    if (name === "ticket.editor.insert") throw new Error("not in this workspace");
    (window.invoked ??= []).push([name, ...values]);
  },
}) };
window.ticket = %(ticket)s;
"""


class AppFiles(QuietHandler, SimpleHTTPRequestHandler):
    """Serves the app's files."""


@pytest.fixture(scope="module", autouse=True)
def app_files(served: Served) -> Iterator[None]:
    """The app's files where Zendesk would keep them: at an origin that the sidebar has listed."""
    with serve(partial(AppFiles, directory=str(ZENDESK)), served.host_port):
        yield


def say(text: str, role: str = "end-user", kind: str = "text/plain") -> dict[str, Any]:
    """Return a message of a ticket's conversation."""
    return {"author": {"id": 1, "role": role}, "message": {"content": text, "contentType": kind}}


TICKET = {
    "ticket.requester": {"id": 3, "externalId": "C0005", "identities": []},
    "ticket.conversation": [
        say("你好"),
        say("您好，请讲", "agent"),
        say(f"<p>{LATE_QUESTION}<img src=x onerror=alert(1)></p>", kind="text/html"),
    ],
    "ticket.description": "",
    "currentUser": {"id": 42, "locale": "zh-CN"},
}


def open_ticket(served: Served, open_page: OpenPage, ticket: dict[str, Any]) -> SidebarDesk:
    """Return the sidebar as the app shows it beside a ticket."""
    app = f"http://{LISTED}:{served.host_port}/assets"
    page = open_page("about:blank", agent="", viewport={"width": 460, "height": 900})
    client = CLIENT % {"url": served.url, "ticket": json.dumps(ticket)}
    page.route(
        "https://static.zdassets.com/**", lambda route: route.fulfill(body=client, content_type="text/javascript")
    )
    page.goto(f"{app}/iframe.html")
    page.wait_for_function("document.getElementById('sidebar').src.endsWith('/sidebar')")
    inner = next(found for found in page.frames if found.parent_frame is not None)
    return SidebarDesk(inner, page)


def list_invoked(page: Page) -> list[list[Any]]:
    """Return what the client of Zendesk was asked to do."""
    page.wait_for_function("window.invoked.some(([name]) => name.startsWith('ticket.'))")
    invoked: list[list[Any]] = page.evaluate("window.invoked")
    return invoked


def test_a_ticket_is_understood_and_takes_the_reply(served: Served, open_page: OpenPage) -> None:
    desk = open_ticket(served, open_page, TICKET)
    desk.see("138****1185")
    expect(desk.question).to_have_value(LATE_QUESTION)
    desk.see("连同前面 2 句一起理解")
    expect(desk.cards.first).to_be_visible()
    desk.view.get_by_role("button", name="插入会话").first.click()
    assert [name for name, *_ in list_invoked(desk.page)] == ["resize", "ticket.comment.appendText"]


def test_the_next_message_of_a_ticket_is_asked(served: Served, open_page: OpenPage) -> None:
    unknown = {**TICKET, "ticket.requester": {"id": 3, "identities": []}, "ticket.conversation": []}
    desk = open_ticket(served, open_page, {**unknown, "ticket.description": "<b>怎么退货</b>"})
    expect(desk.question).to_have_value("怎么退货")
    desk.page.evaluate("(said) => { window.ticket['ticket.conversation'] = said }", [say("退货运费谁出")])
    desk.page.evaluate("window.listeners['ticket.conversation.changed']()")
    expect(desk.question).to_have_value("退货运费谁出")


def test_manifest_names_files_and_settings_that_are_there() -> None:
    manifest = json.loads((ZENDESK / "manifest.json").read_text("utf-8"))
    assert (ZENDESK / manifest["location"]["support"]["ticket_sidebar"]["url"]).is_file()
    words = json.loads((ZENDESK / "translations" / "en.json").read_text("utf-8"))
    assert {one["name"] for one in manifest["parameters"]} == words["app"]["parameters"].keys()
