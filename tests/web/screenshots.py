"""Pictures of the sidebar for the documents: `make screenshots` writes them, with the encoder that serves."""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from playwright.sync_api import expect, sync_playwright

from api.app import create_app
from index.opening import open_matcher
from kb.database import open_database
from kb.settings import Settings
from kb.transfer.importer import import_path
from tests.web.conftest import find_browser
from tests.web.desk import LATE_CUSTOMER, LATE_QUESTION, sit_down
from tests.web.served import NOW, SAMPLE, ZONE, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = Path(__file__).parents[2] / "docs" / "images"
PICTURES: dict[str, dict[str, Any]] = {
    "sidebar-desk": {"viewport": {"width": 1240, "height": 800}},
    "sidebar-phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5},
    "sidebar-dark": {"viewport": {"width": 420, "height": 860}, "device_scale_factor": 1.5, "color_scheme": "dark"},
}


def take_all(url: str, browser: Browser, folder: Path) -> None:
    """Write every picture."""
    for name, options in PICTURES.items():
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


def main() -> None:
    """Serve the sample shop at its moment, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=IMAGES, help="folder of the pictures")
    folder = parser.parse_args().into
    path = find_browser()
    if path is None:
        sys.exit("There is no Chromium on this machine: install it, then run this again.")
    with tempfile.TemporaryDirectory() as temporary:
        settings = Settings.model_validate({"data_dir": Path(temporary), "now": NOW})
        with open_database(settings) as database:
            import_path(database, SAMPLE, zone=ZONE, now=NOW)
        with open_matcher(settings) as matcher, sync_playwright() as playwright, listen(0) as listening:
            config = uvicorn.Config(create_app(settings, matcher=matcher), log_config=None, access_log=False, ws="none")
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            take_all(f"http://127.0.0.1:{listening.getsockname()[1]}", browser, folder)
            browser.close()
            server.should_exit = True
            thread.join(20)


if __name__ == "__main__":
    main()
