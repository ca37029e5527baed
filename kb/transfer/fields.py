"""How each field of each kind of record is read from its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from kb.orders.repository import TIMES
from kb.transfer import choices
from kb.transfer.cells import (
    Converter,
    UnusableCell,
    make_choice,
    to_id,
    to_list,
    to_moment,
    to_number,
    to_path,
    to_structure,
    to_text,
    to_turns,
    to_whole_number,
)

Converters = Mapping[str, Converter]

_PERIOD: Converters = {
    "applies_when": to_structure,
    "effective_from": to_moment,
    "effective_to": to_moment,
    "audience": make_choice(choices.AUDIENCES),
}
ARTICLE: Converters = {
    "id": to_id,
    "version": to_whole_number,
    "title": to_text,
    "questions": to_list,
    "body": to_text,
    "public_body": to_text,
    "reply": to_text,
    "category": to_path,
    "tags": to_list,
    "products": to_list,
    **_PERIOD,
    "basis": make_choice(choices.BASES),
    "status": make_choice(choices.STATUSES),
    "source": to_text,
    "owner": to_text,
    "language": make_choice(choices.LANGUAGES),
}
# Nested fields without their positions: `items.sku` is the SKU of any item.
ORDER: Converters = {
    "id": to_id,
    "status": make_choice(choices.ORDER_STATUSES),
    **dict.fromkeys(TIMES, to_moment),
    "payment.method": make_choice(choices.PAYMENT_METHODS),
    "payment.amount": to_number,
    "seller.kind": make_choice(choices.SELLER_KINDS),
    "seller.name": to_text,
    "items.sku": to_id,
    "items.name": to_text,
    "items.category": to_path,
    "items.quantity": to_whole_number,
    "items.price": to_number,
    "items.tags": to_list,
    "shipments.carrier": to_text,
    "shipments.tracking_no": to_id,
    "shipments.direction": make_choice(choices.DIRECTIONS),
    "shipments.events.at": to_moment,
    "shipments.events.status": make_choice(choices.EVENT_STATUSES),
    "shipments.events.place": to_text,
    "shipments.events.text": to_text,
    "invoice.kind": make_choice(choices.INVOICE_KINDS),
    "invoice.issued_at": to_moment,
    "refund.status": make_choice(choices.REFUND_STATUSES),
    "refund.requested_at": to_moment,
    "refund.amount": to_number,
    "customer.id": to_id,
    "customer.tier": make_choice(choices.TIERS),
    "customer.region": to_path,
}
CASE: Converters = {
    "id": to_id,
    "question": to_text,
    "turns": to_turns,
    "solution": to_text,
    "remedy": to_text,
    **{f"order.{name}": converter for name, converter in ORDER.items()},
    "outcome": make_choice(choices.OUTCOMES),
    "satisfaction": to_whole_number,
    "closed_at": to_moment,
    "intent": to_text,
    "language": make_choice(choices.LANGUAGES),
}
CUSTOMER: Converters = {
    "id": to_id,
    "name": to_text,
    "phone": to_text,
    "email": to_text,
    "tier": make_choice(choices.TIERS),
    "region": to_path,
    "address": to_text,
}
NOTICE: Converters = {
    "id": to_id,
    "title": to_text,
    "kind": make_choice(choices.NOTICE_KINDS),
    "body": to_text,
    "wording": to_text,
    **_PERIOD,
    "priority": to_whole_number,
}
SYNONYM: Converters = {
    "id": to_id,
    "terms": to_list,
    "means": to_list,
    "note": to_text,
}
REASON: Converters = {
    "id": to_id,
    "title_zh": to_text,
    "title_en": to_text,
    "intents": to_list,
    "ask_zh": to_text,
    "ask_en": to_text,
}


def place(tree: dict[str, Any], field: str, value: object) -> None:
    """Put a value at its dotted place in a tree of mappings; what is there already stays."""
    *way, last = field.split(".")
    for part in way:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            return
    tree.setdefault(last, value)


def gather_lists(tree: dict[str, Any]) -> dict[str, Any]:
    """Turn mappings whose names are positions (`items.0.sku`) into lists."""
    return {name: _gather(value) for name, value in tree.items()}


def _gather(value: object) -> object:
    if not isinstance(value, dict):
        return value
    parts = gather_lists(value)
    if parts and all(name.isdecimal() for name in map(str, parts)):
        return [parts[name] for name in sorted(parts, key=int)]
    return parts


def convert(
    data: Mapping[str, Any],
    converters: Converters,
    zone: tzinfo,
    *,
    on_fault: Callable[[str, UnusableCell], None],
    above: str = "",
) -> dict[str, Any]:
    """Return the data with every field converted and absent ones left out; faults are reported, not raised."""
    converted: dict[str, Any] = {}
    for name, value in data.items():
        field = f"{above}{name}"
        try:
            result = _convert_one(field, value, converters, zone, on_fault)
        except UnusableCell as fault:
            on_fault(field, fault)
        else:
            if result is not None:
                converted[name] = result
    return converted


def _convert_one(
    field: str,
    value: object,
    converters: Converters,
    zone: tzinfo,
    on_fault: Callable[[str, UnusableCell], None],
) -> object:
    if value is None:
        return None
    if field in converters:
        return converters[field](value, zone)
    value = to_structure(value, zone)
    if isinstance(value, Mapping):
        return convert(value, converters, zone, on_fault=on_fault, above=f"{field}.")
    if isinstance(value, list | tuple):
        return [_convert_one(field, part, converters, zone, on_fault) for part in value]
    return value
