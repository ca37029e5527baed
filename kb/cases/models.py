"""Past cases: the border model `Case` and its table."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import JSON, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kb.articles.models import ItemId, Line
from kb.database import Base, UtcDateTime
from kb.orders.order import Order
from kb.text.clean import CleanText

MAX_INTENT = 100

Utterance = Annotated[str, CleanText, Field(max_length=10_000)]
# What a case was about, as a shop counts its cases: a short code, the same for the same thing.
Intent = Annotated[str, CleanText, Field(min_length=1, max_length=MAX_INTENT)]


class Outcome(StrEnum):
    """How a case ended."""

    SOLVED = "solved"
    REOPENED = "reopened"
    ESCALATED = "escalated"


class Turn(BaseModel):
    """One thing said in a conversation."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["customer", "agent"] = "customer"
    text: Utterance


class Case(BaseModel):
    """A closed customer case as imports and exports carry it; `order` holds the order's facts at the time.

    `remedy` says what was done in a few words, the same words for the same thing: that is what makes it countable.
    `intent` is a short code for what the customer wanted; contact reasons group them.
    """

    model_config = ConfigDict(extra="forbid")

    id: ItemId
    question: Annotated[str, CleanText, Field(min_length=1, max_length=10_000)]
    turns: list[Turn] = Field(default_factory=list, max_length=100)
    solution: Utterance
    remedy: Line | None = None
    order: dict[str, Any] | None = None
    outcome: Outcome = Outcome.SOLVED
    satisfaction: int | None = Field(None, ge=1, le=5)
    closed_at: AwareDatetime | None = None
    intent: Intent | None = None
    language: Annotated[str, Field(pattern="^(zh|en)$")] = "zh"

    @field_validator("turns", mode="before")
    @classmethod
    def _plain_turns_are_the_customers(cls, value: object) -> object:
        if isinstance(value, list):
            return [{"text": turn} if isinstance(turn, str) else turn for turn in value]
        return value

    @field_validator("intent", mode="before")
    @classmethod
    def _blank_is_no_intent(cls, value: object) -> object:
        return value.strip() or None if isinstance(value, str) else value

    @field_validator("remedy")
    @classmethod
    def _no_words_name_no_remedy(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @field_validator("order")
    @classmethod
    def _order_is_an_order(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value:
            Order.model_validate(value)
        return value or None


def hash_case(case: Case) -> str:
    """Return the SHA-256 of everything a case says."""
    content = case.model_dump(mode="python")
    content["closed_at"] = case.closed_at.timestamp() if case.closed_at else None
    if case.remedy is None:
        del content["remedy"]  # Cases stored before there were remedies must not all count as changed.
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


class CaseRow(Base):
    """A case, with personal data already masked."""

    __tablename__ = "cases"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    turns: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    solution: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    order: Mapped[Any] = mapped_column("order_facts", JSON(none_as_null=True), nullable=True)
    outcome: Mapped[str] = mapped_column(String(16))
    satisfaction: Mapped[int | None] = mapped_column(Integer)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    intent: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
