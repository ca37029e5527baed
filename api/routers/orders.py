"""Orders that have been imported: one by its id, and the newest to choose from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.auth import DESCRIBE_KEY
from api.errors import ErrorAnswer
from api.examples import ORDER, ORDER_LIST
from api.schemas import OrderLine, OrderList, StatusWords
from api.services import ServicesNeeded
from kb.orders.order import Identifier, Order
from kb.orders.repository import get_order, list_recent_orders
from kb.orders.words import ORDER_STATUS

router = APIRouter(tags=["orders"], dependencies=[DESCRIBE_KEY])

DEFAULT_LISTED = 50
MOST_LISTED = 200

OrderId = Annotated[Identifier, Path(description="The id of an imported order.")]
ListLimit = Annotated[int, Query(ge=1, le=MOST_LISTED, description="How many at most.")]

INVALID = {"description": "The id or the limit cannot be used.", "model": ErrorAnswer}
UNAUTHORIZED = {"description": "The key is missing or wrong.", "model": ErrorAnswer}


@router.get(
    "/v1/orders",
    summary="List the newest orders",
    responses={
        200: {"content": {"application/json": {"example": ORDER_LIST}}},
        401: UNAUTHORIZED,
        422: INVALID,
    },
)
def list_orders(services: ServicesNeeded, limit: ListLimit = DEFAULT_LISTED) -> OrderList:
    """Return the newest orders with their status in words and what was bought; nothing tells whose they are."""
    with services.database.read() as session:
        orders = list_recent_orders(session, limit=limit)
    return OrderList(items=[_make_line(order) for order in orders], time_zone=services.matcher.surroundings.zone.key)


@router.get(
    "/v1/orders/{order_id}",
    summary="Read an order",
    response_model_exclude_none=True,
    responses={
        200: {"content": {"application/json": {"example": ORDER}}},
        401: UNAUTHORIZED,
        404: {"description": "No order has this id.", "model": ErrorAnswer},
        422: INVALID,
    },
)
def read_order(order_id: OrderId, services: ServicesNeeded) -> Order:
    """Return the order as far as it is known; a field that is not known is absent."""
    with services.database.read() as session:
        return get_order(session, order_id)


def _make_line(order: Order) -> OrderLine:
    words = ORDER_STATUS[order.status]
    return OrderLine(
        id=order.id or "",
        status=order.status,
        status_words=StatusWords(zh=words.zh, en=words.en),
        item_names=[item.name for item in order.items or () if item.name],
    )
