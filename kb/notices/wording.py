"""The notice that a reply carries: what a customer is to hear whatever they ask."""

from __future__ import annotations

from collections.abc import Sequence

from kb.articles.models import Audience
from kb.notices.models import Notice, NoticeKind
from kb.orders.words import Language


def choose_wording(notices: Sequence[Notice], language: Language) -> str | None:
    """Return the wording of the most urgent notice that a reply in this language may carry, or None.

    Notices come most urgent first. Agents-only ones stay out, for what is sent is read by the customer; promotions too,
    for an answer is no place to advertise; and Chinese wording stays out of English replies.
    """
    for notice in notices:
        is_meant = notice.audience == Audience.PUBLIC and notice.kind != NoticeKind.PROMOTION
        if is_meant and notice.wording.strip() and _is_chinese(notice.wording) is (language == "zh"):
            return notice.wording.strip()
    return None


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)
