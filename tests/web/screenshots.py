"""Pictures of sidebar and widget for the documents: `make screenshots` writes them, with the encoder that serves."""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import uvicorn
from playwright.sync_api import expect, sync_playwright

from api.app import create_app
from index.opening import open_matcher
from kb.customer_token import ALGORITHM, AUDIENCE
from kb.database import open_database
from kb.settings import Settings
from kb.transfer.importer import import_path
from tests.web.conftest import find_browser
from tests.web.desk import LATE_CUSTOMER, LATE_ORDER, LATE_QUESTION, sit_down
from tests.web.served import NOW, SAMPLE, SECRET, ZONE, listen
from tests.web.shop_page import Shop

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DESK = {"width": 1240, "height": 800}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5}
SIDEBAR: dict[str, dict[str, Any]] = {
    "sidebar-desk": {"viewport": DESK},
    "sidebar-phone": PHONE,
    "sidebar-dark": {"viewport": {"width": 420, "height": 860}, "device_scale_factor": 1.5, "color_scheme": "dark"},
}


def take_sidebar(url: str, browser: Browser, folder: Path) -> None:
    """Write the pictures of the sidebar."""
    for name, options in SIDEBAR.items():
        context = browser.new_context(locale="zh-CN", reduced_motion="reduce", **options)
        context.add_init_script("localStorage.setItem('xianzhi.agent', 'a-17')")
        page = context.new_page()
        page.goto(f"{url}/sidebar")
        desk = sit_down(page)
        desk.find(LATE_CUSTOMER)
        desk.see("138****1185")
        desk.ask(LATE_QUESTION)
        desk.press("Enter")
        expect(desk.cards.first).to_be_focused()
        page.mouse.move(0, 0)
        page.screenshot(path=folder / f"{name}.png")
        context.close()


def suggest(shop: Shop, typed: str) -> None:
    """Type what means to give back, and go to the first suggestion."""
    shop.open()
    shop.type(typed)
    expect(shop.options.first.locator("mark").first).to_contain_text("退")
    shop.press("ArrowDown")


def ask_about_the_late_order(shop: Shop) -> None:
    """Ask, as the customer whose parcel is late."""
    token = sign_customer("C0005", LATE_ORDER)
    shop.page.locator("xianzhi-widget").evaluate("(widget, token) => widget.setAttribute('token', token)", token)
    shop.ask(LATE_QUESTION)
    expect(shop.answer).to_be_visible()


def read_in_english(shop: Shop) -> None:
    """Ask in English."""
    shop.ask("where is my parcel")
    expect(shop.panel.locator("[aria-busy=false]")).to_be_visible()
    expect(shop.panel.locator("h3").first).to_be_visible()


WIDGET: dict[str, tuple[dict[str, Any], Callable[[Shop], None]]] = {
    "widget-desk": ({"viewport": DESK, "locale": "zh-CN"}, lambda shop: suggest(shop, "tuihuo")),
    "widget-phone": ({**PHONE, "locale": "zh-CN"}, lambda shop: suggest(shop, "退款")),
    "widget-answer": ({**PHONE, "locale": "zh-CN"}, ask_about_the_late_order),
    "widget-dark-en": ({**PHONE, "locale": "en-GB", "color_scheme": "dark"}, read_in_english),
}


def take_widget(url: str, browser: Browser, folder: Path) -> None:
    """Write the pictures of the widget, on the demonstration shop's page."""
    for name, (options, show) in WIDGET.items():
        page = browser.new_page(reduced_motion="reduce", **options)
        page.goto(f"{url}/widget-demo")
        show(Shop(page))
        page.mouse.move(0, 0)
        page.screenshot(path=folder / f"{name}.png")
        page.close()


def sign_customer(customer_id: str, order_id: str) -> str:
    """Return what a shop signs to say who its visitor is: by the clock on the wall, as shops do."""
    begun = int(time.time())
    claims = {"aud": AUDIENCE, "sub": customer_id, "order_id": order_id, "iat": begun, "exp": begun + 900}
    return jwt.encode(claims, SECRET, algorithm=ALGORITHM)


def main() -> None:
    """Serve the sample shop at its moment, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=IMAGES, help="folder of the pictures")
    folder = parser.parse_args().into
    path = find_browser()
    if path is None:
        sys.exit("There is no Chromium on this machine: install it, then run this again.")
    with tempfile.TemporaryDirectory() as temporary:
        settings = Settings.model_validate({"data_dir": Path(temporary), "now": NOW, "customer_secret": SECRET})
        with open_database(settings) as database:
            import_path(database, SAMPLE, zone=ZONE, now=NOW)
        with open_matcher(settings) as matcher, sync_playwright() as playwright, listen(0) as listening:
            config = uvicorn.Config(create_app(settings, matcher=matcher), log_config=None, access_log=False, ws="none")
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            take_sidebar(url, browser, folder)
            take_widget(url, browser, folder)
            browser.close()
            server.should_exit = True
            thread.join(20)


if __name__ == "__main__":
    main()
