"""From a row's named values to a checked record; every fault names the field and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from kb.articles.models import Article
from kb.cases.models import Case
from kb.errors import InvalidCondition, InvalidInput, InvalidReply
from kb.notices.models import Notice
from kb.orders.order import Order
from kb.orders.tables import Customer
from kb.reasons.models import ContactReason
from kb.synonyms.models import Synonym
from kb.text.sentences import split_sentences
from kb.transfer import fields
from kb.transfer.cells import UnusableCell
from kb.transfer.columns import ColumnTable
from kb.transfer.kinds import COLUMNS, RecordKind
from kb.transfer.problems import FieldProblem, InvalidRow, explain
from kb.transfer.structured import InvalidStructure, check_depth

Record = Article | Case | ContactReason | Customer | Order | Notice | Synonym
Values = Mapping[str, object]
_Model = TypeVar("_Model", bound=BaseModel)

SHOP_ZONE = ZoneInfo("Asia/Shanghai")
MAX_TITLE_CHARACTERS = 60
# Enough for any first sentence; cutting a whole handbook into sentences for its title would be slow.
OPENING_CHARACTERS = 500


def parse_article(values: Values, *, zone: tzinfo = SHOP_ZONE) -> Article:
    """Return the article a row holds; without a title, the first question or the text's opening is one."""
    columns, data = _collect(values, COLUMNS[RecordKind.ARTICLE], fields.ARTICLE, zone)
    if not str(data.get("title", "")).strip():
        data["title"] = _find_title(data)
    data.setdefault("language", guess_language(f"{data['title']}{data.get('body', '')}"))
    return _validate(Article, data, columns)


def parse_case(values: Values, *, zone: tzinfo = SHOP_ZONE) -> Case:
    """Return the case a row holds, its order cut to the fields an order has."""
    columns, data = _collect(values, COLUMNS[RecordKind.CASE], fields.CASE, zone)
    if isinstance(data.get("order"), dict) and data["order"]:
        order = _validate(Order, data["order"], {name.removeprefix("order."): c for name, c in columns.items()})
        data["order"] = order.model_dump(mode="json", exclude_none=True)
    data.setdefault("language", guess_language(f"{data.get('question', '')}{data.get('solution', '')}"))
    return _validate(Case, data, columns)


def parse_customer(values: Values, *, zone: tzinfo = SHOP_ZONE) -> Customer:
    """Return the customer a row holds."""
    columns, data = _collect(values, COLUMNS[RecordKind.CUSTOMER], fields.CUSTOMER, zone)
    return _validate(Customer, data, columns)


def parse_order(values: Values, *, zone: tzinfo = SHOP_ZONE) -> Order:
    """Return the order a row holds; its id is needed here, unlike in a question."""
    columns, data = _collect(values, COLUMNS[RecordKind.ORDER], fields.ORDER, zone)
    if not data.get("id"):
        raise InvalidRow((FieldProblem(columns.get("id", "id"), "is missing", "Fill it in; every row needs it."),))
    return _validate(Order, data, columns)


def parse_notice(values: Values, *, zone: tzinfo = SHOP_ZONE) -> Notice:
    """Return the notice a row holds."""
    columns, data = _collect(values, COLUMNS[RecordKind.NOTICE], fields.NOTICE, zone)
    return _validate(Notice, data, columns)


def parse_synonym(values: Values, *, zone: tzinfo = SHOP_ZONE) -> Synonym:
    """Return the rule of synonyms a row holds."""
    columns, data = _collect(values, COLUMNS[RecordKind.SYNONYM], fields.SYNONYM, zone)
    return _validate(Synonym, data, columns)


def parse_reason(values: Values, *, zone: tzinfo = SHOP_ZONE) -> ContactReason:
    """Return the contact reason a row holds."""
    columns, data = _collect(values, COLUMNS[RecordKind.REASON], fields.REASON, zone)
    return _validate(ContactReason, data, columns)


PARSERS: Mapping[RecordKind, Callable[..., Record]] = {
    RecordKind.CUSTOMER: parse_customer,
    RecordKind.ORDER: parse_order,
    RecordKind.ARTICLE: parse_article,
    RecordKind.CASE: parse_case,
    RecordKind.NOTICE: parse_notice,
    RecordKind.SYNONYM: parse_synonym,
    RecordKind.REASON: parse_reason,
}


def guess_language(text: str) -> str:
    """Return `zh` where any Chinese character is in the text, or no letter at all; else `en`."""
    has_chinese = any("㐀" <= character <= "鿿" for character in text)
    return "en" if not has_chinese and any(character.isalpha() for character in text) else "zh"


def _find_title(data: Mapping[str, Any]) -> str:
    questions = data.get("questions") or [""]
    if questions[0].strip():
        return str(questions[0])
    opening = str(data.get("body", ""))[:OPENING_CHARACTERS].lstrip("# \t\r\n")
    return split_sentences(opening)[0].strip()[:MAX_TITLE_CHARACTERS].strip() if opening else ""


def _collect(
    values: Values, table: ColumnTable, converters: fields.Converters, zone: tzinfo
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what the file calls each field, and the converted values; raises `InvalidRow` with every fault."""
    columns: dict[str, str] = {}
    problems: list[FieldProblem] = []
    tree: dict[str, Any] = {}
    for name, value in values.items():
        field = table.find_field(name)
        if value is not None and (guard := table.find_misspelt_guard(name)):
            problem = f"is not a known column, but close to {guard!r}, which decides when and to whom the item is shown"
            problems.append(FieldProblem(name[:60], problem, f"Rename it to {guard!r}, or remove it."))
        if field is None or value is None or field in columns:
            continue
        columns[field] = name
        try:
            check_depth(value)
        except InvalidStructure as error:
            problems.append(FieldProblem(name, str(error), "Correct the value."))
        else:
            fields.place(tree, field, value)
    data = fields.convert(fields.gather_lists(tree), converters, zone, on_fault=_note(problems, columns))
    if problems:
        raise InvalidRow(tuple(problems))
    return columns, data


def _note(problems: list[FieldProblem], columns: Mapping[str, str]) -> Callable[[str, UnusableCell], None]:
    def note(field: str, fault: UnusableCell) -> None:
        name = columns.get(field) or field
        problems.append(FieldProblem(name, fault.problem, fault.remedy))

    return note


def _validate(model: type[_Model], data: Mapping[str, Any], columns: Mapping[str, str]) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise explain(error, columns) from error
    except InvalidInput as error:
        name = _NAMES_OF_ERRORS.get(type(error), "")
        problem = FieldProblem(columns.get(name, name) or None, error.message.rstrip("."), "Correct the value.")
        raise InvalidRow((problem,)) from error


_NAMES_OF_ERRORS: Mapping[type[InvalidInput], str] = {InvalidCondition: "applies_when", InvalidReply: "reply"}
