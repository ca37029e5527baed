"""The command line `kb try-source`: ask the configured source once, and show what is made of its answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Annotated, Any

import orjson
import typer

from kb.audit.models import Act, AuditAction, AuditOutcome, Caller
from kb.audit.trail import AuditTrail
from kb.customers.cli import read_user
from kb.customers.desk import digest_query
from kb.customers.masking import mask_address, mask_email, mask_name, mask_phone
from kb.database import Database
from kb.errors import InvalidInput
from kb.opening import open_for_command
from kb.orders.order import Order
from kb.orders.tables import Customer
from kb.settings import Settings
from kb.sources.opening import open_source
from kb.sources.ports import Fetched, Source, SourceState
from kb.text.mask import mask_personal_data

PLAIN = frozenset({"id", "sku", "tracking_no", "at", "status", "kind", "method", "direction", "tier"})

EXIT_NONE = 1
SHOWN_ORDERS = 20

OrderId = Annotated[str | None, typer.Option("--order", help="The id of an order.")]
CustomerId = Annotated[str | None, typer.Option("--customer", help="The id of a customer, whose orders are listed.")]
Phone = Annotated[str | None, typer.Option("--phone", help="A customer's phone; noted in the audit trail.")]


def try_source(order: OrderId = None, customer: CustomerId = None, phone: Phone = None) -> None:
    """Ask the source of orders once, and show what its answer is read as, for trying a settings file."""
    asked = [value for value in (order, customer, phone) if value is not None]
    if len(asked) != 1:
        raise InvalidInput("Give one of --order, --customer and --phone.")
    settings = Settings()
    with open_for_command(settings) as database, open_source(settings, database) as source:
        fetched = _ask(source, database, order=order, customer=customer, phone=asked[0])
    typer.echo(orjson.dumps(_describe(fetched), option=orjson.OPT_INDENT_2).decode())
    if fetched.value is None:
        raise typer.Exit(EXIT_NONE)


def _ask(source: Source, database: Database, *, order: str | None, customer: str | None, phone: str) -> Fetched[Any]:
    if order is not None:
        return source.find_order(order)
    if customer is not None:
        return source.list_customer_orders(customer, limit=SHOWN_ORDERS)
    return _look_up(database, phone, lambda: source.find_customer_by_phone(phone))


def _look_up(database: Database, phone: str, find: Callable[[], Fetched[Customer]]) -> Fetched[Customer]:
    """Find somebody by phone, noted before anything is shown, as every look-up is."""
    act = Act(Caller(read_user(), None, uuid.uuid4().hex), AuditAction.LOOKUP, digest_query(database, phone))
    return AuditTrail(database).run(act, find, _name_outcome)


def _name_outcome(fetched: Fetched[Customer]) -> AuditOutcome:
    if fetched.report.state is SourceState.UNAVAILABLE:
        return AuditOutcome.FAILED
    return AuditOutcome.NONE if fetched.value is None else AuditOutcome.FOUND


def _describe(fetched: Fetched[Any]) -> dict[str, Any]:
    report = fetched.report
    return {
        "state": report.state,
        "age_seconds": report.age_seconds,
        "reason": report.reason,
        "detail": fetched.detail,
        "found": _show(fetched.value),
    }


def _show(value: object) -> Any:
    match value:
        case Order():
            return _mask(value.model_dump(mode="json", exclude_none=True))
        case Customer():
            return {
                "id": value.id,
                "name": mask_name(value.name),
                "phone": mask_phone(value.phone),
                "email": mask_email(value.email),
                "tier": value.tier,
                "address": mask_address(value.address),
            }
        case tuple():
            return [_show(one) for one in value]
        case _:
            return None


def _mask(value: Any, name: str = "") -> Any:
    """Mask every text but numbers and times: carriers' remarks name people."""
    match value:
        case dict():
            return {key: _mask(part, key) for key, part in value.items()}
        case list():
            return [_mask(part, name) for part in value]
        case str() if name not in PLAIN and not name.endswith("_at"):
            return mask_personal_data(value).text
        case _:
            return value
