"""Units: what headings and half-typed questions are made of, Chinese characters and Latin words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kb.text.normalise import normalise, normalise_keeping_positions

_LATIN = "a-z0-9\u00df-\u024f"
# An apostrophe joins: don't is one word, and tui'kuan is how an input method writes what is not yet chosen.
_UNIT = re.compile(rf"[{_LATIN}]+(?:['’][{_LATIN}]+)*|[^\W_]")
_APOSTROPHE = re.compile("['’]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a text: its form in the index, its parts between apostrophes, and where it stands in the raw text."""

    form: str
    parts: tuple[str, ...]
    start: int
    end: int

    @property
    def is_latin(self) -> bool:
        """Whether it is a word or a number in Latin letters and digits."""
        return is_latin(self.form)


def is_latin(form: str) -> bool:
    """Tell whether a unit is a word or a number in Latin letters and digits."""
    return form[0] < "\u0250"


def cut_units(text: str) -> list[Unit]:
    """Return the units of a text in its order."""
    clean, positions = normalise_keeping_positions(text)
    units = []
    for match in _UNIT.finditer(clean):
        parts = tuple(_APOSTROPHE.split(match[0]))
        units.append(Unit("".join(parts), parts, positions[match.start()], positions[match.end() - 1] + 1))
    return units


# The same headings are shown again and again. What customers type is kept nowhere.
cut_heading = lru_cache(maxsize=4_096)(cut_units)


def cut_forms(text: str) -> list[str]:
    """Return the forms of a text's units, without where they stand."""
    return [_APOSTROPHE.sub("", form) for form in _UNIT.findall(normalise(text))]
