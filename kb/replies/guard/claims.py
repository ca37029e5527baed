"""What the guard looks for: stretches of text that claim a figure, a date or a number, and their one form."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

DAYS_PER_WEEK = 7
NEAR_DAYS = 300  # A date without its year is of this one, or lies no further off.


class ClaimKind(StrEnum):
    """What a claim is about."""

    AMOUNT = "amount"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    PERCENTAGE = "percentage"
    COUNT = "count"
    IDENTIFIER = "identifier"


class Day(NamedTuple):
    """A day as far as it is written: a date, a weekday, or one counted from today; what is not written is None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    offset: int | None = None
    weekday: int | None = None
    week: int | None = None
    swapped: bool = False  # 05/06 in English, which may be either way round.

    def holds_for(self, known: date, today: date) -> bool:
        """Tell whether a known date is this day."""
        if self.offset is not None:
            return (known - today).days == self.offset
        if self.weekday is not None or self.week is not None:
            return self._is_in_week(known, today)
        if self.year is not None and known.year != self.year:
            return False
        if self.year is None and known.year != today.year and abs((known - today).days) > NEAR_DAYS:
            return False
        pairs = ((self.month, self.day), (self.day, self.month)) if self.swapped else ((self.month, self.day),)
        return any(month in (None, known.month) and day in (None, known.day) for month, day in pairs)

    def list_keys(self) -> tuple[str, ...]:
        """Return the names under which a text that states this day is found."""
        if self.offset is not None:
            return (f"offset:{self.offset}",)
        if self.weekday is not None:
            return (f"weekday:{self.weekday}",)
        if self.week is not None:
            return (f"week:{self.week}",)
        if self.month is None:
            return (f"day:{self.day}",) if self.day is not None else (f"year:{self.year}",)
        if self.day is None:
            return (f"month:{self.month}",)
        written = [f"{self.month}-{self.day}", *([f"{self.day}-{self.month}"] if self.swapped else [])]
        # A date with its year is stated by the same without one, and the other way round; two years contradict.
        if self.year is None:
            return tuple(key for one in written for key in (f"yearless:{one}", f"any:{one}"))
        return tuple(key for one in written for key in (f"{self.year}-{one}", f"yearless:{one}"))

    def list_stated(self) -> tuple[str, ...]:
        """Return the names that a text gives by stating this day: its own, and those of less precise writings."""
        if self.month is None or self.day is None:
            return self.list_keys()
        written = f"{self.month}-{self.day}"
        own = f"yearless:{written}" if self.year is None else f"{self.year}-{written}"
        year = () if self.year is None else (f"year:{self.year}",)
        return (own, f"any:{written}", f"day:{self.day}", f"month:{self.month}", *year)

    def find_date(self, today: date) -> date | None:
        """Return the one date it names, where it names one."""
        try:
            if self.offset is not None:
                return today + timedelta(days=self.offset)
            if self.year and self.month and self.day and not self.swapped:
                return date(self.year, self.month, self.day)
        except (ValueError, OverflowError):
            pass
        return None

    def _is_in_week(self, known: date, today: date) -> bool:
        if self.weekday is not None and known.weekday() != self.weekday:
            return False
        if self.week is None:
            return abs((known - today).days) <= DAYS_PER_WEEK
        monday = today - timedelta(days=today.weekday())
        return (known - timedelta(days=known.weekday()) - monday).days == self.week * DAYS_PER_WEEK


class Clock(NamedTuple):
    """A time of day: the hours it may mean (8 o'clock is 8 or 20), and the minute where one is written."""

    hours: tuple[int, ...]
    minute: int | None

    def holds_for(self, hour: int, minute: int) -> bool:
        """Tell whether a known time is this one, as precisely as it is written."""
        return hour in (one % 24 for one in self.hours) and self.minute in (None, minute)

    def list_keys(self) -> tuple[str, ...]:
        """Return the names under which a text that states this time is found."""
        if self.minute is None:
            return tuple(f"hour:{hour}" for hour in self.hours)
        return tuple(f"{hour}:{self.minute:02}" for hour in self.hours)

    def list_stated(self) -> tuple[str, ...]:
        """Return the names that a text gives by stating this time; an hour alone states it to the minute."""
        return tuple(key for hour in self.hours for key in (f"hour:{hour}", f"{hour}:{self.minute or 0:02}"))


class Found(NamedTuple):
    """A stretch of text that claims something; any of `keys` names the same, and `stated` is what it states.

    A passing claim is too slight to need support, such as 一件; it may still support another. A duration is elapsed
    where it may tell how long ago something was: 已经 3 天 is, 3 天内 is not.
    """

    kind: ClaimKind
    start: int
    end: int
    value: str
    keys: tuple[str, ...]
    stated: tuple[str, ...]
    number: str = ""
    unit: str = ""
    day: Day | None = None
    clock: Clock | None = None
    is_passing: bool = False
    is_elapsed: bool = False
