"""Every address that asks for a key, so that none is narrowed to what is not there; `{}` stands for any id.

The routes are the edge's; `tests/api/test_keys.py` holds this list to them.
"""

from __future__ import annotations

import re

OPENED = (
    "/v1/articles/{}",
    "/v1/articles/{}:withdraw",
    "/v1/customers/{}:reveal",
    "/v1/customers:lookup",
    "/v1/feedback",
    "/v1/feedback/{}",
    "/v1/handovers/{}",
    "/v1/keys",
    "/v1/keys/{}:revoke",
    "/v1/keys/{}:rotate",
    "/v1/match",
    "/v1/notices/{}",
    "/v1/notices:preview",
    "/v1/orders",
    "/v1/orders/{}",
    "/v1/replies:check",
    "/v1/suggest",
    "/v1/synonyms",
    "/v1/synonyms/{}",
    "/v1/synonyms:preview",
    "/v1/widget/articles/{}",
    "/v1/widget/ask",
    "/v1/widget/feedback",
    "/v1/widget/handover",
)
ANY_ID = "/{}"
_PART = re.compile(r"[/:][^/:]+")


def opens_anything(start: str) -> bool:
    """Tell whether any address that asks for a key is this one or lies under it."""
    parts = _PART.findall(start)
    return any(_begins_with(_PART.findall(address), parts) for address in OPENED)


def _begins_with(address: list[str], parts: list[str]) -> bool:
    pairs = zip(address, parts, strict=False)
    return len(parts) <= len(address) and all(_may_be(there, part) for there, part in pairs)


def _may_be(there: str, part: str) -> bool:
    return there == part or (there == ANY_ID and part.startswith("/"))
