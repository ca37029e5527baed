"""What is kept of matches and of what people said about them: plain values and their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.database import Base, UtcDateTime
from kb.orders.order import Order

MAX_REQUEST_ID = 64
MAX_ORDER_ID = 500
MAX_CHANNEL = 50
MAX_AGENT = 64
# The whole answer, where a judgement names no solution. Texts: they are looked up by equality, which NULL never is.
WHOLE_KIND, WHOLE_ID = "", ""


class FeedbackVerdict(StrEnum):
    """What came of a solution, or of the whole answer."""

    USED = "used"
    EDITED = "edited"
    DISMISSED = "dismissed"
    SOLVED = "solved"
    WRONG = "wrong"


class AskedThrough(StrEnum):
    """Which way a question came: `READING` is an article that a customer opened without asking anything."""

    API = "api"
    WIDGET = "widget"
    READING = "reading"


# What anybody who opens the shop's page may have asked, and so may judge.
BY_CUSTOMERS = frozenset({AskedThrough.WIDGET, AskedThrough.READING})
POSITIVE = frozenset({FeedbackVerdict.USED, FeedbackVerdict.EDITED, FeedbackVerdict.SOLVED})


@dataclass(frozen=True, slots=True, order=True)
class SolutionRef:
    """Names a solution: an article or a case, whatever its version."""

    kind: ItemKind
    id: str


@dataclass(frozen=True, slots=True)
class ShownSolution:
    """A solution as it was shown, ranks from 1."""

    rank: int
    kind: ItemKind
    id: str
    version: int
    score: float

    @property
    def ref(self) -> SolutionRef:
        """The solution without its version."""
        return SolutionRef(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class AnsweredMatch:
    """A match as it was asked and answered, personal data and all: lives in memory until it is recorded.

    `at` is when it was asked, `now` the moment it was answered for. `is_filtered` says that the asker wanted to see
    some kinds or categories only: then what was not shown says nothing. `replaces` is the request id of the match that
    this question was typed on from.
    """

    request_id: str
    at: datetime
    now: datetime
    question: str
    turns: Sequence[str]
    audience: Audience
    channel: str | None
    order: Order | None
    order_id: str | None
    generation: str
    confidence: float
    answered: bool
    is_filtered: bool
    shown: Sequence[ShownSolution]
    notice_ids: Sequence[str] = ()
    through: AskedThrough = AskedThrough.API
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody said about a shown solution; about the whole answer where `solution` is None."""

    verdict: FeedbackVerdict
    solution: SolutionRef | None
    at: datetime
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedMatch:
    """A match as it is kept: texts masked, the order cut to its facts, with the judgements that stand."""

    request_id: str
    at: datetime
    now: datetime
    question: str
    turns: tuple[str, ...]
    audience: Audience
    channel: str | None
    order: Mapping[str, Any] | None
    generation: str
    confidence: float
    answered: bool
    is_filtered: bool
    shown: tuple[ShownSolution, ...]
    judgements: tuple[Judgement, ...] = field(default=())

    @property
    def is_liked(self) -> bool:
        """Tell whether anything that was shown helped."""
        return any(judgement.verdict in POSITIVE for judgement in self.judgements)


class MatchRow(Base):
    """A recorded match; a request id that was sent twice names the newest."""

    __tablename__ = "matches"

    row_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    request_id: Mapped[str] = mapped_column(String(MAX_REQUEST_ID), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    now: Mapped[datetime] = mapped_column("answered_for", UtcDateTime)
    question: Mapped[str] = mapped_column(Text)
    turns: Mapped[list[str]] = mapped_column(JSON)
    audience: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str | None] = mapped_column(String(MAX_CHANNEL))
    order_id: Mapped[str | None] = mapped_column(String(MAX_ORDER_ID), index=True)
    order: Mapped[Any] = mapped_column("order_facts", JSON(none_as_null=True), nullable=True)
    generation: Mapped[str] = mapped_column(String(200))
    confidence: Mapped[float] = mapped_column(Float)
    answered: Mapped[bool] = mapped_column(Boolean)
    is_filtered: Mapped[bool] = mapped_column(Boolean)
    through: Mapped[str] = mapped_column("asked_through", String(16))
    # [rank, kind, id, version, score] each.
    shown: Mapped[list[list[Any]]] = mapped_column(JSON)


class FeedbackRow(Base):
    """A judgement; one that was replaced or taken back stays, with the moment that it ended."""

    __tablename__ = "feedback"

    row_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.row_id"), index=True)
    solution_kind: Mapped[str] = mapped_column(String(16))
    solution_id: Mapped[str] = mapped_column(String(200))
    version: Mapped[int | None] = mapped_column(Integer)
    rank: Mapped[int | None] = mapped_column(Integer)
    generation: Mapped[str] = mapped_column(String(200))
    verdict: Mapped[str] = mapped_column(String(16))
    reply: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(String(MAX_AGENT))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
