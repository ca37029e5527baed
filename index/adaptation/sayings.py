"""Sayings: what people say who need one certain answer, grouped with others that are easily taken for it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.errors import InvalidInput

MAX_INTENTS = 20_000
TO_TITLES = 2  # Sayings of an intent that are paired with its title, each epoch,
TO_ANSWERS = 3  # and with its answer.
WITH_TITLE = 0.6  # Of the answers stand below their title, as passages do.
REORDERED = 7  # Batches between two shuffles of the topics, so that each meets others.

Line = Annotated[str, Field(min_length=1, max_length=2_000)]
Pair = tuple[int, str, str]  # The intent, a text, and another that means the same.


class Intent(BaseModel):
    """One need: the heading and text that answer it, and sayings; those of one topic are easily confused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: Line
    title: Line
    answer: Line
    says: Annotated[tuple[Line, ...], Field(min_length=3, max_length=50)]


def read_intents(folder: Path) -> list[Intent]:
    """Return the intents of a folder's JSONL files; topics of two files are two. Raises `InvalidInput`."""
    intents: list[Intent] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                intent = Intent.model_validate_json(line)
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                place = ".".join(str(part) for part in first["loc"])
                raise InvalidInput(f"{path.name}, line {number}: {place}: {first['msg']}") from error
            intents.append(intent.model_copy(update={"topic": f"{path.stem}: {intent.topic}"}))
    if len(intents) < 2 or len(intents) > MAX_INTENTS:
        raise InvalidInput(f"{folder} should hold 2 to {MAX_INTENTS:,} intents in JSONL files; it has {len(intents)}.")
    return intents


def make_pairs(intents: Sequence[Intent], query: str, passage: str, chance: random.Random) -> list[Pair]:
    """Pair each saying with another of its intent, and some with the title and the answer, prompts before them."""
    pairs = []
    for number, intent in enumerate(intents):
        says = chance.sample(intent.says, len(intent.says))
        pairs += [(number, query + one, query + other) for one, other in zip(says, [*says[1:], says[0]], strict=True)]
        pairs += [(number, query + one, query + intent.title) for one in chance.sample(says, TO_TITLES)]
        for one in chance.sample(says, TO_ANSWERS):
            title = f"{intent.title}\n" if chance.random() < WITH_TITLE else ""
            pairs.append((number, query + one, f"{passage}{title}{intent.answer}"))
    return pairs


def plan_topics(intents: Sequence[Intent], pairs: Sequence[Pair], size: int, chance: random.Random) -> list[list[Pair]]:
    """Fill batches topic by topic, no intent twice in one: what is easily confused is told apart within a batch."""
    batches: list[list[Pair]] = []
    left = list(pairs)
    while left:
        if len(batches) % REORDERED == 0:
            order = {topic: chance.random() for topic in sorted({intent.topic for intent in intents})}
            left.sort(key=lambda pair: (order[intents[pair[0]].topic], chance.random()))
        batch, left = _take(left, size)
        if len(batch) < size // 2:
            break
        batches.append(batch)
    return batches


def _take(pairs: Sequence[Pair], size: int) -> tuple[list[Pair], list[Pair]]:
    taken: dict[int, Pair] = {}
    left = []
    for pair in pairs:
        if len(taken) < size and pair[0] not in taken:
            taken[pair[0]] = pair
        else:
            left.append(pair)
    return list(taken.values()), left
