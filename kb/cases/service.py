"""Saving cases: personal data is masked before anything is stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kb.cases.models import Case, CaseRow, Turn, hash_case
from kb.changes import ItemKind, SaveResult, record_change
from kb.orders.order import Order
from kb.text.mask import mask_personal_data

KEPT_OF_CUSTOMER = frozenset({"tier", "region"})
WRITTEN_BY_COURIERS = frozenset({"text", "place"})


def mask_case(case: Case) -> Case:
    """Return the case with the personal data in its texts replaced, and the order cut to its facts."""
    return case.model_copy(
        update={
            "question": mask_personal_data(case.question).text,
            "solution": mask_personal_data(case.solution).text,
            "remedy": mask_personal_data(case.remedy).text if case.remedy else None,
            "turns": [Turn(role=turn.role, text=mask_personal_data(turn.text).text) for turn in case.turns],
            "order": _keep_facts(case.order),
        }
    )


def save_case(session: Session, case: Case, *, now: datetime) -> SaveResult:
    """Store a case, masked; a known one is left alone, a changed one replaced."""
    masked = mask_case(case)
    content_hash = hash_case(masked)
    row = session.get(CaseRow, case.id)
    if row is not None and row.content_hash == content_hash:
        return SaveResult.UNCHANGED
    result = SaveResult.CHANGED if row is not None else SaveResult.ADDED
    if row is None:
        row = CaseRow(id=case.id, created_at=now)
        session.add(row)
    for name, value in masked:
        setattr(row, name, value)
    row.turns = [turn.model_dump() for turn in masked.turns]
    row.content_hash = content_hash
    session.flush()
    record_change(session, ItemKind.CASE, case.id, now=now)
    return result


def delete_case(session: Session, case_id: str, *, now: datetime) -> SaveResult:
    """Delete a case for good; nothing happens where there is none."""
    row = session.get(CaseRow, case_id)
    if row is None:
        return SaveResult.UNCHANGED
    session.delete(row)
    session.flush()
    record_change(session, ItemKind.CASE, case_id, now=now)
    return SaveResult.CHANGED


def _keep_facts(order: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the fields an order has and no others, its customer cut to tier and region, its scans masked."""
    if order is None:
        return None
    facts = Order.model_validate(order).model_dump(mode="json", exclude_none=True)
    if "customer" in facts:
        customer = facts["customer"]
        facts["customer"] = {name: value for name, value in customer.items() if name in KEPT_OF_CUSTOMER}
    for event in (event for parcel in facts.get("shipments", ()) for event in parcel.get("events", ())):
        for name in WRITTEN_BY_COURIERS & event.keys():
            event[name] = mask_personal_data(event[name]).text
    return facts
