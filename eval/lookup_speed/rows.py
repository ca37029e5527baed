"""Rows of customers, orders, parcels and scans, written straight into the tables in batches."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, insert

from kb.database import Base, Database
from kb.orders.tables import CustomerRow, OrderRow, ShipmentEventRow, ShipmentRow
from kb.orders.tails import reverse_number, reverse_phone

ORDERS_OF_A_CUSTOMER = 3  # On average.
SCANS_OF_A_PARCEL = 3
BATCH = 5_000
NOW = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
GOODS = ("电热水壶", "空气炸锅", "蓝牙耳机", "羽绒服", "行李箱", "台灯")
PLACES = ("杭州分拨中心", "武汉转运站", "成都集散点", "广州天河营业部")
SCANS = ("picked_up", "in_transit", "out_for_delivery")

OnProgress = Callable[[int], None]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shop:
    """How many orders there are; every row follows from its number."""

    orders: int

    @property
    def customers(self) -> int:
        """How many customers they are of."""
        return max(self.orders // ORDERS_OF_A_CUSTOMER, 1)

    def customer_id(self, number: int) -> str:
        """Return a customer's id."""
        return f"C{number:08}"

    def phone(self, number: int) -> str:
        """Return a customer's phone, no two the same and their ends spread."""
        return f"13{(number * 7_368_787) % 1_000_000_007:09}"[:11]

    def order_id(self, number: int) -> str:
        """Return an order's number."""
        return f"SO2026{(number * 48_271) % 2_147_483_647:011}"

    def tracking_no(self, number: int) -> str:
        """Return the number of an order's parcel."""
        return f"SF{(number * 69_621) % 2_147_483_647:013}"

    def customer_of(self, number: int) -> int:
        """Return the number of the customer whose order this is."""
        return number % self.customers


def fill_database(database: Database, shop: Shop, on_progress: OnProgress) -> None:
    """Write every row; an interrupted run leaves a database that is thrown away."""
    # In one transaction of the database's own: left to the driver, every row would be written through to the disk.
    with database.write() as session:
        connection = session.connection()
        _insert(connection, CustomerRow, (_make_customer(shop, n) for n in range(shop.customers)), on_progress)
        _insert(connection, OrderRow, (_make_order(shop, n) for n in range(shop.orders)), on_progress)
        _insert(connection, ShipmentRow, (_make_shipment(shop, n) for n in range(shop.orders)), on_progress)
        scans = (_make_scan(order, n) for order in range(shop.orders) for n in range(SCANS_OF_A_PARCEL))
        _insert(connection, ShipmentEventRow, scans, on_progress)
        connection.exec_driver_sql("ANALYZE")


def _insert(connection: Connection, table: type[Base], rows: Iterator[Row], on_progress: OnProgress) -> None:
    assert isinstance(table.__table__, Table)
    statement = insert(table.__table__)
    while batch := list(islice(rows, BATCH)):
        connection.execute(statement, batch)
        on_progress(len(batch))


def _make_customer(shop: Shop, number: int) -> Row:
    phone = shop.phone(number)
    return {
        "id": shop.customer_id(number),
        "name": "周雨桐",
        "phone": phone,
        "phone_digits": phone,
        "phone_reversed": reverse_phone(phone),
        "email": f"user{number}@example.com",
        "tier": "plus",
        "region": ["浙江省", "杭州市", "西湖区"],
        "address": "文三路 88 号 3 幢 501",
        "content_hash": "0" * 64,
    }


def _make_order(shop: Shop, number: int) -> Row:
    chance = random.Random(number)
    order_id, price = shop.order_id(number), float(chance.randint(10, 3_000))
    placed_at = NOW - timedelta(minutes=chance.randint(60, 500_000))
    goods = {"sku": str(chance.randint(1_000, 9_999)), "name": chance.choice(GOODS), "quantity": 1, "price": price}
    return {
        "id": order_id,
        "id_reversed": reverse_number(order_id),
        "customer_id": shop.customer_id(shop.customer_of(number)),
        "customer": {"id": shop.customer_id(shop.customer_of(number)), "tier": "plus"},
        "status": "shipped",
        "placed_at": placed_at,
        "paid_at": placed_at,
        "shipped_at": placed_at,
        "promised_at": placed_at + timedelta(days=3),
        "payment": {"method": "wechat", "amount": price},
        "seller": {"kind": "self"},
        "items": [goods],
        "amount": price,
        "content_hash": "0" * 64,
    }


def _make_shipment(shop: Shop, number: int) -> Row:
    tracking_no = shop.tracking_no(number)
    return {
        "row_id": number + 1,
        "order_id": shop.order_id(number),
        "position": 0,
        "carrier": "顺丰",
        "tracking_no": tracking_no,
        "tracking_reversed": reverse_number(tracking_no),
        "direction": "forward",
    }


def _make_scan(order: int, number: int) -> Row:
    return {
        "shipment_id": order + 1,
        "position": number,
        "at": NOW - timedelta(minutes=500_000 - number * 60),
        "status": SCANS[number],
        "place": PLACES[(order + number) % len(PLACES)],
        "text": "包裹已到达，正在转运",
    }
