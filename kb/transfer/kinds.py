"""The kinds of record, and how a file or a row tells which it holds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from kb.transfer.columns import (
    ARTICLE_COLUMNS,
    CASE_COLUMNS,
    CUSTOMER_COLUMNS,
    NOTICE_COLUMNS,
    ORDER_COLUMNS,
    REASON_COLUMNS,
    SYNONYM_COLUMNS,
    ColumnTable,
)


class RecordKind(StrEnum):
    """What a row is; in the order a folder is imported."""

    CUSTOMER = "customer"
    ORDER = "order"
    ARTICLE = "article"
    CASE = "case"
    NOTICE = "notice"
    SYNONYM = "synonym"
    REASON = "reason"


COLUMNS: Mapping[RecordKind, ColumnTable] = {
    RecordKind.CUSTOMER: CUSTOMER_COLUMNS,
    RecordKind.ORDER: ORDER_COLUMNS,
    RecordKind.ARTICLE: ARTICLE_COLUMNS,
    RecordKind.CASE: CASE_COLUMNS,
    RecordKind.NOTICE: NOTICE_COLUMNS,
    RecordKind.SYNONYM: SYNONYM_COLUMNS,
    RecordKind.REASON: REASON_COLUMNS,
}
_FILE_WORDS: Mapping[str, RecordKind] = {
    "customer": RecordKind.CUSTOMER,
    "客户": RecordKind.CUSTOMER,
    "会员": RecordKind.CUSTOMER,
    "order": RecordKind.ORDER,
    "订单": RecordKind.ORDER,
    "case": RecordKind.CASE,
    "案例": RecordKind.CASE,
    "工单": RecordKind.CASE,
    "notice": RecordKind.NOTICE,
    "公告": RecordKind.NOTICE,
    "通知": RecordKind.NOTICE,
    "synonym": RecordKind.SYNONYM,
    "同义词": RecordKind.SYNONYM,
    "reason": RecordKind.REASON,
    "联系原因": RecordKind.REASON,
    "article": RecordKind.ARTICLE,
    "知识": RecordKind.ARTICLE,
    "条目": RecordKind.ARTICLE,
    "faq": RecordKind.ARTICLE,
}
_TEXTS = frozenset({"title", "questions", "body"})
# Fields that only one kind of record has, with what each kind is told by.
_SIGNS: Mapping[RecordKind, tuple[frozenset[str], ...]] = {
    RecordKind.ORDER: (
        frozenset({"status", "placed_at"}),
        frozenset({"status", "items"}),
        frozenset({"status", "payment.amount"}),
        frozenset({"status", "seller"}),
    ),
    RecordKind.CUSTOMER: (
        frozenset({"phone"}),
        frozenset({"tier"}),
        frozenset({"address"}),
        frozenset({"region"}),
    ),
    RecordKind.NOTICE: (frozenset({"kind", "wording"}), frozenset({"kind", "priority"})),
    RecordKind.REASON: (frozenset({"title_zh", "intents"}),),
}


def guess_file_kind(path: Path) -> RecordKind | None:
    """Return the kind that a file's name tells, or None; a folder of Markdown holds articles."""
    if path.is_dir() or path.suffix.lower() == ".md":
        return RecordKind.ARTICLE
    name = path.stem.lower()
    return next((kind for word, kind in _FILE_WORDS.items() if word in name), None)


def guess_row_kind(values: Mapping[str, object]) -> RecordKind:
    """Return the kind that a row's columns tell; whatever is nothing else is an article."""
    if _is_case(values):
        return RecordKind.CASE
    for kind, signs in _SIGNS.items():
        fields = {COLUMNS[kind].find_field(name) for name in values}
        if any(sign <= fields for sign in signs):
            return kind
    return RecordKind.SYNONYM if _is_synonym(values) else RecordKind.ARTICLE


def _is_synonym(values: Mapping[str, object]) -> bool:
    has_terms = any(SYNONYM_COLUMNS.find_field(name) == "terms" for name in values)
    # A table of articles may list words beside its texts.
    return has_terms and not any(ARTICLE_COLUMNS.find_field(name) in _TEXTS for name in values)


def _is_case(values: Mapping[str, object]) -> bool:
    fields = {CASE_COLUMNS.find_field(name): name for name in values}
    if "question" not in fields or "solution" not in fields:
        return False
    # "问题, 答案" is a table of frequent questions; "问题, 解决方案" a table of cases.
    return ARTICLE_COLUMNS.find_field(fields["solution"]) != "body"
