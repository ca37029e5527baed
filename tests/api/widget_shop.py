"""A shop whose pages have the widget: two customers with orders, and what neither may ever see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt

from kb.articles.models import ArticleStatus, Audience
from kb.articles.service import save_article
from kb.customer_token import AUDIENCE
from kb.orders.repository import save_customer, save_order
from kb.orders.tables import Customer
from tests.api.conftest import NOW, Shop, fill, open_shop
from tests.fakes import make_article, make_order

SECRET = "the-secret-of-the-shop-" * 3
ORIGIN = "https://shop.example"
ANNA, BORIS, CARLA, NOBODY = "C0042", "C0043", "C0044", "C9999"
ONLY_ORDER, SHIPPED, PAID = "SO2026111500017", "SO2026111500018", "SO2026111500019"
TWINS = ("SO2026111500020", "SO2026111500021")


def sign(customer_id: str = ANNA, *, lasts: int = 600, **claims: Any) -> dict[str, str]:
    """Return the header that says who visits."""
    now = int(datetime.now(UTC).timestamp())
    token = {"aud": AUDIENCE, "sub": customer_id, "iat": now, "exp": now + lasts, **claims}
    return {"X-Xianzhi-Customer": jwt.encode(token, SECRET, "HS256")}


@contextmanager
def open_widget_shop(folder: Path, empty_file: Path, **fields: Any) -> Iterator[Shop]:
    """Yield the shop: Anna has one order, Boris two that differ, Carla two that do not."""
    options: Mapping[str, Any] = {"customer_secret": SECRET, "widget_origins": ORIGIN, **fields}
    with open_shop(folder, empty_file, **options) as shop:
        fill(shop.database)
        with shop.database.write() as session:
            for article in (
                make_article(id="draft", title="退货草稿", status=ArticleStatus.DRAFT),
                make_article(id="ended", title="退货旧规", effective_to="2026-01-01T00:00:00+08:00"),
                make_article(id="coming", title="退货新规", effective_from="2027-01-01T00:00:00+08:00"),
                make_article(id="for-ever", title="永久有效", reply=None, effective_to="9999-12-31T23:59:59Z"),
                make_article(id="gone", title="退货已撤", status=ArticleStatus.WITHDRAWN),
                make_article(
                    id="on-its-way",
                    title="包裹到哪里了",
                    questions=["快递到哪了"],
                    body="发货后可以看物流。",
                    reply="您的包裹 {{ shipment.tracking_no }} 在路上。",
                    applies_when={"all": [{"fact": "order.status", "op": "==", "value": "shipped"}]},
                ),
                make_article(
                    id="invented",
                    title="赔付多少钱",
                    questions=["赔多少"],
                    body="按规则赔付。",
                    reply="我们赔您 888 元。",
                ),
                make_article(
                    id="for-all",
                    title="客服几点上班",
                    questions=["客服时间"],
                    body="全天。",
                    reply="客服全天都在。\n<b>您好</b>",
                ),
                make_article(
                    id="two-readers",
                    title="雨伞破损换新",
                    questions=["伞坏了"],
                    body="先查库存，再开工单。",
                    public_body="**30 天内**可以换新。",
                ),
                make_article(
                    id="told-by-its-public-body",
                    title="雨衣漏水",
                    questions=["雨衣湿了"],
                    body="先查库存。",
                    public_body="15 天内可以换新。",
                    reply="我已经给您登记了换新。",
                ),
                make_article(
                    id="inner", title="黑名单口径", body="内部", public_body="内部外用", audience=Audience.INTERNAL
                ),
            ):
                save_article(session, article, now=NOW)
            for customer_id in (ANNA, BORIS, CARLA):
                save_customer(session, Customer(id=customer_id, name="周雨桐", phone="13800001037"))
            save_order(session, make_order(id=ONLY_ORDER, customer={"id": ANNA}))
            boris = {"customer": {"id": BORIS}, "shipments": None}
            save_order(session, make_order(id=SHIPPED, **boris, items=[{"name": "电热水壶"}]))
            paid = {**boris, "status": "paid", "items": [{"name": "智利车厘子"}, {"name": "礼盒"}], "shipped_at": None}
            save_order(session, make_order(id=PAID, **paid))
            for twin in TWINS:
                save_order(session, make_order(id=twin, customer={"id": CARLA}, shipments=None))
        yield shop
