"""Saving and undoing judgements: what stands is one a solution, what stood before is kept beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.changes import ItemKind
from kb.errors import InvalidInput, NotFound
from kb.feedback.models import (
    WHOLE_ID,
    WHOLE_KIND,
    AskedThrough,
    FeedbackRow,
    FeedbackVerdict,
    MatchRow,
    ShownSolution,
    SolutionRef,
)
from kb.feedback.repository import EVERY_WAY, find_match, read_shown
from kb.text.mask import mask_personal_data

MAX_EARLIER = 20  # Judgements of one solution kept after they ended; somebody's stuck key is not history.
CLOCKS_DIFFER = timedelta(minutes=1)
NEEDS_SOLUTION = frozenset({FeedbackVerdict.USED, FeedbackVerdict.EDITED})


class MatchNotFound(NotFound):
    """No recorded match has this request id."""

    code = "match_not_found"

    def __init__(self) -> None:
        super().__init__(
            "No recorded match has this request id. Send the `request_id` of a match answered in the days that are "
            "kept; if another process answered it just now, send this again in a moment."
        )


class SolutionNotShown(InvalidInput):
    """The match did not show the solution that is judged."""

    code = "solution_not_shown"

    def __init__(self) -> None:
        super().__init__(
            "The match did not show this solution. Send `kind` and `id` of one of its `solutions`, "
            "or no `solution` to judge the whole answer."
        )


class SolutionNeeded(InvalidInput):
    """A verdict that only a solution can have came without one."""

    code = "solution_needed"

    def __init__(self, verdict: FeedbackVerdict) -> None:
        super().__init__(
            f"A whole answer cannot be {verdict.value!r}. Name the solution, or send solved, wrong or dismissed."
        )


class JudgedLater(InvalidInput):
    """Nobody has judged anything tomorrow."""

    code = "judged_later"

    def __init__(self) -> None:
        super().__init__("`at` is later than now. Send when it was judged, or leave it out: it is the present then.")


@dataclass(frozen=True, slots=True)
class NewJudgement:
    """A judgement as it arrives; without a solution it is about the whole answer."""

    request_id: str
    verdict: FeedbackVerdict
    solution: SolutionRef | None = None
    reply: str | None = None
    agent: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EarlierVerdict:
    """A verdict that stood before, and when it was replaced or taken back."""

    verdict: FeedbackVerdict
    at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class StandingJudgement:
    """The judgement that stands, where and in which generation its solution was shown, and what stood before."""

    request_id: str
    solution: SolutionRef | None
    verdict: FeedbackVerdict
    rank: int | None
    version: int | None
    generation: str
    reply: str | None
    agent: str | None
    at: datetime
    earlier: tuple[EarlierVerdict, ...]


def save_judgement(
    session: Session, judgement: NewJudgement, *, now: datetime, among: Collection[AskedThrough] = EVERY_WAY
) -> StandingJudgement:
    """Let a judgement stand, in place of the one on the same solution; the same one again changes nothing.

    Only a match that came one of the ways in `among` can be judged. Raises `MatchNotFound`, `SolutionNotShown`,
    `SolutionNeeded` or `JudgedLater`.
    """
    if judgement.at is not None and judgement.at > now + CLOCKS_DIFFER:
        raise JudgedLater
    match = _get_match(session, judgement.request_id, among)
    shown = _get_shown(match, judgement.solution)
    if shown is None and judgement.verdict in NEEDS_SOLUTION:
        raise SolutionNeeded(judgement.verdict)
    rows = _list_rows(session, match, judgement.solution)
    standing = next((row for row in rows if row.ended_at is None), None)
    made = _make_row(match, judgement, shown, now)
    if standing is not None and _says(standing) == _says(made):
        return _describe(match, judgement.solution, standing, rows)
    if standing is not None:
        standing.ended_at = now.astimezone(UTC)
    session.add(made)
    session.flush()
    kept = _forget_oldest(session, [*rows, made])
    return _describe(match, judgement.solution, made, kept)


def undo_judgements(
    session: Session,
    request_id: str,
    solution: SolutionRef | None,
    *,
    now: datetime,
    among: Collection[AskedThrough] = EVERY_WAY,
) -> int:
    """Take back the judgement of a solution, or every one of the match where none is named; return how many.

    The verdicts stay as history; the reply texts are erased. Raises `MatchNotFound` or `SolutionNotShown`.
    """
    match = _get_match(session, request_id, among)
    query = select(FeedbackRow).where(FeedbackRow.match_id == match.row_id)
    if solution is not None:
        _get_shown(match, solution)
        query = query.where(FeedbackRow.solution_kind == solution.kind.value, FeedbackRow.solution_id == solution.id)
    undone = 0
    for row in session.scalars(query):
        row.reply = None
        if row.ended_at is None:
            row.ended_at = now.astimezone(UTC)
            undone += 1
    session.flush()
    return undone


def _get_match(session: Session, request_id: str, among: Collection[AskedThrough]) -> MatchRow:
    match = find_match(session, request_id, among=among)
    if match is None:
        raise MatchNotFound
    return match


def _get_shown(match: MatchRow, solution: SolutionRef | None) -> ShownSolution | None:
    """Return the solution as it was shown, None for the whole answer; raises `SolutionNotShown`."""
    if solution is None:
        return None
    found = next((shown for shown in read_shown(match) if shown.ref == solution), None)
    if found is None:
        raise SolutionNotShown
    return found


def _list_rows(session: Session, match: MatchRow, solution: SolutionRef | None) -> list[FeedbackRow]:
    kind, solution_id = _key(solution)
    query = select(FeedbackRow).where(
        FeedbackRow.match_id == match.row_id,
        FeedbackRow.solution_kind == kind,
        FeedbackRow.solution_id == solution_id,
    )
    return list(session.scalars(query.order_by(FeedbackRow.row_id)))


def _key(solution: SolutionRef | None) -> tuple[str, str]:
    return (WHOLE_KIND, WHOLE_ID) if solution is None else (solution.kind.value, solution.id)


def _make_row(match: MatchRow, judgement: NewJudgement, shown: ShownSolution | None, now: datetime) -> FeedbackRow:
    kind, solution_id = _key(judgement.solution)
    return FeedbackRow(
        match_id=match.row_id,
        solution_kind=kind,
        solution_id=solution_id,
        version=shown.version if shown else None,
        rank=shown.rank if shown else None,
        generation=match.generation,
        verdict=judgement.verdict.value,
        reply=mask_personal_data(judgement.reply).text if judgement.reply else None,
        agent=judgement.agent,
        at=(judgement.at or now).astimezone(UTC),  # As it will be read: the same again gets the same answer.
    )


def _says(row: FeedbackRow) -> tuple[str, str | None, str | None]:
    return row.verdict, row.reply, row.agent


def _forget_oldest(session: Session, rows: list[FeedbackRow]) -> list[FeedbackRow]:
    for row in rows[: -MAX_EARLIER - 1]:
        session.delete(row)
    session.flush()
    return rows[-MAX_EARLIER - 1 :]


def _describe(
    match: MatchRow, solution: SolutionRef | None, standing: FeedbackRow, rows: list[FeedbackRow]
) -> StandingJudgement:
    return StandingJudgement(
        request_id=match.request_id,
        solution=SolutionRef(ItemKind(solution.kind), solution.id) if solution else None,
        verdict=FeedbackVerdict(standing.verdict),
        rank=standing.rank,
        version=standing.version,
        generation=standing.generation,
        reply=standing.reply,
        agent=standing.agent,
        at=standing.at,
        earlier=tuple(
            EarlierVerdict(FeedbackVerdict(row.verdict), row.at, row.ended_at)
            for row in rows
            if row.ended_at is not None
        ),
    )
