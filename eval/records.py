"""What an evaluation run is: for every question what was ranked, how sure the ranker was, and what is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.text.normalise import normalise

SHOWN = 5  # Solutions an agent is shown when nothing else is asked for.


@dataclass(frozen=True, slots=True)
class RankedItem:
    """One ranked article or case, with what a person needs to see why; `applies` is what the order says of it."""

    id: str
    score: float
    kind: str = "article"
    version: int = 1
    title: str = ""
    confidence: float = 0.0
    applies: str = "met"
    reasons: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One question of a run with its ranking, best first.

    `labels` maps item ids to grades, `titles` the same ids to what they are called, `stages` those of the match to
    milliseconds.
    """

    id: str
    text: str
    turns: tuple[str, ...] = ()
    order: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    right_from: int = 1
    confidence: float = 0.0
    answered: bool = False
    ranking: tuple[RankedItem, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict)

    @property
    def has_answer(self) -> bool:
        """Whether anything in the corpus is a right answer."""
        return any(grade >= self.right_from for grade in self.labels.values())

    @property
    def top_is_right(self) -> bool:
        """Whether the first of the ranking is a right answer."""
        return bool(self.ranking) and self.labels.get(self.ranking[0].id, 0) >= self.right_from

    @property
    def words(self) -> str:
        """What the customer said, with the turns before it: questions that share it differ by their order only."""
        return normalise("\n".join((*self.turns, self.text)))


@dataclass(frozen=True, slots=True)
class Run:
    """One system's answers to every question of one dataset; `judges` tells whether its confidence means anything."""

    system: str
    dataset: str
    corpus: int
    judges: bool
    records: tuple[Record, ...]
    timing: Mapping[str, float] = field(default_factory=dict)


def find_groups(records: tuple[Record, ...]) -> list[tuple[Record, ...]]:
    """Return the groups of questions that have the same words, each an answer, and none that is right for all."""
    by_words: dict[str, list[Record]] = {}
    for record in records:
        if record.has_answer:
            by_words.setdefault(record.words, []).append(record)
    return [tuple(g) for g in by_words.values() if not frozenset.intersection(*(_right_answers(r) for r in g))]


def _right_answers(record: Record) -> frozenset[str]:
    return frozenset(item for item, grade in record.labels.items() if grade >= record.right_from)
