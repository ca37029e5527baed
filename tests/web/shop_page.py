"""A shop's page with the widget, on an origin of its own, and the answers of a service that does as it is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.http_server import HTML, QuietHandler, serve

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Locator, Page, Request, Route

ARTICLES = {
    "refund-fee": (
        "退货运费谁出",
        "<p>质量问题由我们承担；<strong>七天无理由</strong>由您承担。</p><ul><li>先申请</li><li>再寄回</li></ul>",
    ),
    "refund-time": ("退款多久到账", "<p>原路退回，1 至 3 个工作日。</p>"),
    "invoice": ("怎么开发票", "<p>在订单里申请电子发票。</p>"),
}
ORDER = {"id": "SO1", "label": "蜂鸟 Air 蓝牙耳机 · 11月14日", "state": "已发货"}
OTHER_ORDER = {"id": "SO2", "label": "棉麻衬衫 · 11月2日", "state": "已签收"}

Answering = Callable[["Asked"], "dict[str, Any] | None"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the widget's."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def kind(self) -> str:
        """Which of the routes it is for."""
        return next(kind for kind in USUAL if f"/{kind}" in self.path)


def make_answer(name: str, **changes: Any) -> dict[str, Any]:
    """Return an article as the service answers with it."""
    title, html = ARTICLES.get(name, (name, f"<p>{name}</p>"))
    source = {"title": title, "version": 3, "valid_from": "2026-01-01T00:00:00+08:00", "valid_to": None}
    answer = {"id": name, "version": 3, "title": title, "html": html, "text": re.sub("<[^>]+>", "", html)}
    return answer | {"fits_order": False, "missing": [], "source": source} | changes


def make_asked_answer(*names: str, **changes: Any) -> dict[str, Any]:
    """Return what the service answers to a question."""
    answers = [make_answer(name) for name in names]
    answered = {"request_id": "r1", "answered": bool(names), "hand_over": not names, "answers": answers}
    return answered | {"ask": [], "order": None, "orders": [], "notices": []} | changes


def list_stretches(query: str, title: str) -> list[list[int]]:
    """Return where a query stands in a title."""
    at = title.find(query)
    return [] if at < 0 else [[at, at + len(query)]]


def suggest_titles(asked: Asked) -> dict[str, Any]:
    """Answer with the titles that hold every character of the question; with all to Latin letters."""
    query = asked.query["q"]
    found = [
        {"id": name, "title": title, "highlights": list_stretches(query, title), "found_by": "words"}
        for name, (title, _) in ARTICLES.items()
        if set(query) <= set(title) or query.isascii()
    ]
    return {"request_id": "r0", "suggestions": found}


def read_article(asked: Asked) -> dict[str, Any]:
    """Answer with the article that the address names."""
    return {"request_id": "r2", "answer": make_answer(asked.path.rsplit("/", 1)[1]), "order": None}


def take_handover(asked: Asked) -> dict[str, Any]:
    """Answer with what was handed over."""
    shown = [{"id": name, "title": ARTICLES.get(name, (name,))[0]} for name in asked.body["shown"]]
    return {"handover_id": "H-7", "question": asked.body["question"], "order": None, "shown": shown}


SHARED = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
USUAL: dict[str, Answering] = {
    "suggest": suggest_titles,
    "ask": lambda _: make_asked_answer("refund-fee", "refund-time"),
    "articles": read_article,
    "feedback": lambda _: {},
    "handover": take_handover,
}


@dataclass
class FakeService:
    """The service as the page sees it: routes answered from a table, everything asked is kept."""

    answers: dict[str, Answering] = field(default_factory=lambda: dict(USUAL))
    asked: list[Asked] = field(default_factory=list)
    held: list[tuple[Route, Asked]] = field(default_factory=list)
    is_down: bool = False

    def list_asked(self, kind: str) -> list[Asked]:
        """Return what was asked of one kind."""
        return [asked for asked in self.asked if asked.kind == kind]

    def answer(self, route: Route) -> None:
        """Answer a request."""
        if self.is_down:
            route.abort()
            return
        asked = read_request(route.request)
        self.asked.append(asked)
        answer = self.answers[asked.kind](asked)
        if answer is None:
            self.held.append((route, asked))
            return
        status = answer.get("status", 200)
        route.fulfill(status=status, json=answer, headers=SHARED)

    def release(self) -> None:
        """Answer, as usual, what was held back."""
        for route, asked in self.held:
            route.fulfill(json=USUAL[asked.kind](asked), headers=SHARED)
        self.held.clear()


def read_request(request: Request) -> Asked:
    """Return a request taken apart."""
    address = urlsplit(request.url)
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    return Asked(request.method, address.path, query, json.loads(request.post_data or "{}"), request.headers)


@dataclass(slots=True)
class Oracle:
    """What a page of the shop's must never do: dialogs, requests elsewhere, errors, stored things."""

    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen from before the page loads."""

        def note(dialog: Dialog) -> None:
            self.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", note)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def list_elsewhere(self, *origins: str) -> list[str]:
        """Return requests to any other origin."""
        return [url for url in self.requests if not url.startswith(("data:", "blob:", *origins))]


@dataclass(frozen=True, slots=True)
class Shop:
    """A customer before the widget: what they do, and what they see."""

    page: Page
    service: FakeService = field(default_factory=lambda: FakeService())
    server: ShopServer = field(default_factory=lambda: ShopServer(0))
    script: str = ""

    def reload(self, body: str, *, headers: dict[str, str] | None = None) -> None:
        """Show another page of the shop's."""
        self.server.headers = headers or {}
        self.server.markup = make_page(body, script=self.script)
        self.page.goto(self.server.url)

    @property
    def launcher(self) -> Locator:
        """The button in the corner."""
        return self.page.locator("xianzhi-widget .launcher")

    @property
    def panel(self) -> Locator:
        """What the button opens."""
        return self.page.locator("xianzhi-widget dialog")

    @property
    def field(self) -> Locator:
        """Where the question is typed."""
        return self.page.locator("#xianzhi-field")

    @property
    def options(self) -> Locator:
        """The suggestions."""
        return self.page.locator("xianzhi-widget [role=option]")

    @property
    def answer(self) -> Locator:
        """The answer that is open."""
        return self.page.locator("xianzhi-widget .answer")

    def open(self) -> None:
        """Press the launcher."""
        self.launcher.click()
        self.page.locator("#xianzhi-field:focus").wait_for()

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        """Press keys."""
        for key in keys:
            self.page.keyboard.press(key)

    def tap(self, name: str) -> None:
        """Press a button by its words."""
        self.panel.get_by_role("button", name=name, exact=True).click()

    def wait_for_frames(self) -> None:
        """Let the page draw what it has heard of."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def see(self, text: str) -> None:
        """Wait until a text is there."""
        self.panel.get_by_text(text).first.wait_for()

    def ask(self, question: str) -> None:
        """Open the panel, type a question and press Enter."""
        self.open()
        self.type(question)
        self.press("Enter")


def make_page(body: str, *, script: str, head: str = "", language: str = "zh-CN") -> str:
    """Return a shop's page."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>shop</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}'
        f'<script src="{script}/widget.js"></script></head><body><main><h1>shop</h1>{body}</main></body></html>'
    )


@dataclass
class ShopServer:
    """A shop's own server: every address of it is the page that it was given last."""

    port: int
    markup: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its origin, which browsers take for another site than the service's."""
        return f"http://shop.localhost:{self.port}"

    @property
    def stranger(self) -> str:
        """The same page at an origin that the service does not list."""
        return f"http://stranger.localhost:{self.port}"


@contextmanager
def serve_shop() -> Iterator[ShopServer]:
    """Serve a shop on a free port of this machine."""

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self.answer(shop.markup.encode(), headers={**HTML, **shop.headers})

    with serve(Handler) as port:
        shop = ShopServer(port)
        yield shop
