"""Published attacks stand in every text that is shown: nothing comes of them. `tests.web.payloads` tries a thousand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.web.payloads import Outcome, list_payloads, look, poison, scan, watch
from tests.web.served import open_served
from tests.web.shop_page import ShopServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BATCH = 20


def test_nothing_comes_of_published_attacks(
    browser: Browser, tmp_path: Path, empty_sqlite_file: Path, shop_server: ShopServer
) -> None:
    payloads = list_payloads(BATCH)
    with open_served(
        tmp_path, empty_sqlite_file, fill=lambda database: poison(database, payloads), shops=shop_server.url
    ) as served:
        outcome = scan(served, shop_server, browser, payloads)
    assert (outcome.harm, outcome.shown) == (0, BATCH), outcome


def test_what_would_come_of_one_is_heard(browser: Browser, shop_server: ShopServer) -> None:
    outcome = Outcome()
    shop_server.markup = "<!doctype html><title>shop</title><p></p>"
    attack = "<img src=http://127.0.0.9/x onerror=alert(1)><iframe srcdoc=x></iframe>"
    with watch(browser, outcome, shop_server.url) as page:
        page.goto(shop_server.url)
        with page.expect_event("dialog"):
            page.evaluate("(attack) => { document.querySelector('p').innerHTML = attack; }", attack)
        look(page, outcome)
    assert outcome.dialogs == 1
    assert outcome.elsewhere >= 1
    assert outcome.ran == 1
    assert outcome.made >= 2
