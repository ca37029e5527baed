"""What the audit trail holds: an act, how it ended, and the tables of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kb.database import Base, UtcDateTime
from kb.text.clean import CleanText

MAX_ACTOR = 64
MAX_REASON = 500
HEAD = 1  # The id of the only row of `audit_head`.


def _refuse_unprintable(text: str) -> str:
    """Return the text without blanks around it, or raise ValueError where nothing, or a control character, is in it."""
    text = text.strip()
    if not text:
        raise ValueError("says nothing; write who or why")
    if not text.isprintable():
        raise ValueError("holds a line break or another control character; write it on one line")
    return text


Actor = Annotated[str, CleanText, Field(min_length=1, max_length=MAX_ACTOR), AfterValidator(_refuse_unprintable)]
Reason = Annotated[str, CleanText, Field(min_length=1, max_length=MAX_REASON), AfterValidator(_refuse_unprintable)]


class AuditAction(StrEnum):
    """What somebody did."""

    LOOKUP = "lookup"
    REVEAL = "reveal"
    KEY_CREATE = "key_create"
    KEY_ROTATE = "key_rotate"
    KEY_REVOKE = "key_revoke"
    KEY_REFUSED = "key_refused"


class AuditOutcome(StrEnum):
    """How it ended; `refused` is input that could not be used, `failed` a fault of ours."""

    FOUND = "found"
    SEVERAL = "several"
    NONE = "none"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, why, and in which request."""

    actor: str
    why: str | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody does; `what` never holds a customer's own data."""

    caller: Caller
    action: AuditAction
    what: str


class AuditRow(Base):
    """An act and how it ended; `hash` covers the row and the hash of the one before."""

    __tablename__ = "audit"

    row_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(MAX_ACTOR), index=True)
    action: Mapped[str] = mapped_column(String(16))
    what: Mapped[str] = mapped_column(Text)
    why: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(16))
    request_id: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Base):
    """The newest row of the trail: without it nobody would miss the last ones."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    row_id: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
