"""Saving, listing and deleting synonyms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.changes import ItemKind, SaveResult, record_change
from kb.errors import NotFound
from kb.synonyms.models import Synonym, SynonymRow, hash_synonym
from kb.synonyms.repository import find_synonym, make_synonym


class SynonymNotFound(NotFound):
    """No synonym has this id."""

    code = "synonym_not_found"

    def __init__(self, synonym_id: str) -> None:
        super().__init__(f"No synonym has the id {synonym_id!r}. List the ids with `xianzhi kb synonyms list`.")
        self.synonym_id = synonym_id


def save_synonym(session: Session, synonym: Synonym, *, now: datetime) -> SaveResult:
    """Store a rule; a known one is left alone, a changed one replaced."""
    content_hash = hash_synonym(synonym)
    row = find_synonym(session, synonym.id)
    if row is not None and row.content_hash == content_hash:
        return SaveResult.UNCHANGED
    result = SaveResult.CHANGED if row is not None else SaveResult.ADDED
    if row is None:
        row = SynonymRow(id=synonym.id)
        session.add(row)
    row.terms = list(synonym.terms)
    row.means = list(synonym.means)
    row.note = synonym.note
    row.content_hash = content_hash
    row.updated_at = now
    session.flush()
    record_change(session, ItemKind.SYNONYM, synonym.id, now=now)
    return result


def delete_synonym(session: Session, synonym_id: str, *, now: datetime) -> None:
    """Delete a rule for good; raises `SynonymNotFound`."""
    row = find_synonym(session, synonym_id)
    if row is None:
        raise SynonymNotFound(synonym_id)
    session.delete(row)
    session.flush()
    record_change(session, ItemKind.SYNONYM, synonym_id, now=now)


def list_synonyms(session: Session) -> list[Synonym]:
    """Return every rule, in order of id."""
    # Columns, not objects that the session would keep an eye on: an index asks for all rules at every change.
    columns = (SynonymRow.id, SynonymRow.terms, SynonymRow.means, SynonymRow.note)
    return [make_synonym(*row) for row in session.execute(select(*columns).order_by(SynonymRow.id))]
