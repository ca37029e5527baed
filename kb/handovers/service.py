"""Saving, finding and forgetting hand-overs; personal data is masked on the way in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.errors import NotFound
from kb.handovers.models import Handover, HandoverRow, NewHandover, ReadArticle, Said, Speaker
from kb.text.mask import mask_personal_data

MOST_LISTED = 5


class HandoverNotFound(NotFound):
    """No hand-over has this id."""

    code = "handover_not_found"

    def __init__(self) -> None:
        super().__init__("No hand-over has this id. Check it; they are kept as long as matches are.")


def make_handover(new: NewHandover, *, handover_id: str, now: datetime) -> Handover:
    """Return a hand-over as it is to be kept: masked, under an id that nobody can guess; before any transaction."""
    return Handover(
        handover_id=handover_id,
        at=now,
        question=mask_personal_data(new.question).text,
        turns=tuple(Said(said.role, mask_personal_data(said.text).text) for said in new.turns),
        shown=new.shown,
        customer_id=new.customer_id,
        order_id=new.order_id,
        request_id=new.request_id,
    )


def save_handover(session: Session, handover: Handover) -> None:
    """Store a hand-over."""
    session.add(
        HandoverRow(
            id=handover.handover_id,
            at=handover.at,
            customer_id=handover.customer_id,
            order_id=handover.order_id,
            request_id=handover.request_id,
            question=handover.question,
            turns=[[said.role.value, said.text] for said in handover.turns],
            shown=[[article.id, article.title] for article in handover.shown],
        )
    )
    session.flush()


def get_handover(session: Session, handover_id: str) -> Handover:
    """Return a hand-over; raises `HandoverNotFound`."""
    row = session.get(HandoverRow, handover_id)
    if row is None:
        raise HandoverNotFound
    return _to_handover(row)


def list_handovers(session: Session, customer_id: str, *, limit: int = MOST_LISTED) -> tuple[Handover, ...]:
    """Return a customer's newest hand-overs, newest first."""
    query = select(HandoverRow).where(HandoverRow.customer_id == customer_id)
    newest = query.order_by(HandoverRow.at.desc(), HandoverRow.id).limit(limit)
    return tuple(map(_to_handover, session.scalars(newest)))


def prune_handovers(session: Session, *, before: datetime, limit: int) -> int:
    """Delete the oldest hand-overs made before a moment; return how many, at most `limit`."""
    query = select(HandoverRow.id).where(HandoverRow.at < before).order_by(HandoverRow.at).limit(limit)
    old = list(session.scalars(query))
    session.execute(delete(HandoverRow).where(HandoverRow.id.in_(old)))
    return len(old)


def _to_handover(row: HandoverRow) -> Handover:
    return Handover(
        handover_id=row.id,
        at=row.at,
        question=row.question,
        turns=tuple(Said(Speaker(role), text) for role, text in row.turns),
        shown=tuple(ReadArticle(article_id, title) for article_id, title in row.shown),
        customer_id=row.customer_id,
        order_id=row.order_id,
        request_id=row.request_id,
    )
