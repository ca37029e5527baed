"""Examples of the widget's routes, as the API's description shows them."""

from __future__ import annotations

from api.examples import Example

WIDGET_QUESTION: Example = {"question": "怎么还没到", "order_id": "SO2026111500017"}
WIDGET_JUDGEMENT: Example = {"request_id": "6a1e0bc4", "article_id": "delivery-late-self", "solved": True}
ORDER_CARD: Example = {
    "id": "SO2026111500017",
    "label": "智利车厘子 J 级 2 斤 · 11 月 15 日",
    "state": "已发货，已晚 3 小时",
    "news": "11-19 22:05 快件到达成都转运中心",
}
WIDGET_ANSWER: Example = {
    "id": "delivery-late-self",
    "version": 1,
    "title": "自营包裹超过承诺时间还没送到",
    "html": "<p>超过承诺时间还在路上的，物流页的最后一条轨迹说明包裹到了哪里。</p>",
    "text": "超过承诺时间还在路上的，物流页的最后一条轨迹说明包裹到了哪里。",
    "applies": "met",
    "fits_order": True,
    "missing": [],
    "source": {
        "title": "《配送服务标准》2026 版",
        "version": 1,
        "valid_from": "2026-01-01T00:00:00+08:00",
        "valid_to": None,
    },
}
WIDGET_ANSWERS: Example = {
    "request_id": "6a1e0bc4",
    "answered": True,
    "hand_over": False,
    "answers": [WIDGET_ANSWER],
    "ask": [],
    "order": ORDER_CARD,
    "orders": [],
    "notices": [{"id": "snow", "title": "大雪", "text": "路上有雪，会晚一天。"}],
}
WIDGET_ARTICLE: Example = {"request_id": "6a1e0bc4", "answer": WIDGET_ANSWER, "order": ORDER_CARD}
_SHOWN: Example = {"id": "delivery-late-self", "title": "自营包裹超过承诺时间还没送到"}
HANDOVER: Example = {"question": "怎么还没到", "request_id": "6a1e0bc4", "shown": ["delivery-late-self"]}
HANDOVER_ANSWER: Example = {
    "handover_id": "8f14e45fceea467abd2e61a4f8a2d0c1",
    "question": "怎么还没到",
    "order": ORDER_CARD,
    "shown": [_SHOWN],
}
HANDOVER_STORED: Example = {
    "handover_id": "8f14e45fceea467abd2e61a4f8a2d0c1",
    "at": "2026-11-20T02:00:00Z",
    "question": "怎么还没到",
    "turns": [{"role": "customer", "text": "在吗"}],
    "shown": [_SHOWN],
    "customer_id": "C0001",
    "order_id": "SO2026111500017",
    "request_id": "6a1e0bc4",
}
