"""What is to be recorded of a match."""

from __future__ import annotations

from datetime import datetime

from index.solutions import Filters, MatchRequest, MatchResult
from kb.feedback.models import AnsweredMatch, ShownSolution


def describe_match(asked: MatchRequest, answer: MatchResult, *, at: datetime) -> AnsweredMatch:
    """Return what is to be recorded of a match."""
    return AnsweredMatch(
        request_id=answer.request_id,
        at=at,
        now=asked.now or at,
        question=asked.question,
        turns=asked.turns,
        audience=asked.audience,
        channel=asked.channel,
        order=asked.order,
        order_id=answer.order_id,
        generation=answer.generation,
        confidence=answer.confidence,
        answered=answer.answered,
        is_filtered=asked.filters != Filters(),
        shown=[ShownSolution(s.rank, s.kind, s.id, s.version, s.score) for s in answer.solutions],
        notice_ids=[notice.id for notice in answer.notices],
    )
