"""The keys that were made here: which end soon, which never do, and which nobody uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from index.doctor.observation import Level, Observation, Part
from kb.keys.models import KeyRecord, KeyState

SOON = timedelta(days=14)
UNUSED = timedelta(days=90)
MOST_SHOWN = 5


def examine_keys(records: Sequence[KeyRecord], *, now: datetime) -> Iterator[Observation]:
    """Yield what somebody may want to do about the keys in force."""
    in_force = [record for record in records if record.state is KeyState.IN_FORCE]
    replaced = {record.replaces for record in in_force}
    kinds = (
        (
            "These keys end within two weeks",
            "Replace it in time: `xianzhi keys rotate`.",
            [one for one in in_force if one.expires_at and one.expires_at - now < SOON and one.key_id not in replaced],
        ),
        (
            "These keys never end",
            "A key that leaks holds for ever: replace it by one with an end.",
            [one for one in in_force if one.expires_at is None],
        ),
        (
            "These keys were not used for 90 days",
            "Revoke what nobody needs: `xianzhi keys revoke`.",
            [one for one in in_force if now - max(one.created_at, one.used_at or one.created_at) > UNUSED],
        ),
    )
    for what, remedy, found in kinds:
        if found:
            yield Observation(Part.SETTINGS, Level.NOTE, f"{what}: {_name(found)}.", remedy)


def _name(records: Sequence[KeyRecord]) -> str:
    names = [f"{record.key_id} ({record.name})" for record in records[:MOST_SHOWN]]
    left_out = len(records) - len(names)
    return ", ".join(names) + (f" and {left_out} more" if left_out else "")
