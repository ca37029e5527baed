"""Lay records out in the columns of CSV files and sheets, so that readers get the same values back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from kb.articles.models import Article
from kb.cases.models import Case
from kb.notices.models import Notice
from kb.orders.repository import TIMES
from kb.orders.tables import Customer
from kb.reasons.models import ContactReason
from kb.synonyms.models import Synonym
from kb.transfer.formulas import protect
from kb.transfer.kinds import RecordKind
from kb.transfer.records import PlainRecord

Cell = str | int | float | None

COLUMNS: Mapping[RecordKind, Sequence[str]] = {
    RecordKind.CUSTOMER: tuple(Customer.model_fields),
    RecordKind.ORDER: (
        *("id", "status", *TIMES, "payment.method", "payment.amount", "seller.kind", "seller.name"),
        *("items", "shipments", "invoice.kind", "invoice.issued_at"),
        *("refund.status", "refund.requested_at", "refund.amount"),
        *("customer.id", "customer.tier", "customer.region"),
    ),
    RecordKind.ARTICLE: tuple(Article.model_fields),
    RecordKind.CASE: tuple(Case.model_fields),
    RecordKind.NOTICE: tuple(Notice.model_fields),
    RecordKind.SYNONYM: tuple(Synonym.model_fields),
    RecordKind.REASON: tuple(ContactReason.model_fields),
}
LIST_SEPARATOR = "|"
PATH_SEPARATOR = "/"
_PATHS = frozenset({"category", "region", "customer.region"})
_CUTS = frozenset("\r\n|；/>")


def make_rows(records: Iterator[PlainRecord], columns: Sequence[str]) -> Iterator[list[Cell]]:
    """Yield the cells of each record, in the order of the columns."""
    for record in records:
        yield [_make_cell(name, _find(record, name)) for name in columns]


def _find(record: PlainRecord, name: str) -> object:
    value: object = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _make_cell(name: str, value: object) -> Cell:
    if value is None or value == []:
        # An empty list says nothing for an article, but "no items" for an order.
        return "[]" if value is not None and name in {"items", "shipments"} else None
    if isinstance(value, str):
        return protect(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, list) and all(_is_simple(part) for part in value):
        return protect((PATH_SEPARATOR if name in _PATHS else LIST_SEPARATOR).join(value))
    return json.dumps(value, ensure_ascii=False)


def _is_simple(part: object) -> bool:
    """Tell whether a part of a list survives being joined and split again."""
    if not isinstance(part, str) or not part or part != part.strip():
        return False
    return _CUTS.isdisjoint(part) and not part.startswith("[")
