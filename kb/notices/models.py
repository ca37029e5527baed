"""Notices: the border model `Notice` and its table."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import JSON, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kb.articles.models import Audience, ItemId
from kb.conditions import parse_condition
from kb.database import Base, UtcDateTime
from kb.text.clean import CleanText


class NoticeKind(StrEnum):
    """What a notice announces."""

    DELAY = "delay"
    RECALL = "recall"
    PACKAGING = "packaging"
    PROMOTION = "promotion"
    OUTAGE = "outage"


class Notice(BaseModel):
    """An announcement: `body` for agents, `wording` for customers, over a period; priority 1 is the highest."""

    model_config = ConfigDict(extra="forbid")

    id: ItemId
    title: Annotated[str, CleanText, Field(min_length=1, max_length=500)]
    kind: NoticeKind
    body: Annotated[str, CleanText, Field(max_length=20_000)] = ""
    wording: Annotated[str, CleanText, Field(max_length=5_000)] = ""
    applies_when: dict[str, Any] | list[Any] | None = None
    effective_from: AwareDatetime | None = None
    effective_to: AwareDatetime | None = None
    priority: int = Field(3, ge=1, le=5)
    audience: Audience = Audience.PUBLIC

    @field_validator("applies_when")
    @classmethod
    def _condition_parses(cls, value: dict[str, Any] | list[Any] | None) -> dict[str, Any] | list[Any] | None:
        parse_condition(value)
        return value or None


def hash_notice(notice: Notice) -> str:
    """Return the SHA-256 of everything a notice says."""
    content = notice.model_dump(mode="python")
    for name in ("effective_from", "effective_to"):
        content[name] = content[name].timestamp() if content[name] else None
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


class NoticeRow(Base):
    """A notice as stored."""

    __tablename__ = "notices"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    body: Mapped[str] = mapped_column(Text)
    wording: Mapped[str] = mapped_column(Text)
    applies_when: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    effective_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    effective_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    priority: Mapped[int] = mapped_column(Integer)
    audience: Mapped[str] = mapped_column(String(16))
    content_hash: Mapped[str] = mapped_column(String(64))
