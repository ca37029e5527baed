"""The tables of customers, orders, shipments and their trace events, and the border model `Customer`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.articles.models import ItemId, Line
from kb.database import Base, UtcDateTime
from kb.orders.order import CustomerTier
from kb.orders.tails import MAX_REVERSED

# Code points, not a language's order: only so is what begins alike a range of the index.
Reversed = String(MAX_REVERSED).with_variant(String(MAX_REVERSED, collation="C"), "postgresql")


class Customer(BaseModel):
    """A customer as imports and exports carry it."""

    model_config = ConfigDict(extra="forbid")

    id: ItemId
    name: Line | None = None
    phone: Line | None = None
    email: Line | None = None
    tier: CustomerTier | None = None
    region: list[Annotated[Line, Field(min_length=1)]] = Field(default_factory=list, max_length=10)
    address: Line | None = None


class CustomerRow(Base):
    """A customer; `phone_digits` are all digits of the phone, `phone_reversed` is what it is looked up by."""

    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    phone_digits: Mapped[str | None] = mapped_column(String(32), index=True)
    phone_reversed: Mapped[str | None] = mapped_column(Reversed, index=True)
    email: Mapped[str | None] = mapped_column(Text)
    tier: Mapped[str | None] = mapped_column(String(16))
    region: Mapped[list[str]] = mapped_column(JSON)
    address: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))


class OrderRow(Base):
    """An order; items are values of the order, shipments have rows of their own."""

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_customer_placed", "customer_id", "placed_at"),)

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    id_reversed: Mapped[str | None] = mapped_column(Reversed, index=True)
    customer_id: Mapped[str | None] = mapped_column(String(200))
    customer: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    status: Mapped[str] = mapped_column(String(32), index=True)
    placed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shipped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    promised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    payment: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    seller: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    items: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    invoice: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    refund: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    amount: Mapped[float | None] = mapped_column(Float)
    content_hash: Mapped[str] = mapped_column(String(64))
    shipments: Mapped[list[ShipmentRow]] = relationship(
        back_populates="order", order_by="ShipmentRow.position", cascade="all, delete-orphan", lazy="selectin"
    )


class ShipmentRow(Base):
    """One parcel of an order, forward or return."""

    __tablename__ = "shipments"

    row_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    carrier: Mapped[str | None] = mapped_column(Text)
    tracking_no: Mapped[str | None] = mapped_column(String(200), index=True)
    tracking_reversed: Mapped[str | None] = mapped_column(Reversed, index=True)
    direction: Mapped[str | None] = mapped_column(String(16))
    order: Mapped[OrderRow] = relationship(back_populates="shipments")
    events: Mapped[list[ShipmentEventRow]] = relationship(
        back_populates="shipment",
        order_by="ShipmentEventRow.position",
        cascade="all, delete-orphan",
        lazy="selectin",
    )


class ShipmentEventRow(Base):
    """One scan of a parcel."""

    __tablename__ = "shipment_events"

    row_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.row_id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str | None] = mapped_column(String(32))
    place: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    shipment: Mapped[ShipmentRow] = relationship(back_populates="events")
