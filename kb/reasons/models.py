"""Contact reasons: the border model `ContactReason`, which groups the intents of cases, and its table."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kb.articles.models import ItemId
from kb.cases.models import MAX_INTENT, Intent
from kb.database import Base, UtcDateTime
from kb.orders.words import Words
from kb.text.clean import CleanText

MAX_INTENTS = 200
MAX_TITLE = 100
MAX_ASK = 200

Title = Annotated[str, CleanText, Field(max_length=MAX_TITLE)]
Ask = Annotated[str, CleanText, Field(max_length=MAX_ASK)]


class ContactReason(BaseModel):
    """Why customers get in touch: what agents call it, the intents it covers, and how a customer would ask.

    `ask` finds the solution that is ready for it; without one the reason has none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[ItemId, Field(max_length=MAX_INTENT)]
    title_zh: Annotated[Title, Field(min_length=1)]
    title_en: Title | None = None
    intents: Annotated[tuple[Intent, ...], Field(min_length=1, max_length=MAX_INTENTS)]
    ask_zh: Ask | None = None
    ask_en: Ask | None = None

    @field_validator("title_en", "ask_zh", "ask_en")
    @classmethod
    def _blank_is_none(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @field_validator("intents")
    @classmethod
    def _named_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value))

    @property
    def title(self) -> Words:
        """The title in both languages."""
        return Words(self.title_zh, self.title_en or self.title_zh)

    @property
    def ask(self) -> str | None:
        """What a customer with this reason would ask, in Chinese where that is told."""
        return self.ask_zh or self.ask_en


def hash_reason(reason: ContactReason) -> str:
    """Return the SHA-256 of everything a reason says."""
    return hashlib.sha256(orjson.dumps(reason.model_dump(), option=orjson.OPT_SORT_KEYS)).hexdigest()


class ContactReasonRow(Base):
    """A reason as stored."""

    __tablename__ = "contact_reasons"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str | None] = mapped_column(Text)
    intents: Mapped[list[str]] = mapped_column(JSON)
    ask_zh: Mapped[str | None] = mapped_column(Text)
    ask_en: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
