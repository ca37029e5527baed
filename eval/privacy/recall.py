"""How much of what is personal the masker hides, and how much of what is not."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from eval.privacy.frames import Half, Sentence, fill_frame, read_frames
from eval.privacy.people import Person
from eval.privacy.writings import BUSINESS, PERSONAL
from kb.text.mask import mask_personal_data

MIN_RECALL = 0.995
MOST_WRONGLY_MASKED = 0.005
# Reported, and held to no bar: docs/privacy.md says what becomes of them.
HARD_PARTS = {
    "spelt": "spelt",
    "passport": "passport",
    "english_address": "english_address",
    "latin_name": "latin_name",
    "name_without_cue": "name_without_cue",
}
PLAIN = "plain"
KEPT_EXAMPLES = 20


@dataclass(slots=True)
class Tally:
    """How many values of one kind were seen, and how many of them went wrong."""

    seen: int = 0
    wrong: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share that went wrong; 0 of none."""
        return self.wrong / self.seen if self.seen else 0.0

    def add(self, sentence: Sentence, masked: str, *, is_wrong: bool) -> None:
        """Count one value."""
        self.seen += 1
        self.wrong += is_wrong
        if is_wrong and len(self.examples) < KEPT_EXAMPLES:
            self.examples.append((sentence.text, masked))


@dataclass(frozen=True, slots=True)
class MaskingFigures:
    """By kind: what was left readable of what is personal, and what was hidden of what is not."""

    missed: dict[str, Tally]
    missed_hard: dict[str, Tally]
    wrongly_masked: dict[str, Tally]

    @property
    def recall(self) -> float:
        """The share of all personal values that were hidden, the hard kinds left out."""
        return 1.0 - _sum(self.missed)

    @property
    def wrong_share(self) -> float:
        """The share of the shop's own values that were hidden."""
        return _sum(self.wrongly_masked)

    @property
    def holds(self) -> bool:
        """Tell whether every kind keeps to its bar."""
        hidden = all(1.0 - tally.share >= MIN_RECALL for tally in self.missed.values())
        return hidden and all(tally.share <= MOST_WRONGLY_MASKED for tally in self.wrongly_masked.values())


def measure_masking(people: Sequence[Person], half: Half, *, seed: int, rounds: int = 2) -> MaskingFigures:
    """Write every person's data into frames of one half, as often as `rounds` says for each part, and mask them."""
    chance = random.Random(f"{seed}-{half}")
    figures = MaskingFigures(defaultdict(Tally), defaultdict(Tally), defaultdict(Tally))
    for part, halves in read_frames().items():
        frames = halves[half]
        for turn, person in enumerate([*people] * rounds):
            _judge(part, fill_frame(frames[turn % len(frames)], person, chance), figures)
    return figures


def _judge(part: str, sentence: Sentence, figures: MaskingFigures) -> None:
    result = mask_personal_data(sentence.text)
    hidden = {place for finding in result.findings for place in range(finding.start, finding.end)}
    if part == PLAIN:
        figures.wrongly_masked[PLAIN].add(sentence, result.text, is_wrong=bool(hidden))
    for label in sentence.labels:
        places = {place for place in range(label.start, label.end) if sentence.text[place].isalnum()}
        if label.kind in BUSINESS:
            figures.wrongly_masked[label.kind].add(sentence, result.text, is_wrong=bool(places & hidden))
        elif label.kind in PERSONAL:
            tallies = figures.missed_hard if part in HARD_PARTS else figures.missed
            kind = part if part in HARD_PARTS else label.kind
            tallies[kind].add(sentence, result.text, is_wrong=not places <= hidden)


def _sum(tallies: dict[str, Tally]) -> float:
    seen = sum(tally.seen for tally in tallies.values())
    return sum(tally.wrong for tally in tallies.values()) / seen if seen else 0.0
