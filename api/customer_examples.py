"""Examples for the API's description: a customer looked up, and a phone shown in plain."""

from __future__ import annotations

from api.examples import Example

_LAST_SCAN: Example = {
    "at": "2026-11-19T14:05:00Z",
    "status": "in_transit",
    "words": {"zh": "运输中", "en": "in transit"},
    "place": "成都转运中心",
    "text": "快件到达成都转运中心",
}
_ORDER: Example = {
    "id": "SO2026111400381",
    "is_asked_for": True,
    "status": "shipped",
    "state": {"zh": "已发货，已晚 40 小时", "en": "shipped, 40 hours late"},
    "hours_late": 40.0,
    "remarks": [
        {
            "kind": "late",
            "words": {"zh": "已超过承诺送达时间 40 小时", "en": "40 hours past the promise"},
            "hours": 40.0,
        }
    ],
    "refund": None,
    "amount": 299.0,
    "item_names": ["蜂鸟 Air 蓝牙耳机"],
    "placed_at": "2026-11-14T01:05:00Z",
    "promised_at": "2026-11-18T10:00:00Z",
    "delivered_at": None,
    "parcels": [
        {
            "carrier": "青柚快递",
            "tracking_no": "QY7303018136",
            "direction": "forward",
            "now": _LAST_SCAN,
            "events": [_LAST_SCAN],
            "has_earlier_events": False,
        }
    ],
}
LOOKUP_ANSWER: Example = {
    "read_as": "number",
    "outcome": "found",
    "matched_by": ["order_number"],
    "profile": {
        "customer": {
            "id": "C0005",
            "name": "赵**",
            "phone": "138****1185",
            "email": "u***@***",
            "tier": "ordinary",
            "tier_words": {"zh": "普通会员", "en": "ordinary"},
            "region": ["四川省", "成都市"],
            "address": "****",
        },
        "orders": [_ORDER],
        "has_more_orders": False,
        "contacts": [
            {
                "at": "2026-11-19T08:12:00Z",
                "request_id": "c0ffee",
                "order_id": "SO2026111400381",
                "question": "我的耳机怎么还没到",
                "channel": "app",
                "answered": True,
            }
        ],
        "notices": [
            {
                "id": "snow",
                "title": "大雪",
                "kind": "delay",
                "priority": 1,
                "body": "不要建议拒收。",
                "wording": "路上有雪，会晚一天。",
                "order_ids": ["SO2026111400381"],
            }
        ],
    },
    "candidates": [],
    "truncated": False,
    "likely_reasons": [
        {
            "reason": "parcel_progress",
            "title": {"zh": "包裹到哪了", "en": "Where the parcel is"},
            "probability": 0.707,
            "order_id": "SO2026111400381",
            "because": [
                {
                    "zh": "超出承诺送达的时长不少于 1 小时（现在 40 小时）",
                    "en": "time past the promised delivery is at least 1 hour (now 40 hours)",
                }
            ],
            "cases": {"similar": 20, "of_them": 16},
            "solution": {
                "item_id": "delivery-late-self",
                "version": 1,
                "title": "自营订单已发货但超过承诺时间",
                "reply": "非常抱歉，您的包裹原定 11月18日 18:00 前送到，现在晚了 40 小时。",
                "missing": [],
                "notice": None,
                "confidence": 0.949,
                "is_sure": True,
            },
        }
    ],
    "reasons_from": "orders",
    "request_id": "5ca1ab1e",
    "handovers": [
        {
            "handover_id": "8f14e45fceea467abd2e61a4f8a2d0c1",
            "at": "2026-11-20T02:00:00Z",
            "question": "怎么还没到",
            "turns": [],
            "shown": [{"id": "delivery-late-self", "title": "自营包裹超过承诺时间还没送到"}],
            "customer_id": "C0001",
            "order_id": "SO2026111400381",
            "request_id": "6a1e0bc4",
        }
    ],
}
REVEAL: Example = {"fields": ["name", "phone"], "agent": "a-17", "reason": "客户要求回电"}
REVEAL_ANSWER: Example = {
    "request_id": "5ca1ab1e",
    "customer_id": "C0001",
    "values": {"name": "周雨桐", "phone": "13800001037"},
}
