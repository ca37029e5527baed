"""What the doctor says of one thing that it looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What was looked at."""

    DATABASE = "database"
    AUDIT = "audit trail"
    INDEX = "index"
    ENCODER = "encoder"
    DISK = "disk"
    SETTINGS = "settings"


class Level(StrEnum):
    """Whether something is to be done about it."""

    WELL = "well"
    NOTE = "note"
    WRONG = "wrong"


class Repair(StrEnum):
    """What mends it without touching anything that only the database knows."""

    SET_ASIDE = "set_aside"
    REBUILD = "rebuild"


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing: how it is, and what to do; `subject` names the generation or file where that matters."""

    part: Part
    level: Level
    what: str
    remedy: str = ""
    repair: Repair | None = None
    subject: str | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether it needs somebody."""
        return self.level is Level.WRONG


def find_wrong(observations: Iterable[Observation]) -> list[Observation]:
    """Return what needs somebody."""
    return [one for one in observations if one.is_wrong]
