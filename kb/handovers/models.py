"""What is kept of a hand-over: plain values and their table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kb.database import Base, UtcDateTime
from kb.feedback.models import MAX_ORDER_ID, MAX_REQUEST_ID

ID_LENGTH = 32
MAX_CUSTOMER_ID = 200


class Speaker(StrEnum):
    """Who said something."""

    CUSTOMER = "customer"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Said:
    """Something said before the hand-over."""

    role: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article that the customer had read already, by the title that it had."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class NewHandover:
    """A hand-over as it arrives; customer and order are known for sure, or not at all."""

    question: str
    turns: tuple[Said, ...]
    shown: tuple[ReadArticle, ...]
    customer_id: str | None = None
    order_id: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """A hand-over as it is kept: its texts masked."""

    handover_id: str
    at: datetime
    question: str
    turns: tuple[Said, ...]
    shown: tuple[ReadArticle, ...]
    customer_id: str | None
    order_id: str | None
    request_id: str | None


class HandoverRow(Base):
    """A stored hand-over."""

    __tablename__ = "handovers"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    customer_id: Mapped[str | None] = mapped_column(String(MAX_CUSTOMER_ID), index=True)
    order_id: Mapped[str | None] = mapped_column(String(MAX_ORDER_ID))
    request_id: Mapped[str | None] = mapped_column(String(MAX_REQUEST_ID))
    question: Mapped[str] = mapped_column(Text)
    # [role, text] each.
    turns: Mapped[list[list[str]]] = mapped_column(JSON)
    # [id, title] each.
    shown: Mapped[list[list[str]]] = mapped_column(JSON)
