"""Examples and the form of events for the API's description: the route reads its body itself, for the signature."""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]

EVENT: Example = {
    "id": "evt-90817",
    "type": "shipment.event",
    "occurred_at": "2026-11-20T09:41:00+08:00",
    "data": {
        "order_id": "SO2026111400381",
        "tracking_no": "QY7303018136",
        "carrier": "青柚快递",
        "at": "2026-11-20T09:40:12+08:00",
        "status": "out_for_delivery",
        "place": "成都高新站",
    },
}
EVENTS: Example = {
    "events": [
        EVENT,
        {
            "id": "evt-90818",
            "type": "refund.updated",
            "occurred_at": "2026-11-20T09:42:00+08:00",
            "data": {"order_id": "SO2026111400381", "status": "requested", "amount": 299.0},
        },
    ]
}
EVENTS_ANSWER: Example = {
    "request_id": "c0ffee",
    "results": [
        {"id": "evt-90817", "result": "applied", "reason": None},
        {"id": "evt-90818", "result": "refused", "reason": "status is missing."},
    ],
}
EVENTS_SCHEMA: Example = {
    "type": "object",
    "properties": {
        "events": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["id", "type", "occurred_at", "data"],
                "properties": {
                    "id": {"type": "string", "minLength": 1, "maxLength": 200},
                    "type": {"enum": ["order.updated", "shipment.event", "refund.updated", "customer.updated"]},
                    "occurred_at": {"type": "string", "format": "date-time"},
                    "data": {"type": "object"},
                },
            },
        }
    },
    "required": ["events"],
}
