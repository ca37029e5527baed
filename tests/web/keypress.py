"""From a pressed key to suggestions on the screen, beside the API's own time. `python -m tests.web.keypress` prints it.

The base: the sample's articles and variations of them, 5,000 in all. A key is pressed when the one before it has been
answered, as slow typists do; only keys that change what is shown are counted.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from playwright.sync_api import sync_playwright

from eval.datasets import load_dataset
from eval.suggest.texts import vary_articles
from kb.articles.service import save_article
from kb.database import Database
from tests.web.conftest import find_browser
from tests.web.served import NOW, SAMPLE, open_served
from tests.web.shop_page import ShopServer, make_page, serve_shop

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ARTICLES = 5_000
TYPED = [
    "tuihuo yunfei",
    "退货运费谁出",
    "fapiao zenme kai",
    "发票怎么开",
    "wuliu",
    "物流好几天不动了",
    "退款多久到账",
    "youhuiquan",
]
LONGEST_MS = 400
WIDGET = "<xianzhi-widget open></xianzhi-widget>"
# Notes when a key was pressed, when the answer to it was complete, and when the frame after the change was on its way.
LISTEN = """() => {
  const root = document.querySelector('xianzhi-widget').shadowRoot;
  const noted = window.noted = [];
  let pressed = 0;
  addEventListener('keydown', (event) => { pressed ||= event.timeStamp; }, true);
  addEventListener('input', (event) => { pressed ||= event.timeStamp; }, true);
  const isSuggest = ({ name }) => name.includes('/v1/suggest');
  const newest = () => performance.getEntriesByType('resource').filter(isSuggest).at(-1);
  let before = newest();
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const asked = newest();
    if (!pressed || !asked || asked === before) return;
    noted.push([performance.now() - pressed, asked.responseEnd - asked.startTime]);
    performance.clearResourceTimings();
    before = pressed = 0;
  };
  const paint = () => requestAnimationFrame(() => channel.port2.postMessage(0));
  new MutationObserver(paint).observe(root, { subtree: true, childList: true, characterData: true });
  window.forget = () => { pressed = 0; performance.clearResourceTimings(); before = 0; };
}"""

WAIT = """([count, limit]) => new Promise((done) => {
  const end = performance.now() + limit;
  const look = () => (noted.length > count || performance.now() > end ? done() : setTimeout(look, 5));
  look();
})"""


def fill_base(database: Database) -> None:
    """Take in the sample's articles and variations of them."""
    articles = vary_articles(load_dataset(SAMPLE / "questions" / "dev").articles, ARTICLES)
    with database.write() as session:
        for article in articles:
            save_article(session, article, now=NOW)


def type_all(browser: Browser, shop: ShopServer, service: str) -> list[tuple[float, float]]:
    """Return the milliseconds of each key: to the screen, and of the API."""
    page = browser.new_page(viewport={"width": 1240, "height": 800})
    shop.markup = make_page(WIDGET, script=service)
    page.goto(shop.url)
    field = page.locator("#xianzhi-field")
    field.wait_for()
    page.evaluate(LISTEN)
    for text in TYPED:
        page.evaluate("forget()")  # The emptied list is not the answer to a key that changed nothing.
        field.fill("")
        for character in text:
            count = page.evaluate("forget(), noted.length")
            page.keyboard.type(character)
            page.evaluate(WAIT, [count, LONGEST_MS])
    noted = [(shown, asked) for shown, asked in page.evaluate("noted")]
    page.close()
    return noted


def print_figures(noted: Sequence[tuple[float, float]]) -> None:
    """Print the percentiles of both, and of what lies between."""
    keys = sum(map(len, TYPED))
    sys.stdout.write(f"{ARTICLES:,} articles, {keys} keys pressed, {len(noted)} changed what is shown\n")
    shown, asked = np.array(noted).T
    for name, figures in {"key to screen": shown, "API": asked, "between": shown - asked}.items():
        p50, p95 = np.percentile(figures, [50, 95])
        sys.stdout.write(f"{name:<14} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms\n")
    extra = np.percentile(shown, 95) - np.percentile(asked, 95)
    sys.stdout.write(f"p95 of the one less p95 of the other: {extra:.1f} ms\n")


def main() -> None:
    """Serve the base, type, and print."""
    path = find_browser()
    if path is None:
        sys.exit("There is no Chromium on this machine: install it, then run this again.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        empty = folder / "empty.db"
        database = Database(f"sqlite:///{empty}")
        database.migrate()
        database.close()
        with (
            sync_playwright() as playwright,
            serve_shop() as shop,
            open_served(folder, empty, fill=fill_base, shops=shop.url) as served,
        ):
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            print_figures(type_all(browser, shop, served.url))
            browser.close()


if __name__ == "__main__":
    main()
