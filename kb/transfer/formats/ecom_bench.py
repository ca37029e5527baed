"""ECom-Bench (XiaoduoAILab, Apache-2.0): orders, logistics and users of a Chinese shop, as three JSON files.

Orders and logistics stand below platform, shop, user and order number. Times name no zone: they are Shanghai's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb.transfer.formats.foreign import ForeignRow, as_object, as_objects, load_object, refuse
from kb.transfer.kinds import RecordKind
from kb.transfer.source import RowFault

ZONE = "Asia/Shanghai"
ORDERS, LOGISTICS, USERS = "orders.json", "logistics.json", "users_info.json"
# "已退货" is an order that arrived and went back.
RETURNED = "已退货"
STATUSES: Mapping[str, str] = {
    "已付款": "paid",
    "处理中": "preparing",
    "已发货": "shipped",
    "运输中": "shipped",
    "已签收": "delivered",
    "已送达": "delivered",
    RETURNED: "delivered",
}
SENT = frozenset({"shipped", "delivered"})
PAYMENTS: Mapping[str, str] = {"京东E卡": "balance", "银行卡": "card", "微信": "wechat", "支付宝": "alipay"}
SCANS: Mapping[str, str] = {
    "已创建": "created",
    "已付款": "created",
    "已出库": "created",
    "已揽收": "picked_up",
    "运输中": "in_transit",
    "已到达": "at_station",
    "派送中": "out_for_delivery",
    "已签收": "delivered",
    "已送达": "delivered",
}


def read_ecom_bench(folder: Path) -> Iterator[ForeignRow | RowFault]:
    """Yield the customers, then the orders with their traces; a trace whose order is not there is a fault."""
    for user_id, user in load_object(folder / USERS).items():
        yield ForeignRow(f"{USERS}: {user_id}", RecordKind.CUSTOMER, _read_customer(user_id, as_object(user)))
    traces = dict(_list_by_order(load_object(folder / LOGISTICS)))
    for order_id, order in _list_by_order(load_object(folder / ORDERS)):
        values = _read_order(order_id, order, traces.pop(order_id, None))
        yield ForeignRow(f"{ORDERS}: {order_id}", RecordKind.ORDER, values)
    for order_id in traces:
        remedy = f"Add the order to {ORDERS}, or remove its trace."
        yield refuse(f"{LOGISTICS}: {order_id}", "is a trace of an order that is not there", remedy)


def _list_by_order(platforms: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for shops in platforms.values():
        for users in as_object(shops).values():
            for orders in as_object(users).values():
                for order_id, order in as_object(orders).items():
                    yield order_id, as_object(order)


def _read_customer(user_id: str, user: Mapping[str, Any]) -> dict[str, object]:
    place = as_object(user.get("地址信息"))
    return {
        "id": user.get("用户ID", user_id),
        "name": user.get("用户姓名"),
        "phone": user.get("电话号码"),
        "region": _read_region(place),
        "address": place.get("详细地址"),
    }


def _read_region(place: Mapping[str, Any]) -> list[object]:
    return [place[name] for name in ("省份", "城市", "区县") if place.get(name)]


def _read_order(order_id: str, order: Mapping[str, Any], trace: Mapping[str, Any] | None) -> dict[str, object]:
    said = order.get("订单状态")
    status = STATUSES.get(str(said), said)
    scans = as_objects(trace.get("物流轨迹")) if trace is not None else []
    return {
        "id": order_id,
        "status": status,
        "placed_at": scans[0].get("时间") if scans else None,  # "您提交了订单" is the first line of every trace.
        "shipped_at": _find_time(scans, "已揽收", "运输中") if status in SENT else None,
        "promised_at": trace.get("预计送达时间") if trace is not None else None,
        # Some orders that are only paid have an arrival too: what the status says counts.
        "delivered_at": trace.get("实际送达时间") if trace is not None and status == "delivered" else None,
        "payment": {"method": PAYMENTS.get(str(order.get("支付方式"))), "amount": order.get("订单总金额")},
        "items": [
            {"sku": item.get("商品ID"), "price": item.get("单价"), "quantity": item.get("数量")}
            for item in as_objects(order.get("订单商品列表"))
        ],
        "shipments": None if trace is None else [_read_shipment(trace, scans)],
        "refund": {"status": "received"} if said == RETURNED else None,
        "customer": {"id": order.get("用户ID"), "region": _read_region(as_object(order.get("收货地址")))},
    }


def _read_shipment(trace: Mapping[str, Any], scans: list[dict[str, Any]]) -> dict[str, object]:
    return {
        "carrier": trace.get("物流公司"),
        "tracking_no": trace.get("物流单号"),
        "direction": "forward",
        "events": [
            {
                "at": scan.get("时间"),
                "status": SCANS.get(str(scan.get("状态", scan.get("status")))),  # One scan has the English name.
                "place": scan.get("位置"),
                "text": scan.get("描述"),
            }
            for scan in scans
        ],
    }


def _find_time(scans: list[dict[str, Any]], *words: str) -> object:
    return next((scan.get("时间") for scan in scans if scan.get("状态") in words), None)
