"""Storing and reading recorded matches; personal data is masked on the way in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.feedback.models import (
    MAX_CHANNEL,
    MAX_ORDER_ID,
    MAX_REQUEST_ID,
    WHOLE_KIND,
    AnsweredMatch,
    AskedThrough,
    FeedbackRow,
    FeedbackVerdict,
    Judgement,
    MatchRow,
    RecordedMatch,
    ShownSolution,
    SolutionRef,
)
from kb.feedback.order_facts import keep_facts
from kb.orders.order import Order
from kb.orders.repository import find_order
from kb.text.mask import mask_personal_data

KEPT_TURNS = 10  # A question leans on the last few.
KEPT_QUESTION_CHARACTERS = 10_000
KEPT_TURN_CHARACTERS = 2_000
# Masked with what follows the cut, so that no half of a number is left standing at it.
MARGIN_CHARACTERS = 200
LONGEST_TYPING = timedelta(minutes=10)  # Of one question, from one match of it to the next.
EVERY_WAY = frozenset(AskedThrough)
READ_AT_ONCE = 500  # Databases bound how many values one statement may name.


def insert_matches(session: Session, matches: Sequence[AnsweredMatch]) -> None:
    """Store matches, masked; an order that was given by its id is looked up, and its facts are kept as they are now."""
    if matches:
        session.execute(insert(MatchRow), [_make_values(match, _find_order(session, match)) for match in matches])


def drop_replaced(session: Session, matches: Sequence[AnsweredMatch]) -> None:
    """Delete what agents asked a moment before and went on typing, unless something was said of it.

    Only what the new question begins with: nobody's other question is lost by whatever id is named.
    """
    for match in matches:
        if match.replaces is None or match.through is not AskedThrough.API:
            continue
        row = find_match(session, match.replaces, among=(AskedThrough.API,))
        if row is None or not match.at - LONGEST_TYPING < row.at < match.at:
            continue
        typed_on = _mask(match.question, KEPT_QUESTION_CHARACTERS).startswith(row.question)
        if typed_on and not session.scalar(select(exists().where(FeedbackRow.match_id == row.row_id))):
            session.execute(delete(MatchRow).where(MatchRow.row_id == row.row_id))


def prune_matches(session: Session, *, before: datetime, limit: int) -> int:
    """Delete the oldest matches asked before a moment, with their judgements; return how many, at most `limit`."""
    old = list(session.scalars(select(MatchRow.row_id).where(MatchRow.at < before).order_by(MatchRow.at).limit(limit)))
    for start in range(0, len(old), READ_AT_ONCE):
        batch = old[start : start + READ_AT_ONCE]
        session.execute(delete(FeedbackRow).where(FeedbackRow.match_id.in_(batch)))
        session.execute(delete(MatchRow).where(MatchRow.row_id.in_(batch)))
    return len(old)


def find_match(session: Session, request_id: str, *, among: Collection[AskedThrough] = EVERY_WAY) -> MatchRow | None:
    """Return the newest match with this request id that came one of these ways, or None.

    One that an agent asked goes before any that a customer may have sent with the same id.
    """
    query = (
        select(MatchRow)
        .where(MatchRow.request_id == request_id, MatchRow.through.in_(among))
        .order_by(MatchRow.through != AskedThrough.API, MatchRow.row_id.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def list_matches(
    session: Session, *, since: datetime | None = None, newest: int | None = None
) -> Iterator[RecordedMatch]:
    """Yield recorded matches with the judgements that stand, oldest first; the newest so many of them, if said.

    Articles that were opened without a question are none.
    """
    after = -1 if newest is None else _find_row_before(session, newest)
    while True:
        asked = (MatchRow.row_id > after, MatchRow.through != AskedThrough.READING)
        query = select(MatchRow).where(*asked).order_by(MatchRow.row_id).limit(READ_AT_ONCE)
        if since is not None:
            query = query.where(MatchRow.at >= since)
        rows = list(session.scalars(query))
        if not rows:
            return
        judgements = _list_judgements(session, [row.row_id for row in rows])
        for row in rows:
            yield _to_recorded(row, judgements.get(row.row_id, ()))
        after = rows[-1].row_id
        session.expunge_all()  # A hundred thousand rows would otherwise stay in memory.


def count_matches(session: Session) -> int:
    """Return how many matches are recorded."""
    return session.scalar(select(func.count()).select_from(MatchRow)) or 0


def read_shown(row: MatchRow) -> tuple[ShownSolution, ...]:
    """Return the solutions that a recorded match showed, best first."""
    return tuple(
        ShownSolution(rank, ItemKind(kind), item_id, version, score)
        for rank, kind, item_id, version, score in row.shown
    )


def _find_row_before(session: Session, newest: int) -> int:
    query = select(MatchRow.row_id).order_by(MatchRow.row_id.desc()).offset(newest).limit(1)
    row_id = session.scalar(query)
    return -1 if row_id is None else row_id


def _list_judgements(session: Session, match_ids: Sequence[int]) -> dict[int, list[Judgement]]:
    query = (
        select(FeedbackRow)
        .where(FeedbackRow.match_id.in_(match_ids), FeedbackRow.ended_at.is_(None))
        .order_by(FeedbackRow.row_id)
    )
    found: dict[int, list[Judgement]] = {}
    for row in session.scalars(query):
        is_whole = row.solution_kind == WHOLE_KIND
        solution = None if is_whole else SolutionRef(ItemKind(row.solution_kind), row.solution_id)
        judgement = Judgement(FeedbackVerdict(row.verdict), solution, row.at, row.reply)
        found.setdefault(row.match_id, []).append(judgement)
    return found


def _to_recorded(row: MatchRow, judgements: Iterable[Judgement]) -> RecordedMatch:
    return RecordedMatch(
        request_id=row.request_id,
        at=row.at,
        now=row.now,
        question=row.question,
        turns=tuple(row.turns),
        audience=Audience(row.audience),
        channel=row.channel,
        order=row.order,
        generation=row.generation,
        confidence=row.confidence,
        answered=row.answered,
        is_filtered=row.is_filtered,
        shown=read_shown(row),
        judgements=tuple(judgements),
    )


def _find_order(session: Session, match: AnsweredMatch) -> Order | None:
    if match.order is not None or match.order_id is None:
        return match.order
    return find_order(session, match.order_id)


def _make_values(match: AnsweredMatch, order: Order | None) -> dict[str, Any]:
    return {
        "request_id": match.request_id[:MAX_REQUEST_ID],
        "at": match.at,
        "now": match.now,
        "question": _mask(match.question, KEPT_QUESTION_CHARACTERS),
        "turns": [_mask(turn, KEPT_TURN_CHARACTERS) for turn in match.turns[-KEPT_TURNS:]],
        "audience": match.audience.value,
        "channel": None if match.channel is None else _mask(match.channel, MAX_CHANNEL),
        "order_id": match.order_id[:MAX_ORDER_ID] if match.order_id else None,
        "order": keep_facts(order) if order is not None else None,
        "generation": match.generation,
        "confidence": match.confidence,
        "answered": match.answered,
        "is_filtered": match.is_filtered,
        "through": match.through.value,
        "shown": [[s.rank, s.kind.value, s.id, s.version, s.score] for s in match.shown],
    }


def _mask(text: str, limit: int) -> str:
    return mask_personal_data(text[: limit + MARGIN_CHARACTERS]).text[:limit]
