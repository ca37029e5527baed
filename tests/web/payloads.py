"""Published attacks in every text that sidebar and widget show: what do they do? `python -m tests.web.payloads` counts.

The payloads are those of `brs-kb` (MIT, https://github.com/EPTLLC/BRS-KB): data in Python files. Each stands in an
article's title, question, body, reply and file name, in a case, in a customer's name and address and in their order,
goes through the API, and is shown by sidebar and widget in a real browser. Counted is whatever comes of one: dialogs,
requests to other origins, elements that no text of ours makes, scripts that ran, and scripts or frames that only the
page's policy stopped.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brs_kb.payloads import FULL_PAYLOAD_DATABASE
from playwright.sync_api import expect, sync_playwright

from kb.articles.service import save_article
from kb.cases.service import save_case
from kb.database import Database
from kb.orders.repository import save_customer, save_order
from kb.orders.tables import Customer
from kb.text.normalise import normalise
from tests.fakes import SHIPPED_ORDER, make_article, make_case, make_order
from tests.web.conftest import find_browser
from tests.web.served import NOW, Served, open_served
from tests.web.shop_page import Oracle, Shop, ShopServer, make_page, serve_shop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MANY = 1_000
LONGEST = 400  # Beyond it titles are cut.
FORBIDDEN = (
    "script, iframe, object, embed, img, form[action], style, link, meta, base, [onerror], [onload], [style*=url]"
)
# Notes what runs, and what only the policy of the page kept from running.
CANARY = """
  window.__ran = [];
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    const own = window[name];
    window[name] = (...all) => { window.__ran.push(name); return own?.apply(window, all); };
  }
  addEventListener("securitypolicyviolation", (event) => window.__ran.push(`policy ${event.violatedDirective}`));
"""
COUNT_MADE = """forbidden => {
  const inside = (root) => [...root.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean);
  const count = (root) => inside(root).reduce((sum, one) => sum + count(one), root.querySelectorAll(forbidden).length);
  return count(document.body);
}"""


@dataclass(slots=True)
class Outcome:
    """What came of the payloads that were shown."""

    shown: int = 0
    unseen: list[str] = field(default_factory=list)
    dialogs: int = 0
    elsewhere: int = 0
    ran: int = 0
    made: int = 0
    errors: int = 0

    @property
    def harm(self) -> int:
        """How much of it should never have come."""
        return self.dialogs + self.elsewhere + self.ran + self.made + self.errors


def list_payloads(count: int) -> list[str]:
    """Return so many payloads that differ, from all parts of the list."""
    texts = (entry.payload.strip() for entry in FULL_PAYLOAD_DATABASE.values())
    usable = sorted({text for text in texts if text.isprintable() and 0 < len(text) <= LONGEST and _has_words(text)})
    step = max(len(usable) / count, 1)
    return [usable[int(place * step)] for place in range(min(count, len(usable)))]


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in normalise(text))


def poison(database: Database, payloads: Sequence[str]) -> None:
    """Put each payload wherever a text is shown."""
    with database.write() as session:
        for number, payload in enumerate(payloads):
            save_article(
                session,
                make_article(
                    id=f"a-{number}",
                    title=payload,
                    questions=[f"{payload} {number}"],
                    body=f"{payload}\n\n- {payload}\n\n[{payload}]({payload})",
                    reply=payload.replace("{", "(").replace("}", ")"),  # A reply is a template.
                    source=f"{payload}.md",
                ),
                now=NOW,
            )
            save_case(session, make_case(id=f"c-{number}", question=payload, solution=payload), now=NOW)
            save_customer(session, Customer(id=f"C{number}", name=payload, phone="13800001037", address=payload))
            save_order(session, make_order(**make_poisoned_order(number, payload)))


def make_poisoned_order(number: int, payload: str) -> dict[str, Any]:
    """Return an order whose every text is the payload."""
    event = {"at": "2026-11-13T08:00:00+08:00", "status": "in_transit", "place": payload, "text": payload}
    return SHIPPED_ORDER | {
        "id": name_order(number),
        "items": [{"sku": "1042", "name": payload, "quantity": 1}],
        "shipments": [
            {"carrier": payload[:60], "tracking_no": f"QY{number:010}", "direction": "forward", "events": [event]}
        ],
        "customer": {"id": f"C{number}"},
    }


def name_order(number: int) -> str:
    """Return the number of a payload's order."""
    return f"SO20261115{number:05}"


