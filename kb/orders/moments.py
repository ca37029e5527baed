"""When things happened to an order."""

from __future__ import annotations

from datetime import datetime

from kb.orders.order import Order


def list_moments(order: Order) -> list[datetime]:
    """Return every moment at which something happened to an order, in no order; what was promised is none."""
    steps = (order.placed_at, order.paid_at, order.shipped_at, order.delivered_at, order.completed_at)
    moments = [moment for moment in (*steps, order.cancelled_at) if moment is not None]
    moments += [event.at for shipment in order.shipments or () for event in shipment.events or ()]
    if order.refund and order.refund.requested_at:
        moments.append(order.refund.requested_at)
    return moments
