"""The settings file of an imagined shop, and an order as that shop tells it."""

from __future__ import annotations

from typing import Any

from kb.sources.mapping import SourceMapping

MAPPING: dict[str, Any] = {
    "base_url": "http://127.0.0.1:1",
    "headers": {"X-App": "xianzhi", "Authorization": {"environment": "SHOP_TOKEN", "prefix": "Bearer "}},
    "timeout_ms": 10_000,  # No test of a healthy shop fails for a busy machine.
    "zone": "Asia/Shanghai",
    "time": "%Y-%m-%d %H:%M:%S",
    "cents": True,
    "cache": {"size": 3, "seconds": 10, "stale_seconds": 100},
    "breaker": {"failures": 2, "seconds": 30},
    "requests": {
        "order": {"url": "/trades/{order_id}", "at": "data.trade", "not_found": {"path": "code", "values": [4041]}},
        "customer_orders": {"url": "/trades?buyer={customer_id}", "at": "data.trades"},
        "customer_by_phone": {"url": "/buyers?mobile={phone}", "at": "data.0"},
    },
    "order": {
        "id": "tid",
        "status": {"path": "status", "values": {"WAIT_SELLER_SEND_GOODS": "paid", "WAIT_BUYER_CONFIRM": "shipped"}},
        "placed_at": "created",
        "paid_at": {"path": "pay_ms", "time": "epoch_ms"},
        "payment.amount": "payment",
        "payment.method": "channel",
        "customer.id": "buyer.id",
        "items": {
            "each": "orders.order",
            "fields": {"sku": "sku_id", "name": "title", "quantity": "num", "price": {"path": "yuan", "cents": False}},
        },
        "shipments": {
            "each": "parcels",
            "fields": {
                "carrier": "company",
                "tracking_no": "no",
                "events": {
                    "each": "traces",
                    "fields": {"at": "when", "text": "said", "status": {"path": "s", "values": {"2": "in_transit"}}},
                },
            },
        },
    },
    "customer": {"id": "id", "name": "nick", "phone": "mobile"},
}
TRADE: dict[str, Any] = {
    "tid": 2026111500017,
    "status": "WAIT_BUYER_CONFIRM",
    "created": "2026-11-12 10:02:00",
    "pay_ms": 1794448980000,  # 2026-11-12 10:03:00 in Shanghai.
    "payment": "129900",
    "channel": "微信",
    "buyer": {"id": "C0042"},
    "orders": {"order": [{"sku_id": 1042, "title": "电热水器", "num": "1", "yuan": "1299.00"}]},
    "parcels": {
        "company": "青柚快递",
        "no": "QY7306518138",
        "traces": [
            {"when": "2026-11-13 20:00:00", "s": 2, "said": "到达昆山"},
            {"when": "2026-11-13 08:00:00", "s": 2, "said": "离开上海"},
        ],
    },
}


def make_mapping(**changes: Any) -> SourceMapping:
    """Return the settings, with some of them changed."""
    return SourceMapping.model_validate({**MAPPING, **changes})


def wrap(trade: Any) -> dict[str, Any]:
    """Return an order as it stands in an answer."""
    return {"code": 0, "data": {"trade": trade}}
