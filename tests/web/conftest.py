"""A real browser before a real port: both are skipped, with the reason, where there is no Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.served import Served, open_served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

KEY = "a-key-for-tests"
AGENT = "a-17"
MOST_MILLISECONDS = 20_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

OpenPage = Callable[..., "Page"]


def find_browser() -> str | None:
    """Return the path of the system's Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


# Of the package, not the session: while Playwright runs no other test may start an event loop in this thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed (the `test` extra has it)"
    )
    path = find_browser()
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    sync_api.expect.set_options(timeout=MOST_MILLISECONDS)
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Served]:
    """The sample shop on a port: tests that use it say what came of solutions, and change nothing else."""
    with open_served(tmp_path_factory.mktemp("served"), empty_sqlite_file) as opened:
        yield opened


@pytest.fixture
def empty_served(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[Served]:
    """A shop on a port that knows nothing yet."""
    with open_served(tmp_path, empty_sqlite_file, sample=False) as opened:
        yield opened


@pytest.fixture
def locked_served(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[Served]:
    """A shop on a port that asks for a key, and knows nothing."""
    with open_served(tmp_path, empty_sqlite_file, key=KEY, sample=False) as opened:
        yield opened


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """What opens a page of its own, with an agent who has signed in; any script error fails the test."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_one(url: str, *, agent: str = AGENT, **options: Any) -> Page:
        options = {"locale": "zh-CN", "viewport": {"width": 420, "height": 900}, **options}
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(MOST_MILLISECONDS)
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
