"""Where a value stands in somebody else's JSON: names and positions with dots between them, such as `data.trades.0`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

MAX_STEPS = 20


class Absent(Enum):
    """Says that there is nothing at a place, which is not the same as null."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


def _read_steps(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.removeprefix("$").removeprefix(".")
    return tuple(text.split(".")) if text else ()


def _check_steps(steps: tuple[str, ...]) -> tuple[str, ...]:
    if len(steps) > MAX_STEPS or not all(steps):
        raise ValueError("a path is names and positions with dots between them, such as data.trades.0")
    return steps


JsonPath = Annotated[tuple[str, ...], BeforeValidator(_read_steps), AfterValidator(_check_steps)]


def find_value(document: object, path: Sequence[str]) -> object:
    """Return what stands at a path, or `ABSENT`."""
    value = document
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isascii() and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value
