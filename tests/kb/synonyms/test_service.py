"""Saving, listing and deleting rules of synonyms, and what the change log has of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kb.changes import ItemKind, SaveResult, get_revision, list_changed
from kb.database import Database
from kb.synonyms.models import Synonym
from kb.synonyms.repository import count_synonyms, find_synonym, list_rows
from kb.synonyms.service import SynonymNotFound, delete_synonym, list_synonyms, save_synonym

FEE = Synonym(id="fee", terms=("运费", "邮费"))
SLIP = Synonym(id="slip", terms=("单子",), means=("订单",), note="口语")


def save(database: Database, *synonyms: Synonym, now: datetime) -> list[SaveResult]:
    with database.write() as session:
        return [save_synonym(session, synonym, now=now) for synonym in synonyms]


def test_saved_rules_are_listed_as_they_were_in_order_of_id(database: Database, now: datetime) -> None:
    assert save(database, SLIP, FEE, now=now) == [SaveResult.ADDED, SaveResult.ADDED]
    with database.read() as session:
        assert list_synonyms(session) == [FEE, SLIP]
        assert count_synonyms(session) == 2


def test_two_rules_may_share_a_term(database: Database, now: datetime) -> None:
    other = Synonym(id="other", terms=("邮费", "邮资"))
    save(database, FEE, other, now=now)
    with database.read() as session:
        assert list_synonyms(session) == [FEE, other]


def test_known_rule_is_left_alone_and_a_changed_one_replaced(database: Database, now: datetime) -> None:
    changed = FEE.model_copy(update={"terms": ("运费", "快递费")})
    save(database, FEE, now=now)
    assert save(database, FEE, now=now + timedelta(hours=1)) == [SaveResult.UNCHANGED]
    with database.read() as session:
        row = find_synonym(session, "fee")
        assert (row and row.updated_at, get_revision(session)) == (now.astimezone(UTC), 1)
    assert save(database, changed, now=now + timedelta(hours=2)) == [SaveResult.CHANGED]
    with database.read() as session:
        row = find_synonym(session, "fee")
        assert (row and row.updated_at) == (now + timedelta(hours=2)).astimezone(UTC)
        assert list_synonyms(session) == [changed]


def test_every_change_moves_the_revision(database: Database, now: datetime) -> None:
    save(database, FEE, SLIP, now=now)
    with database.write() as session:
        delete_synonym(session, "fee", now=now)
    with database.read() as session:
        assert list_synonyms(session) == [SLIP]
        assert get_revision(session) == 3
        assert list_changed(session, after=0, up_to=3) == [(ItemKind.SYNONYM, "slip"), (ItemKind.SYNONYM, "fee")]


def test_unknown_rule_cannot_be_deleted(database: Database, now: datetime) -> None:
    with database.write() as session, pytest.raises(SynonymNotFound, match="No synonym has the id 'fee'"):
        delete_synonym(session, "fee", now=now)
    with database.read() as session:
        assert get_revision(session) == 0


def test_pages_follow_each_other_without_gap_or_repetition(database: Database, now: datetime) -> None:
    rules = [Synonym(id=f"r{number}", terms=("运费", "邮费")) for number in range(5)]
    save(database, *rules, now=now)
    with database.read() as session:
        first = [row.id for row in list_rows(session, limit=2)]
        second = [row.id for row in list_rows(session, after=first[-1], limit=2)]
        third = [row.id for row in list_rows(session, after=second[-1], limit=2)]
    assert (first, second, third) == (["r0", "r1"], ["r2", "r3"], ["r4"])
