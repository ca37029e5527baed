"""What a customer has typed so far, as far as it can be looked for."""

from __future__ import annotations

from index.suggest.units import Unit, cut_units

MAX_UNITS = 32  # The last ones: those that somebody who goes on typing is at.
FEWEST_DIGITS_OF_A_NUMBER = 6  # An order's, a phone's, or the beginning of one: it names somebody, and no answer.


def read_typed(text: str) -> list[Unit]:
    """Return the units of what has been typed, without numbers that name somebody or their order."""
    return [unit for unit in cut_units(text) if not _names_somebody(unit)][-MAX_UNITS:]


def _names_somebody(unit: Unit) -> bool:
    return sum(character.isdigit() for character in unit.form) >= FEWEST_DIGITS_OF_A_NUMBER
