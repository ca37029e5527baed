"""Which events have been seen, those that wait for their order, and how new what we know is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.database import Base, UtcDateTime


class Subject(StrEnum):
    """What is told of as a whole: the newest telling counts."""

    ORDER = "order"
    REFUND = "refund"
    CUSTOMER = "customer"


class EventSeenRow(Base):
    """An event that was taken; `held_data` waits for the order `held_for`."""

    __tablename__ = "events_seen"

    event_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    held_for: Mapped[str | None] = mapped_column(String(200), index=True)
    held_data: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)


class NewestEventRow(Base):
    """The newest event that told of something as a whole."""

    __tablename__ = "newest_events"

    subject: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    event_id: Mapped[str] = mapped_column(String(200))
