"""Whatever a text holds, it is shown as text: no dialog, no request, no element comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from kb.articles.service import save_article
from kb.cases.service import save_case
from kb.notices.models import Notice, NoticeKind
from kb.notices.service import save_notice
from kb.orders.repository import save_customer, save_order
from kb.orders.tables import Customer
from tests.fakes import SHIPPED_ORDER, make_article, make_case, make_order
from tests.web.conftest import OpenPage
from tests.web.desk import sit_down
from tests.web.served import NOW, Served

PAYLOADS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "<iframe src='javascript:alert(1)'></iframe>",
    "<a href=javascript:alert(1)>退货</a>",
    "${alert(1)}<!--?lit$0$-->",
    "<style>*{background:url(http://127.0.0.9/x)}</style>",
]


def poison(served: Served, payload: str) -> None:
    """Put a payload wherever the sidebar shows a text."""
    order: dict[str, Any] = SHIPPED_ORDER | {"items": [{"sku": "1042", "name": payload, "quantity": 1}]}
    order["shipments"] = [
        {
            "carrier": payload,
            "tracking_no": "QY7306518138",
            "direction": "forward",
            "events": [{"at": "2026-11-13T08:00:00+08:00", "status": "in_transit", "place": payload, "text": payload}],
        }
    ]
    article = make_article(title=f"退货 {payload}", body=f"退货 {payload}", reply=f"退货 {payload}", source=payload)
    case = make_case(question=f"退货 {payload}", solution=f"退货 {payload}")
    notice = Notice(id="n", title=payload, kind=NoticeKind.DELAY, wording=payload, body=payload, applies_when={})
    with served.database.write() as session:
        save_article(session, article, now=NOW)
        save_case(session, case, now=NOW)
        save_order(session, make_order(**order))
        save_customer(session, Customer(id="C0042", name=payload, phone="13800001037", address=payload))
        save_notice(session, notice, now=NOW)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_are_shown_and_never_obeyed(empty_served: Served, open_page: OpenPage, payload: str) -> None:
    poison(empty_served, payload)
    page = open_page("about:blank")
    dialogs: list[str] = []
    requested: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.on("request", lambda request: requested.append(request.url))
    page.goto(f"{empty_served.url}/sidebar")
    desk = sit_down(page)
    desk.find("SO2026111500017")
    expect(desk.chosen_order).to_be_visible()
    expect(desk.view.locator(".order-name").first).to_contain_text(payload)
    desk.ask(f"退货 {payload}")
    expect(desk.cards.first).to_contain_text(payload)
    for card in desk.cards.all():
        card.click()
        expect(desk.open_card).to_contain_text(payload)
    for fold in page.locator("summary").all():
        fold.click()
    desk.cards.first.focus()
    desk.press("r")
    page.get_by_label("姓名").check()
    page.get_by_label("原因").fill(payload)
    desk.press("Enter")
    expect(page.locator(".person-line strong")).to_have_text(payload)
    made = "x-sidebar :is(img, script, iframe, object, style, svg, [onerror], [onload], a[href^=javascript])"
    assert page.locator(made).count() == 0
    assert dialogs == []
    assert [url for url in requested if not url.startswith(empty_served.url)] == []
    assert page.evaluate("document.scripts.length") == 1
