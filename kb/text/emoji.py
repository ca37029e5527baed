"""Emoji that customers of a shop write instead of words."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORDS = {
    "📦": "包裹", "🚚": "快递", "🚛": "快递", "🛵": "配送", "✈": "航空", "🏠": "家",
    "🏪": "驿站", "💰": "钱", "💵": "钱", "💸": "扣款", "💳": "银行卡", "🧧": "红包",
    "🧾": "发票", "🎫": "优惠券", "🎟": "优惠券", "🎁": "礼物", "🛒": "购物车", "🛍": "购物",
    "👗": "裙子", "👕": "衣服", "👖": "裤子", "👟": "鞋", "👠": "鞋", "📱": "手机",
    "💻": "电脑", "🎧": "耳机", "📺": "电视", "🔋": "电池", "🔌": "充电器", "⌚": "手表",
    "☎": "电话", "📞": "电话", "🔥": "着火", "❄": "冷", "😡": "投诉", "🤬": "投诉",
    "😠": "投诉",
}  # fmt: skip
_KNOWN = re.compile("|".join(WORDS))


def find_emoji(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield each known emoji once: where it first stands, itself and its word."""
    seen: set[str] = set()
    for match in _KNOWN.finditer(text):
        word = WORDS[match[0]]
        if word not in seen:
            seen.add(word)
            yield match.start(), match[0], word
