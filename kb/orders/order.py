"""The order a question is about, as the API, datasets and imports send it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

MAX_TEXT = 500
MAX_ITEMS = 200
MAX_SHIPMENTS = 50
MAX_EVENTS = 500
MAX_TAGS = 100
MAX_PATH_DEPTH = 20
# Years outside this range overflow when moved between zones, and no shop has such orders.
FIRST_YEAR, LAST_YEAR = 1970, 9000


class OrderStatus(StrEnum):
    """How far an order has come."""

    PENDING_PAYMENT = "pending_payment"
    PAID = "paid"
    PREPARING = "preparing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class PaymentMethod(StrEnum):
    """How the customer pays."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    CARD = "card"
    BALANCE = "balance"
    INSTALLMENT = "installment"
    CASH_ON_DELIVERY = "cash_on_delivery"


class SellerKind(StrEnum):
    """Who sells: the shop itself, or a merchant on its platform."""

    SELF = "self"
    THIRD_PARTY = "third_party"


class ShipmentDirection(StrEnum):
    """Which way a parcel travels: to the customer, or back."""

    FORWARD = "forward"
    RETURN = "return"


class ShipmentEventStatus(StrEnum):
    """What one scan of a parcel says."""

    CREATED = "created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    AT_STATION = "at_station"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    REFUSED = "refused"
    EXCEPTION = "exception"
    LOST = "lost"


class InvoiceKind(StrEnum):
    """Which kind of invoice was asked for."""

    ELECTRONIC = "electronic"
    PAPER = "paper"
    VAT_SPECIAL = "vat_special"


class RefundStatus(StrEnum):
    """How far a refund has come."""

    NONE = "none"
    REQUESTED = "requested"
    APPROVED = "approved"
    RETURNING = "returning"
    RECEIVED = "received"
    REFUNDED = "refunded"
    REJECTED = "rejected"


class CustomerTier(StrEnum):
    """The customer's membership."""

    ORDINARY = "ordinary"
    PLUS = "plus"
    ENTERPRISE = "enterprise"


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def _refuse_unstorable_text(value: object) -> object:
    if isinstance(value, str) and _UNSTORABLE.search(value):
        raise PydanticCustomError("unstorable_text", "Text holds a NUL or half of a surrogate pair; send clean UTF-8")
    return value


def _accept_whole_number(value: object) -> object:
    # Spreadsheets and YAML turn an order number into an integer.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _refuse_bool(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("number_expected", "Input should be a number, not true or false")
    return value


def _require_iso_text(value: object) -> object:
    # Numbers are refused: 0 means "never" in many shops, and would read as 1970.
    if isinstance(value, datetime) or (isinstance(value, str) and value[4:5] == "-"):
        return value
    raise PydanticCustomError(
        "time_expected", "Input should be an ISO 8601 time with a zone, such as 2026-11-15T10:02:00+08:00"
    )


def _require_zone(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise PydanticCustomError("zone_missing", "The time has no zone; add one, such as +08:00")
    # In UTC too: so it is stored, and read again.
    if not (FIRST_YEAR <= value.year <= LAST_YEAR and value.astimezone(UTC).year >= FIRST_YEAR):
        raise PydanticCustomError("time_out_of_range", "The year should be between 1970 and 9000")
    return value


def split_path(text: str) -> tuple[str, ...]:
    """Split "a/b/c" into its parts, without blanks."""
    return tuple(part for part in (piece.strip() for piece in text.split("/")) if part)


def _flatten_path(value: object) -> object:
    """Bring a path given as text, or as parts that hold slashes themselves, into plain parts."""
    pieces = [value] if isinstance(value, str) else value
    if not isinstance(pieces, list | tuple) or not all(isinstance(piece, str) for piece in pieces):
        return value
    return tuple(part for piece in pieces for part in split_path(piece))


Text = Annotated[str, Field(max_length=MAX_TEXT), BeforeValidator(_refuse_unstorable_text)]
Identifier = Annotated[Text, BeforeValidator(_accept_whole_number)]
Moment = Annotated[datetime, BeforeValidator(_require_iso_text), AfterValidator(_require_zone)]
Yuan = Annotated[float, BeforeValidator(_refuse_bool), Field(ge=0, allow_inf_nan=False)]
PathParts = Annotated[tuple[Text, ...], Field(max_length=MAX_PATH_DEPTH), BeforeValidator(_flatten_path)]


class _Part(BaseModel):
    # Inputs stay out of error texts: they are customers' data, and error texts are logged.
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Payment(_Part):
    """How and how much the customer paid."""

    method: PaymentMethod | None = None
    amount: Yuan | None = None


class Seller(_Part):
    """Who sold the order."""

    kind: SellerKind | None = None
    name: Text | None = None


class Item(_Part):
    """One line of the order."""

    sku: Identifier | None = None
    name: Text | None = None
    category: PathParts | None = None
    quantity: Annotated[int, BeforeValidator(_refuse_bool), Field(ge=0, le=1_000_000)] | None = None
    price: Yuan | None = None
    tags: Annotated[tuple[Text, ...], Field(max_length=MAX_TAGS)] | None = None


class ShipmentEvent(_Part):
    """One scan of a parcel."""

    at: Moment
    status: ShipmentEventStatus | None = None
    place: Text | None = None
    text: Text | None = None


class Shipment(_Part):
    """One parcel, to the customer or back."""

    carrier: Text | None = None
    tracking_no: Identifier | None = None
    direction: ShipmentDirection | None = None
    events: Annotated[tuple[ShipmentEvent, ...], Field(max_length=MAX_EVENTS)] | None = None


class Invoice(_Part):
    """The invoice of the order."""

    kind: InvoiceKind | None = None
    issued_at: Moment | None = None


class Refund(_Part):
    """The refund of the order."""

    status: RefundStatus | None = None
    requested_at: Moment | None = None
    amount: Yuan | None = None


class Customer(_Part):
    """Who bought."""

    id: Identifier | None = None
    tier: CustomerTier | None = None
    region: PathParts | None = None


class Order(_Part):
    """An order as far as it is known; `None` always means "not known", never "no"."""

    id: Identifier | None = None
    status: OrderStatus
    placed_at: Moment | None = None
    paid_at: Moment | None = None
    shipped_at: Moment | None = None
    promised_at: Moment | None = None
    delivered_at: Moment | None = None
    completed_at: Moment | None = None
    cancelled_at: Moment | None = None
    payment: Payment | None = None
    seller: Seller | None = None
    items: Annotated[tuple[Item, ...], Field(max_length=MAX_ITEMS)] | None = None
    shipments: Annotated[tuple[Shipment, ...], Field(max_length=MAX_SHIPMENTS)] | None = None
    invoice: Invoice | None = None
    refund: Refund | None = None
    customer: Customer | None = None