def scan(served: Served, shop: ShopServer, browser: Browser, payloads: Sequence[str]) -> Outcome:
    """Show every payload everywhere, and return what came of it."""
    outcome = Outcome()
    with watch(browser, outcome, served.url, shop.url) as page:
        page.goto(f"{served.url}/sidebar")
        page.wait_for_selector("#find")
        for number, payload in enumerate(payloads):
            show_in_sidebar(page, number, payload)
            look(page, outcome)
    with watch(browser, outcome, served.url, shop.url) as page:
        shop.markup = make_page("<xianzhi-widget></xianzhi-widget>", script=served.url)
        page.goto(shop.url)
        opened = Shop(page)
        opened.open()
        for payload in payloads:
            if show_in_widget(opened, payload):
                outcome.shown += 1
            else:
                outcome.unseen.append(payload)
            look(page, outcome)
    return outcome


@contextmanager
def watch(browser: Browser, outcome: Outcome, *origins: str) -> Iterator[Page]:
    """Yield a page of which everything that should not happen is noted."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1240, "height": 900}, reduced_motion="reduce")
    context.add_init_script(CANARY)
    context.add_init_script("try { localStorage.setItem('xianzhi.agent', 'a-17') } catch {}")
    page, oracle = context.new_page(), Oracle()
    oracle.watch(page)
    yield page
    outcome.dialogs += len(oracle.dialogs)
    outcome.elsewhere += len(oracle.list_elsewhere(*origins)) + len(context.pages) - 1
    outcome.errors += len(oracle.errors)
    context.close()


def look(page: Page, outcome: Outcome) -> None:
    """Note what the page should not hold, and what should not have run."""
    outcome.made += page.evaluate(COUNT_MADE, FORBIDDEN)
    outcome.ran += page.evaluate("window.__ran.splice(0).length")


# By the sidebar's own parts, not by keys: a thousand times all of it in minutes.
SHOW_IN_SIDEBAR = """async ([order, question]) => {
  const desk = document.querySelector("x-sidebar");
  const settle = async (isDone) => {
    const end = performance.now() + 15000;
    while (!isDone() && performance.now() < end) await new Promise((done) => setTimeout(done, 10));
    await desk.updateComplete;
  };
  desk.matching.ask("");
  desk.choose(order);
  await settle(() => desk.lookup.profile?.orders?.some(({ id }) => id === order));
  desk.matching.ask(question, { now: true });
  await settle(() => desk.matching.result?.question === question && !desk.matching.isBusy);
  for (const solution of desk.matching.result?.solutions ?? []) {
    desk.activate(solution);
    await desk.updateComplete;
  }
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  return document.body.innerText;
}"""


def show_in_sidebar(page: Page, number: int, payload: str) -> None:
    """Look the payload's customer up, ask its question, open every solution, and show the name in plain."""
    page.evaluate(SHOW_IN_SIDEBAR, [name_order(number), payload])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="看明文").click()
    page.get_by_label("姓名").check()
    page.get_by_label("原因").fill(payload[:100])
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="遮住")).to_be_visible()


OPEN_ANSWERS = """async () => {
  const widget = document.querySelector("xianzhi-widget");
  const texts = [];
  for (const { id } of widget.enquiry.result?.answers ?? []) {
    widget.enquiry.open(id);
    await widget.updateComplete;
    texts.push(widget.shadowRoot.querySelector(".answer").innerText);
  }
  return texts.join("\\n");
}"""


def show_in_widget(shop: Shop, payload: str) -> bool:
    """Type the payload, ask it, open every answer; tell whether it was among them."""
    shop.field.fill(payload)
    shop.field.press("Enter")
    expect(shop.panel.locator(".body[aria-busy=false]")).to_be_visible()
    expect(shop.panel.locator(".body h3").first).to_be_visible()
    seen: str = shop.page.evaluate(OPEN_ANSWERS)
    return payload in seen


def main() -> None:
    """Serve, show, and print the figures; fail where anything came of a payload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=MANY, help="how many payloads")
    payloads = list_payloads(parser.parse_args().count)
    path = find_browser()
    if path is None:
        sys.exit("There is no Chromium on this machine: install it, then run this again.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        database = Database(f"sqlite:///{folder}/empty.db")
        database.migrate()
        database.close()
        with (
            sync_playwright() as playwright,
            serve_shop() as shop,
            open_served(
                folder, folder / "empty.db", fill=lambda database: poison(database, payloads), shops=shop.url
            ) as served,
        ):
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            outcome = scan(served, shop, browser, payloads)
            browser.close()
    sys.stdout.write(
        f"{len(payloads):,} payloads: {outcome.dialogs} dialogs, {outcome.elsewhere} requests elsewhere, "
        f"{outcome.ran} script runs, {outcome.made} elements made, {outcome.errors} errors; "
        f"{outcome.shown:,} read whole in the widget\n"
    )
    sys.exit(1 if outcome.harm else 0)


if __name__ == "__main__":
    main()
