"""Examples for the API's description: a question about an order, and what is answered."""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]

ORDER: Example = {
    "id": "SO2026111400381",
    "status": "shipped",
    "placed_at": "2026-11-14T09:05:00+08:00",
    "paid_at": "2026-11-14T09:11:00+08:00",
    "shipped_at": "2026-11-14T22:30:00+08:00",
    "promised_at": "2026-11-18T18:00:00+08:00",
    "payment": {"method": "wechat", "amount": 299.0},
    "seller": {"kind": "self", "name": "青柚自营"},
    "items": [
        {
            "sku": "1014",
            "name": "蜂鸟 Air 蓝牙耳机",
            "category": ["手机数码", "耳机"],
            "quantity": 1,
            "price": 299.0,
            "tags": ["七天无理由", "价保"],
        }
    ],
    "shipments": [
        {
            "carrier": "青柚快递",
            "tracking_no": "QY7303018136",
            "direction": "forward",
            "events": [
                {"at": "2026-11-14T22:30:00+08:00", "status": "created", "place": "武汉一号仓"},
                {"at": "2026-11-18T09:55:00+08:00", "status": "in_transit", "place": "宜昌转运中心"},
            ],
        }
    ],
}

MATCH_WITH_ORDER: Example = {
    "question": "我的耳机怎么还没到，kuaidi 到哪了？",
    "order": ORDER,
    "channel": "app",
    "audience": "internal",
    "limit": 3,
    "now": "2026-11-20T10:00:00+08:00",
}

MATCH_WITH_TURNS: Example = {
    "question": "那运费谁出？",
    "turns": ["我想退货", {"role": "agent", "text": "可以的，请问是什么原因呢？"}],
    "order_id": "SO2026111400381",
    "filters": {"kind": "article", "category": "售后/退货", "language": "zh"},
}

KUAIDI: Example = {"written": "kuaidi", "read_as": "快递", "how": "pinyin", "certainty": 1.0}

MATCH_ANSWER: Example = {
    "request_id": "c0ffee",
    "generation": "g000000000317-5d1c9a",
    "confidence": 0.91,
    "answered": True,
    "solutions": [
        {
            "rank": 1,
            "kind": "article",
            "id": "delivery-late-self",
            "version": 1,
            "title": "自营包裹超过承诺时间还没送到",
            "snippet": "快递超过承诺送达时间仍在途中的，先致歉，再查最后一次扫描。",
            "highlights": [{"field": "snippet", "start": 0, "end": 2}],
            "score": 4.2,
            "confidence": 0.91,
            "scores": {
                "dense_heading": 0.93,
                "dense_passage": 0.9,
                "lexical_heading": 32.4,
                "lexical_full": 26.2,
                "identifier": 0.0,
                "order_context": 0.3,
            },
            "applies": "met",
            "conditions": [
                {"text": "订单状态为已发货", "state": "met"},
                {"text": "已超过承诺送达时间", "state": "met"},
            ],
            "reply": {
                "text": "非常抱歉，您的包裹原定 11 月 18 日 18:00 前送到，最新位置是宜昌转运中心。",
                "filled": {"order.promised_at": "11 月 18 日 18:00", "shipment.last_place": "宜昌转运中心"},
                "missing": [],
                "unsupported": [],
                "notice": None,
            },
            "citations": [
                {
                    "kind": "article",
                    "id": "delivery-late-self",
                    "version": 1,
                    "title": "自营包裹超过承诺时间还没送到",
                    "text": "快递超过承诺送达时间仍在途中的，先致歉，再查最后一次扫描。",
                    "source": "《配送服务标准》2026 版",
                    "effective_from": "2026-01-01T00:00:00+08:00",
                    "effective_to": None,
                }
            ],
            "audience": "public",
            "outcome": None,
            "copies": [],
            "found_by": [KUAIDI],
        }
    ],
    "ask": [
        {
            "fact": "refund.status",
            "question": "请问是否申请过退款，现在是什么状态？",
            "gain": 0.18,
            "separates": ["delivery-late-self", "refund-shipped-not-received"],
        }
    ],
    "notices": [],
    "order_id": "SO2026111400381",
    "order_source": {"state": "ok", "age_seconds": None, "reason": None},
    "orders": [],
    "hand_over": False,
    "remedies": {
        "remedy": "催派送",
        "count": 3,
        "total": 4,
        "solved": 2,
        "case_ids": ["case-0092", "case-0002", "case-0090"],
    },
    "rewordings": [KUAIDI],
    "timing": {"order": 1.1, "wait": 0.0, "understand": 0.4, "encode": 8.1, "search": 1.9, "rank": 0.3, "explain": 2.2},
}

