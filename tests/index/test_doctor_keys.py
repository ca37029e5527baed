"""The doctor names keys that end soon, never end, or that nobody uses, and no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from index.doctor.keys import examine_keys
from index.doctor.observation import Level
from kb.access import KeyScope, Role
from kb.keys.models import KeyRecord, KeyState

NOW = datetime(2026, 11, 15, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def make_record(key_id: str, **fields: Any) -> KeyRecord:
    """Return a key that nothing is to be said of, with some fields changed."""
    usual: dict[str, Any] = {
        "name": f"of-{key_id}",
        "role": Role.AGENT,
        "state": KeyState.IN_FORCE,
        "scope": KeyScope(),
        "created_at": NOW - 100 * DAY,
        "expires_at": NOW + 100 * DAY,
        "revoked_at": None,
        "used_at": NOW - DAY,
        "refused_at": None,
        "replaces": None,
    }
    return KeyRecord(key_id=key_id, **{**usual, **fields})


def test_keys_to_think_of_are_named_and_nothing_is_wrong() -> None:
    records = [
        make_record("well"),
        make_record("soon", expires_at=NOW + 13 * DAY),
        make_record("later", expires_at=NOW + 14 * DAY),
        make_record("forever", expires_at=None),
        make_record("unused", used_at=None),
        make_record("new", used_at=None, created_at=NOW - 80 * DAY),
        make_record("ended", state=KeyState.EXPIRED, expires_at=NOW - DAY, used_at=None),
        make_record("revoked", state=KeyState.REVOKED, expires_at=None, used_at=None),
        make_record("old", expires_at=NOW + DAY),
        make_record("its-successor", replaces="old"),
    ]
    told = list(examine_keys(records, now=NOW))
    assert [one.what for one in told] == [
        "These keys end within two weeks: soon (of-soon).",
        "These keys never end: forever (of-forever).",
        "These keys were not used for 90 days: unused (of-unused).",
    ]
    assert {one.level for one in told} == {Level.NOTE}


def test_of_many_a_few_are_named() -> None:
    (told,) = examine_keys([make_record(f"k{number}", expires_at=None) for number in range(8)], now=NOW)
    assert told.what.endswith("k4 (of-k4) and 3 more.")


def test_keys_that_are_well_are_not_spoken_of() -> None:
    assert list(examine_keys([make_record("well")], now=NOW)) == []
