"""Formats of public data sets: small ones worked by hand, and the real ones where they are there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kb.database import Database
from kb.orders.order import Order
from kb.orders.repository import count_orders, get_order, list_customers
from kb.transfer.foreign_parser import ForeignFormat, ForeignParser
from kb.transfer.importer import import_parsed
from kb.transfer.report import ImportReport
from kb.transfer.source import UnusableFile

PUBLIC_DATA = Path(os.environ.get("XIANZHI_PUBLIC_DATA", Path(__file__).parents[3] / ".." / "shared" / "data"))
PLACE = {"省份": "江苏省", "城市": "南京市", "区县": "鼓楼区", "详细地址": "中山北路1号"}
ECOM_ORDER = {
    "用户ID": "u1",
    "订单ID": "31",
    "订单状态": "已签收",
    "订单总金额": 3294,
    "订单商品列表": [{"商品ID": "100", "单价": 1647, "数量": 2}],
    "收货地址": PLACE,
    "支付方式": "京东E卡",
}
ECOM_TRACE = {
    "物流单号": "JD1",
    "物流公司": "京东快递",
    "预计送达时间": "2025-04-06 16:00:00",
    "实际送达时间": "2025-04-06T17:30:00",
    "物流轨迹": [
        {"时间": "2025-04-02 09:25:00", "状态": "已创建", "位置": "南京市", "描述": "您提交了订单"},
        {"时间": "2025-04-03 08:00:00", "状态": "已揽收", "位置": None, "描述": "已取件"},
        {"时间": "2025-04-06 17:30:00", "status": "已签收", "位置": "前台", "描述": "前台代收"},
    ],
}
TAU_ORDER = {
    "order_id": "#W1",
    "user_id": "ann_lee_1",
    "status": "cancelled",
    "items": [{"name": "Pet Bed", "item_id": "49", "price": 214.33, "options": {"size": "small", "color": "beige"}}],
    "fulfillments": [{"tracking_id": ["357"], "item_ids": ["49"]}],
    "payment_history": [
        {"transaction_type": "payment", "amount": 214.33, "payment_method_id": "credit_card_1"},
        {"transaction_type": "refund", "amount": 214.33, "payment_method_id": "credit_card_1"},
    ],
}
OLIST = {
    "customers.csv": "customer_id,customer_unique_id,customer_city,customer_state\n"
    "c1,p1,mogi mirim,SP\nc2,p1,mogi mirim,SP\n",
    "products.csv": "product_id,product_category_name\nx,cama_mesa_banho\n",
    "order_items.csv": "order_id,product_id,price,freight_value\no1,x,10.10,5\no1,x,10.10,5\no9,x,1,1\n",
    "orders.csv": "order_id,customer_id,order_status,order_purchase_timestamp,order_delivered_customer_date\n"
    "o1,c2,delivered,2018-08-15 11:30:33,2018-08-20 15:15:42\no2,c1,canceled,2018-08-16 11:30:33,\no3,c1,lost,,\n",
}


def write_json(folder: Path, files: Mapping[str, object]) -> Path:
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return folder


def run(database: Database, folder: Path, foreign_format: ForeignFormat, now: datetime) -> ImportReport:
    return import_parsed(database, [ForeignParser(folder, foreign_format)], path=folder, now=now)


def get(database: Database, order_id: str) -> dict[str, Any]:
    with database.read() as session:
        order: Order = get_order(session, order_id)
    return order.model_dump(mode="json", exclude_none=True)


def test_ecom_bench_order_has_its_trace_times_and_customer(database: Database, tmp_path: Path, now: datetime) -> None:
    nested = {"jd": {"shop": {"u1": {"31": ECOM_ORDER, "32": {**ECOM_ORDER, "订单状态": "已付款"}}}}}
    traces = {"jd": {"shop": {"u1": {"31": ECOM_TRACE, "32": ECOM_TRACE, "99": ECOM_TRACE}}}}
    users = {"u1": {"用户ID": "u1", "用户姓名": "宋敬明", "电话号码": "15540534614", "地址信息": PLACE}}
    write_json(tmp_path, {"orders.json": nested, "logistics.json": traces, "users_info.json": users})
    report = run(database, tmp_path, ForeignFormat.ECOM_BENCH, now)
    assert (report.added, report.refused, report.orders_by_status) == (3, 1, {"delivered": 1, "paid": 1})
    assert report.refused_rows[0].line == "logistics.json: 99"
    order = get(database, "31")
    assert (order["placed_at"], order["shipped_at"]) == ("2025-04-02T01:25:00Z", "2025-04-03T00:00:00Z")
    assert (order["promised_at"], order["delivered_at"]) == ("2025-04-06T08:00:00Z", "2025-04-06T09:30:00Z")
    assert order["payment"] == {"method": "balance", "amount": 3294.0}
    assert order["items"] == [{"sku": "100", "quantity": 2, "price": 1647.0}]
    assert order["customer"] == {"id": "u1", "region": ["江苏省", "南京市", "鼓楼区"]}
    statuses = [event["status"] for event in order["shipments"][0]["events"]]
    assert statuses == ["created", "picked_up", "delivered"]
    assert {"shipped_at", "delivered_at"}.isdisjoint(get(database, "32"))
    with database.read() as session:
        assert [(one.name, one.phone) for one in list_customers(session)] == [("宋敬明", "15540534614")]


def test_ecom_bench_return_is_an_order_that_came_back(database: Database, tmp_path: Path, now: datetime) -> None:
    orders = {
        "jd": {"shop": {"u1": {"31": {**ECOM_ORDER, "订单状态": "已退货"}, "32": {**ECOM_ORDER, "订单状态": "?"}}}}
    }
    write_json(tmp_path, {"orders.json": orders, "logistics.json": {}, "users_info.json": {}})
    report = run(database, tmp_path, ForeignFormat.ECOM_BENCH, now)
    assert (report.added, [row.field for row in report.refused_rows]) == (1, ["status"])
    order = get(database, "31")
    assert (order["status"], order["refund"]) == ("delivered", {"status": "received"})
    assert "shipments" not in order


def test_tau_retail_order_has_its_options_parcel_and_refund(database: Database, tmp_path: Path, now: datetime) -> None:
    user = {"name": {"first_name": "Ann", "last_name": "Lee"}, "email": "a@b.c", "address": {"city": "Austin"}}
    write_json(tmp_path, {"orders.json": {"#W1": TAU_ORDER}, "users.json": {"ann_lee_1": user}})
    report = run(database, tmp_path, ForeignFormat.TAU_RETAIL, now)
    assert (report.added, report.refused, report.orders_by_status) == (2, 0, {"cancelled": 1})
    order = get(database, "W1")
    assert order["items"] == [{"sku": "49", "name": "Pet Bed (small, beige)", "quantity": 1, "price": 214.33}]
    assert order["shipments"] == [{"tracking_no": "357", "direction": "forward", "events": []}]
    assert order["payment"] == {"method": "card", "amount": 214.33}
    assert order["refund"] == {"status": "refunded", "amount": 214.33}


def test_olist_order_is_one_persons_with_its_items_counted(database: Database, tmp_path: Path, now: datetime) -> None:
    for name, text in OLIST.items():
        (tmp_path / name).write_text(text, "utf-8")
    report = run(database, tmp_path, ForeignFormat.OLIST, now)
    assert (report.added, report.orders_by_status) == (3, {"delivered": 1, "cancelled": 1})
    assert [row.line for row in report.refused_rows] == ["orders.csv: 4", "order_items.csv: o9"]
    order = get(database, "o1")
    # São Paulo is three hours behind UTC.
    assert (order["placed_at"], order["delivered_at"]) == ("2018-08-15T14:30:33Z", "2018-08-20T18:15:42Z")
    assert order["items"] == [
        {"sku": "x", "name": "cama mesa banho", "category": ["cama mesa banho"], "quantity": 2, "price": 10.1}
    ]
    assert order["payment"] == {"amount": 30.2}
    assert order["customer"] == {"id": "p1", "region": ["SP", "mogi mirim"]}


@pytest.mark.parametrize("foreign_format", ForeignFormat)
@pytest.mark.parametrize("content", [None, "[]", "{", "[" * 100_000])
def test_a_folder_without_the_files_of_the_format_is_refused(
    database: Database, tmp_path: Path, now: datetime, foreign_format: ForeignFormat, content: str | None
) -> None:
    if content is not None:
        for name in ("orders.json", "users.json", "users_info.json", "logistics.json"):
            (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(UnusableFile):
        run(database, tmp_path, foreign_format, now)
    with pytest.raises(UnusableFile, match="no folder"):
        run(database, tmp_path / "none", foreign_format, now)


@pytest.mark.parametrize(
    ("foreign_format", "folder", "orders", "refused", "by_status"),
    [
        (ForeignFormat.ECOM_BENCH, "ecom_bench", 41, 3, {"paid": 15, "preparing": 8, "delivered": 13, "shipped": 5}),
        (
            ForeignFormat.TAU_RETAIL,
            "tau_retail",
            1_000,
            0,
            {"paid": 423, "delivered": 373, "shipped": 102, "cancelled": 102},
        ),
        (
            ForeignFormat.OLIST,
            "olist",
            3_000,
            0,
            {"delivered": 2_904, "cancelled": 41, "shipped": 38, "preparing": 17},
        ),
    ],
)
def test_the_real_data_go_in_and_a_second_run_changes_nothing(  # noqa: PLR0913  # Each is a column of the table.
    make_database: Any,
    now: datetime,
    foreign_format: ForeignFormat,
    folder: str,
    orders: int,
    refused: int,
    by_status: dict[str, int],
) -> None:
    if not (PUBLIC_DATA / folder).is_dir():
        pytest.skip(f"{PUBLIC_DATA / folder} is not there; XIANZHI_PUBLIC_DATA names another folder")
    database = make_database()
    first = run(database, PUBLIC_DATA / folder, foreign_format, now)
    assert (first.orders_by_status, first.refused) == (by_status, refused)
    with database.read() as session:
        assert count_orders(session) == orders
    again = run(database, PUBLIC_DATA / folder, foreign_format, now)
    assert (again.added, again.changed, again.unchanged) == (0, 0, first.added)
