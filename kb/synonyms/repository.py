"""Reading synonyms."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.synonyms.models import Synonym, SynonymRow


def find_synonym(session: Session, synonym_id: str) -> SynonymRow | None:
    """Return the rule with this id, or None."""
    return session.get(SynonymRow, synonym_id)


def list_rows(session: Session, *, after: str | None = None, limit: int | None = None) -> list[SynonymRow]:
    """Return the rules in order of id, those behind the id `after`, at most `limit` of them."""
    query = select(SynonymRow).order_by(SynonymRow.id).limit(limit)
    if after is not None:
        query = query.where(SynonymRow.id > after)
    return list(session.scalars(query))


def count_synonyms(session: Session) -> int:
    """Return how many rules there are."""
    return session.scalar(select(func.count()).select_from(SynonymRow)) or 0


def to_synonym(row: SynonymRow) -> Synonym:
    """Return a stored rule as the border model."""
    return make_synonym(row.id, row.terms, row.means, row.note)


def make_synonym(synonym_id: str, terms: Sequence[str], means: Sequence[str], note: str | None) -> Synonym:
    """Return the rule that stored values make, without checking again what was checked on the way in."""
    return Synonym.model_construct(id=synonym_id, terms=tuple(terms), means=tuple(means), note=note)
