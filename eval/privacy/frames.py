"""Sentences in which people write their data, in two halves: one to mend masking by, one that is only measured."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from eval.privacy.people import Person
from eval.privacy.writings import BUSINESS, PERSONAL

FRAMES = Path(__file__).parent / "frames.txt"
_PART = re.compile(r"\[(\w+)\]")
_PLACE = re.compile(r"\{(\w+)\}")


class Half(StrEnum):
    """Which half of the frames."""

    OPEN = "open"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Label:
    """Where a value stands in a sentence; `kind` as in the frames."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """What somebody wrote, and the values in it."""

    text: str
    labels: tuple[Label, ...]


def read_frames() -> Mapping[str, Mapping[Half, Sequence[str]]]:
    """Return the frames of each part, by half."""
    parts: dict[str, list[str]] = {}
    for line in FRAMES.read_text("utf-8").splitlines():
        if part := _PART.fullmatch(line):
            frames = parts.setdefault(part[1], [])
        elif line and not line.startswith("#"):
            frames.append(line.replace("\\n", "\n"))
    return {name: {Half.OPEN: frames[::2], Half.HELD: frames[1::2]} for name, frames in parts.items()}


def fill_frame(frame: str, person: Person, chance: random.Random) -> Sentence:
    """Put a person's values, as somebody would write them, into a frame."""
    text, labels, position = "", [], 0
    for place in _PLACE.finditer(frame):
        text += frame[position : place.start()]
        kind, position = place[1], place.end()
        written = {**PERSONAL, **BUSINESS}[kind](chance, person)
        text += written.shown
        labels.append(Label(kind, len(text), len(text) + len(written.secret)))
        text += written.secret
    return Sentence(text + frame[position:], tuple(labels))
