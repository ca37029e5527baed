"""Matches and judgements that tests of feedback share; each maker gives a valid value to change."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.feedback.models import (
    AnsweredMatch,
    FeedbackVerdict,
    Judgement,
    RecordedMatch,
    ShownSolution,
    SolutionRef,
)

AT = datetime(2026, 11, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
A, B, C, D, E = (SolutionRef(ItemKind.ARTICLE, name) for name in "abcde")


def show(*refs: SolutionRef) -> tuple[ShownSolution, ...]:
    """Return solutions in this order, best first."""
    return tuple(ShownSolution(rank, ref.kind, ref.id, 1, 10.0 - rank) for rank, ref in enumerate(refs, 1))


def make_answered(request_id: str = "r1", **fields: Any) -> AnsweredMatch:
    """Return a match that showed a, b and c, with some fields changed."""
    values: dict[str, Any] = {
        "at": AT,
        "now": AT,
        "question": "怎么还没到",
        "turns": (),
        "audience": Audience.INTERNAL,
        "channel": "app",
        "order": None,
        "order_id": None,
        "generation": "g1",
        "confidence": 0.8,
        "answered": True,
        "is_filtered": False,
        "shown": show(A, B, C),
    }
    return AnsweredMatch(request_id, **{**values, **fields})


def make_recorded(**fields: Any) -> RecordedMatch:
    """Return a recorded match that showed a, b and c; `said` maps solutions, or None for all, to verdicts."""
    said: dict[SolutionRef | None, FeedbackVerdict] = fields.pop("said", {})
    values: dict[str, Any] = {
        "request_id": "r1",
        "at": AT,
        "now": AT,
        "question": "怎么还没到",
        "turns": (),
        "audience": Audience.INTERNAL,
        "channel": None,
        "order": None,
        "generation": "g1",
        "confidence": 0.8,
        "answered": True,
        "is_filtered": False,
        "shown": show(A, B, C),
        "judgements": tuple(Judgement(verdict, solution, AT) for solution, verdict in said.items()),
    }
    return RecordedMatch(**{**values, **fields})
