"""Reading orders and customers that were stored: types are checked, and not again the rules for what comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import SchemaValidator
from pydantic_core.core_schema import CoreConfig

from kb.orders.order import Order
from kb.orders.tables import Customer

# Functions of ours, which take two thirds of the time: everything is checked by them before it is saved.
RULES = frozenset({"function-before", "function-after"})


def _leave_out_rules(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_leave_out_rules(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in RULES:
        return _leave_out_rules(schema["schema"])
    return {name: _leave_out_rules(part) for name, part in schema.items()}


def _make_check(model: type[BaseModel]) -> SchemaValidator:
    return SchemaValidator(
        _leave_out_rules(model.__pydantic_core_schema__),
        CoreConfig(hide_input_in_errors=True),
        _use_prebuilt=False,  # The parts' own validators hold the rules.
    )


_ORDER, _CUSTOMER = _make_check(Order), _make_check(Customer)


def read_stored_order(values: Mapping[str, Any]) -> Order:
    """Return an order from its stored values; raises pydantic's `ValidationError` where they are none."""
    order: Order = _ORDER.validate_python(values)
    return order


def read_stored_customer(values: Mapping[str, Any]) -> Customer:
    """Return a customer from the stored values; raises pydantic's `ValidationError` where they are none."""
    customer: Customer = _CUSTOMER.validate_python(values)
    return customer
