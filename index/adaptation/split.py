"""Which questions are trained on, which decide when to stop, and which measure: no text is on two sides.

Questions and items that share words or a label belong together, and so does everything they are tied to in turn: whole
groups go to one side. The side is a hash of the group's words, so that the next run, months later, splits alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from index.adaptation.texts import AskedQuestion, KnownItem, TextKind
from kb.text.normalise import normalise

# A group with more than this share of all questions is trained on: it alone would be all that another side measures.
LARGEST_HELD_OUT = 0.1
HASH_DIGITS = 13  # Hexadecimal; what a float holds exactly.


class Side(StrEnum):
    """What a group of questions is used for."""

    TRAIN = "train"
    STOP = "stop"
    COMPARE = "compare"


@dataclass(slots=True)
class Ties:
    """Texts and items, joined into groups (union-find)."""

    _parents: dict[str, str] = field(default_factory=dict)

    def join(self, first: str, second: str) -> None:
        """Put two things, and all that is tied to them, into one group."""
        one, other = sorted((self.find(first), self.find(second)))
        self._parents[other] = one  # The smaller name stands for the group: no matter in which order they came.

    def find(self, name: str) -> str:
        """Return the name of a thing's group."""
        self._parents.setdefault(name, name)
        while self._parents[name] != name:
            self._parents[name] = self._parents[self._parents[name]]
            name = self._parents[name]
        return name


@dataclass(frozen=True, slots=True)
class Split:
    """The group of every question and item, and the side of every group."""

    groups: Mapping[str, str]
    sides: Mapping[str, Side]

    def group_of(self, question: AskedQuestion) -> str:
        """Return the group of a question."""
        return self.groups[_tie_words(question.words)]

    def group_of_item(self, name: str) -> str:
        """Return the group of an item."""
        return self.groups[name]

    def side_of(self, question: AskedQuestion) -> Side:
        """Return the side that a question is on."""
        return self.sides[self.group_of(question)]

    def side_of_item(self, name: str) -> Side | None:
        """Return the side of an item; None for one that no question is tied to."""
        return self.sides.get(self.groups[name])


def split_questions(items: Mapping[str, KnownItem], questions: Iterable[AskedQuestion], *, part: float) -> Split:
    """Return a split that trains on about a `part` of the questions; what is left is halved."""
    asked, ties = list(questions), Ties()
    for item in items.values():
        ties.find(item.name)
        # Not by passages: one disclaimer below every article would make one group of the whole base.
        for heading in item.of_kind(TextKind.HEADING):
            ties.join(item.name, _tie_words(heading.words))
    for question in asked:
        ties.find(_tie_words(question.words))
        for name in (*question.right, *question.related, *filter(None, [question.without])):
            ties.join(_tie_words(question.words), name)
    counts: dict[str, int] = {}
    for question in asked:
        group = ties.find(_tie_words(question.words))
        counts[group] = counts.get(group, 0) + 1
    largest = LARGEST_HELD_OUT * len(asked)
    sides = {
        group: Side.TRAIN if count > 1 and count > largest else choose_side(group, part=part)
        for group, count in counts.items()
    }
    names = [*items, *(_tie_words(question.words) for question in asked)]
    return Split({name: ties.find(name) for name in names}, sides)


def choose_side(group: str, *, part: float) -> Side:
    """Return the side of a group by a hash of its name."""
    digits = hashlib.sha256(group.encode("utf-8", "replace")).hexdigest()[:HASH_DIGITS]
    place = int(digits, 16) / 16**HASH_DIGITS
    if place < part:
        return Side.TRAIN
    return Side.STOP if place < part + (1 - part) / 2 else Side.COMPARE


def list_held_out(items: Mapping[str, KnownItem], questions: Iterable[AskedQuestion], split: Split) -> frozenset[str]:
    """Return every text of what is held out, normalised: none of them may be trained on in any role."""
    held = {Side.STOP, Side.COMPARE}
    texts = {normalise(question.words) for question in questions if split.side_of(question) in held}
    for item in items.values():
        if split.side_of_item(item.name) in held:
            texts |= {normalise(words) for text in item.texts for words in (text.words, text.bare)}
    return frozenset(texts)


def count_sides(split: Split, questions: Iterable[AskedQuestion]) -> dict[Side, int]:
    """Return how many questions each side has."""
    counts = dict.fromkeys(Side, 0)
    for question in questions:
        counts[split.side_of(question)] += 1
    return counts


def _tie_words(text: str) -> str:
    """Return what stands for a text among the things that are tied: never the name of an item."""
    return f"={normalise(text)}"
