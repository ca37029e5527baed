"""An agent before the sidebar: what they do, and what they see, as short steps for the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator, Page

LATE_ORDER = "SO2026111400381"  # 耳机, 40 hours past the promise; its customer has three more orders.
LATE_CUSTOMER = "客户编号 C0005"
LATE_QUESTION = "我的耳机怎么还没到"


@dataclass(frozen=True, slots=True)
class SidebarDesk:
    """The sidebar, in a page or in a frame of one."""

    view: Page | Frame
    page: Page

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self.page.keyboard.type(text)

    def find(self, query: str) -> None:
        """Look a customer up by keyboard."""
        self.press("s")
        self.type(query)
        self.press("Enter")

    def ask(self, question: str) -> None:
        """Type a question by keyboard and wait for its solutions."""
        self.press("/")
        with self.page.expect_response("**/v1/match"):
            self.type(question)
        expect(self.cards.first).to_be_visible()

    def see(self, text: str) -> None:
        """Wait until a text is there."""
        expect(self.view.get_by_text(text).first).to_be_visible()

    @property
    def cards(self) -> Locator:
        """The heads of all cards."""
        return self.view.locator(".card-head")

    @property
    def open_card(self) -> Locator:
        """The card that is open."""
        return self.view.locator(".card[data-active]")

    @property
    def reply(self) -> Locator:
        """The text of the open card's reply."""
        return self.open_card.locator("textarea")

    @property
    def question(self) -> Locator:
        """The field of the question."""
        return self.view.locator("#question")

    @property
    def said(self) -> Locator:
        """What is told for a moment."""
        return self.view.locator(".said")

    @property
    def chosen_order(self) -> Locator:
        """The order that is chosen."""
        return self.view.locator(".order.chosen")


def sit_down(page: Page) -> SidebarDesk:
    """Return the desk of a page that shows the sidebar."""
    page.wait_for_selector("#find")
    return SidebarDesk(page, page)
