"""What customers say that they do not mean: 不是昨天买的那单，是耳机那单, "not the shoes"."""

from __future__ import annotations

import re

# 是不是没发货 and 不是说好昨天到吗 deny nothing: a denial points at an order or goes on with what is meant.
_ORDER = "那一?(?:[单个件双笔台本箱瓶份套把条口]|订单)[^,。?!;吗]{0,6}|的(?:订单)?"
_DENIALS = re.compile(
    rf"(?<![是要])(?:不是|并非)(?P<pointed>[^,。?!;]{{0,16}}?(?:{_ORDER}))(?=[,。!;]|$)"
    r"|(?<![是要])(?:不是|并非)(?P<opposed>[^,。?!;]{1,16}),?(?:而)?是(?!不是)"
    r"|\bnot (?:about )?(?P<other>(?:the|my|that)\b[^,.?!;]{2,40}?)(?=[,.!;]|$| but\b)"
)


def part_denied(text: str) -> tuple[str, str]:
    """Return a normalised text without what it denies, and what that is."""
    denied = [next(filter(None, match.groups())) for match in _DENIALS.finditer(text)]
    return (_DENIALS.sub(" ", text), " ".join(denied)) if denied else (text, "")