ARTICLE: Example = {
    "id": "delivery-late-self",
    "title": "自营包裹超过承诺时间还没送到",
    "questions": ["怎么还没到", "说好昨天到的"],
    "body": "超过承诺送达时间仍在途中的，先致歉，再查最后一次扫描。",
    "public_body": "超过承诺送达时间仍在途中的，物流页的最后一条轨迹说明包裹到了哪里。",
    "reply": "非常抱歉，您的包裹原定 {{ order.promised_at | datetime }} 前送到。",
    "category": ["配送", "延误"],
    "applies_when": {
        "all": [
            {"fact": "order.status", "op": "==", "value": "shipped"},
            {"fact": "is_late", "op": "==", "value": True},
        ]
    },
    "audience": "public",
    "effective_from": "2026-01-01T00:00:00+08:00",
    "source": "《配送服务标准》2026 版",
    "language": "zh",
}
ARTICLE_ANSWER: Example = {
    **ARTICLE,
    "version": 1,
    "body_html": "<p>超过承诺送达时间仍在途中的，先致歉，再查最后一次扫描。</p>",
}

FEEDBACK_USED: Example = {
    "request_id": "c0ffee",
    "solution": {"kind": "article", "id": "delivery-late-self"},
    "verdict": "edited",
    "reply": "非常抱歉让您久等，包裹在宜昌，今天会再催一次。",
    "agent": "a-17",
}
FEEDBACK_NOTHING: Example = {"request_id": "c0ffee", "verdict": "dismissed"}
FEEDBACK_ANSWER: Example = {
    "request_id": "c0ffee",
    "solution": {"kind": "article", "id": "delivery-late-self"},
    "verdict": "edited",
    "rank": 1,
    "version": 1,
    "generation": "g000000000317-5d1c9a",
    "reply": "非常抱歉让您久等，包裹在宜昌，今天会再催一次。",
    "agent": "a-17",
    "at": "2026-11-20T02:01:30Z",
    "earlier": [{"verdict": "used", "at": "2026-11-20T02:00:40Z", "ended_at": "2026-11-20T02:01:30Z"}],
}
FEEDBACK_UNDONE: Example = {"request_id": "c0ffee", "undone": 1}
SAVED: Example = {"id": "delivery-late-self", "version": 2, "result": "changed", "status": "published"}
WITHDRAWN: Example = {"id": "delivery-late-self", "version": 2, "result": "changed", "status": "withdrawn"}
SYNONYM: Example = {"terms": ["运费", "邮费", "快递费"], "note": "规则里写运费"}
SYNONYM_ONE_WAY: Example = {"terms": ["单子"], "means": ["订单"]}
SYNONYM_SAVED: Example = {"id": "delivery-fee", "result": "added"}
SYNONYM_TRIED: Example = {"id": "delivery-fee", "terms": ["运费", "邮费", "快递费"]}
SYNONYM_PREVIEW: Example = {
    "asked": 312,
    "touched": 9,
    "matched": 9,
    "changed": 1,
    "questions": [
        {
            "question": "退货的快递费谁出",
            "before": [
                {"kind": "article", "id": "returns-how", "title": "怎么退货"},
                {"kind": "article", "id": "return-shipping-fee", "title": "退货运费谁出"},
            ],
            "after": [
                {"kind": "article", "id": "return-shipping-fee", "title": "退货运费谁出"},
                {"kind": "article", "id": "returns-how", "title": "怎么退货"},
            ],
        }
    ],
}
SYNONYM_DELETED: Example = {"id": "delivery-fee", "deleted": True}
SYNONYM_LIST: Example = {
    "items": [
        {
            "id": "delivery-fee",
            "terms": ["运费", "邮费", "快递费"],
            "means": [],
            "note": "规则里写运费",
            "updated_at": "2026-11-20T02:00:00Z",
        }
    ],
    "next_cursor": "delivery-fee",
}
READY: Example = {"status": "ready", "generation": "g000000000317-5d1c9a", "revision": 317}
ORDER_LIST: Example = {
    "items": [
        {
            "id": "SO2026111400381",
            "status": "shipped",
            "status_words": {"zh": "已发货", "en": "shipped"},
            "item_names": ["蜂鸟 Air 蓝牙耳机"],
        }
    ],
    "next_cursor": None,
    "time_zone": "Asia/Shanghai",
}
