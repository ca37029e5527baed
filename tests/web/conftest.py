"""A real browser before a real port: both are skipped, with the reason, where there is no Chromium or no Playwright."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.served import Served, leave_empty, open_served
from tests.web.shop_page import FakeService, Oracle, Shop, ShopServer, make_page, serve_shop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

KEY = "a-key-for-tests"
AGENT = "a-17"
MOST_MILLISECONDS = 20_000
MOST_SECONDS = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

OpenPage = Callable[..., "Page"]
OpenShop = Callable[..., Shop]


class WithoutPlaywright(pytest.Module):
    """A file of tests that cannot even be imported."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Skip it."""
        pytest.skip("Playwright is not installed (the `test` extra has it)", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Skip the files that need Playwright where there is none."""
    if importlib.util.find_spec("playwright") or "playwright" not in module_path.read_text(encoding="utf-8"):
        return None
    module: pytest.Module = WithoutPlaywright.from_parent(parent, path=module_path)
    return module


def find_browser() -> str | None:
    """Return the path of the system's Chromium, or None."""
    return next((path for path in map(shutil.which, BROWSERS) if path and can_start(path)), None)


def can_start(path: str) -> bool:
    """Tell whether a browser is behind a name: some systems have one that only says what to install."""
    asked = subprocess.run([path, "--version"], capture_output=True, timeout=MOST_SECONDS, check=False)
    return asked.returncode == 0


def open_context(browser: Browser, options: dict[str, Any]) -> BrowserContext:
    """Open a profile of its own, in which every wait ends."""
    context = browser.new_context(**options)
    context.set_default_timeout(MOST_MILLISECONDS)
    # A page's first route switches interception on, and a request sent meanwhile is neither routed nor told of:
    # one that nothing matches switches it on before anything is sent.
    context.route("**/nothing-asks-for-this", lambda route: route.abort())
    return context


# Of the package, not the session: while Playwright runs no other test may start an event loop in this thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    sync_api = importlib.import_module("playwright.sync_api")
    path = find_browser()
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    sync_api.expect.set_options(timeout=MOST_MILLISECONDS)
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def served(
    tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path, shop_server: ShopServer
) -> Iterator[Served]:
    """The sample shop on a port: tests that use it say what came of solutions, and change nothing else."""
    with open_served(tmp_path_factory.mktemp("served"), empty_sqlite_file, shops=shop_server.url) as opened:
        yield opened


@pytest.fixture
def empty_served(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[Served]:
    """A shop on a port that knows nothing yet."""
    with open_served(tmp_path, empty_sqlite_file, fill=leave_empty) as opened:
        yield opened


@pytest.fixture
def locked_served(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[Served]:
    """A shop on a port that asks for a key, and knows nothing."""
    with open_served(tmp_path, empty_sqlite_file, key=KEY, fill=leave_empty) as opened:
        yield opened


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """What opens a page of its own, with an agent who has signed in; any script error fails the test."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_one(url: str, *, agent: str = AGENT, **options: Any) -> Page:
        options = {"locale": "zh-CN", "viewport": {"width": 420, "height": 900}, **options}
        context = open_context(browser, options)
        contexts.append(context)
        if agent:
            context.add_init_script(f"try {{ localStorage.setItem('xianzhi.agent', '{agent}') }} catch {{}}")
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="package")
def shop_server() -> Iterator[ShopServer]:
    """A shop of somebody else's, on a port of its own."""
    with serve_shop() as opened:
        yield opened


@pytest.fixture
def open_shop(served: Served, shop_server: ShopServer, browser: Browser) -> Iterator[OpenShop]:
    """What opens a shop's page with the widget, before a service that is told what to answer.

    Whatever happens, the page sees no error, and nobody but shop and service is asked for anything.
    """
    opened: list[tuple[BrowserContext, Oracle]] = []

    def open_one(
        body: str,
        *,
        head: str = "",
        language: str = "zh-CN",
        headers: dict[str, str] | None = None,
        is_faked: bool = True,
        **options: Any,
    ) -> Shop:
        options = {"locale": "zh-CN", "viewport": {"width": 1240, "height": 800}, **options}
        context = open_context(browser, options)
        page, service, oracle = context.new_page(), FakeService(), Oracle()
        opened.append((context, oracle))
        oracle.watch(page)
        if is_faked:
            page.route("**/v1/**", service.answer)
        shop_server.headers = headers or {}
        shop_server.markup = make_page(body, script=served.url, head=head, language=language)
        page.goto(shop_server.url)
        return Shop(page, service, shop_server, served.url)

    yield open_one
    for context, _ in opened:
        context.close()
    for _, oracle in opened:
        assert oracle.errors == []
        assert oracle.dialogs == []
        assert oracle.list_elsewhere(served.url, shop_server.url, shop_server.stranger) == []
