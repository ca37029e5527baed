"""Reading past cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.cases.models import Case, CaseRow


def find_cases(session: Session, case_ids: Iterable[str]) -> dict[str, CaseRow]:
    """Return the named cases that exist, by id."""
    rows = session.scalars(select(CaseRow).where(CaseRow.id.in_(list(case_ids))))
    return {row.id: row for row in rows}


def list_cases(session: Session, case_ids: Sequence[str] | None = None) -> Iterator[CaseRow]:
    """Yield every case in order of id; the named ones only, if named."""
    query = select(CaseRow).order_by(CaseRow.id)
    if case_ids is not None:
        query = query.where(CaseRow.id.in_(case_ids))
    yield from session.scalars(query.execution_options(yield_per=500))


def count_cases(session: Session) -> int:
    """Return how many cases there are."""
    return session.scalar(select(func.count()).select_from(CaseRow)) or 0


def to_case(row: CaseRow) -> Case:
    """Return a stored case as the border model."""
    return Case.model_validate({name: getattr(row, name) for name in Case.model_fields})
