"""Repair by rebuilding: the index is made again from a database that was found whole, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from index.build import Builder, Progress, report_nothing
from index.doctor.observation import Observation, Part, Repair, find_wrong
from index.generation import Manifest, set_aside
from kb.errors import XianzhiError


class RepairRefused(XianzhiError):
    """What the index would be made from is itself not whole."""

    code = "repair_refused"


def needs_repair(observations: Sequence[Observation]) -> bool:
    """Tell whether anything is wrong that rebuilding mends."""
    return any(one.repair is not None for one in find_wrong(observations))


def repair(
    observations: Sequence[Observation],
    open_builder: Callable[[], Builder],
    *,
    now: datetime,
    on_progress: Progress = report_nothing,
) -> Manifest:
    """Set damaged generations aside and build a new one; raises `RepairRefused` where the database is not whole."""
    wrong = find_wrong(observations)
    if any(one.part is Part.DATABASE for one in wrong):
        raise RepairRefused("The database is not whole, so no index is made from it. Restore the newest backup first.")
    builder = open_builder()  # First: where no encoder is prepared, nothing is set aside.
    for one in wrong:
        if one.repair is Repair.SET_ASIDE and one.subject is not None:
            set_aside(builder.folder / one.subject)
    return builder.build(now=now, on_progress=on_progress)
