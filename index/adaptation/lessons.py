"""Lessons: what is trained on and what decides when to stop, written once, so that a run can be taken up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from index.adaptation.negatives import pick
from index.adaptation.pairs import Pair
from index.adaptation.split import Side, Split
from index.adaptation.texts import AskedQuestion, KnownItem, Prompts, Text
from kb.errors import InvalidInput
from kb.folders import replace_file
from kb.text.normalise import normalise

MOST_TRIALS = 250  # Each check encodes them and the texts below: minutes on a processor.
MOST_POOLED = 600  # Items among which the right one must be found, unless more of them are right.
MOST_TEXTS = 6  # Of one item.
FEWEST_ROWS, FEWEST_TRIALS = 16, 10


class TooLittleToLearn(InvalidInput):
    """There are not enough questions to train on, or to tell whether it helped."""

    code = "too_little_to_learn"


@dataclass(frozen=True, slots=True)
class Row:
    """A question, a right and a wrong text, prompts included; rows of one group never share a batch."""

    question: str
    right: str
    wrong: str
    group: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A held-out question: the items of the pool that answer it, and the texts of the pool that are not shown to it."""

    question: str
    right: tuple[int, ...]
    hidden: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lessons:
    """Rows, trials, the pool of (item, text) that trials search, and every text trained on, normalised."""

    rows: tuple[Row, ...]
    trials: tuple[Trial, ...]
    pool: tuple[tuple[int, str], ...]
    trained: frozenset[str]

    def join(self, other: Lessons) -> Lessons:
        """Return both lessons as one; the items of the other's pool get numbers of their own."""
        items = 1 + max((item for item, _ in self.pool), default=-1)
        texts = len(self.pool)
        moved = tuple(
            Trial(t.question, tuple(i + items for i in t.right), tuple(i + texts for i in t.hidden))
            for t in other.trials
        )
        return Lessons(
            rows=self.rows + other.rows,
            trials=self.trials + moved,
            pool=self.pool + tuple((item + items, text) for item, text in other.pool),
            trained=self.trained | other.trained,
        )

    def check(self) -> None:
        """Raise `TooLittleToLearn` where training would be a matter of luck."""
        if len(self.rows) < FEWEST_ROWS or len(self.trials) < FEWEST_TRIALS:
            raise TooLittleToLearn(
                f"There are {len(self.rows)} pairs to train on and {len(self.trials)} questions to stop by; it needs "
                f"at least {FEWEST_ROWS} and {FEWEST_TRIALS}. Add question variants to articles, or labels."
            )


NO_LESSONS = Lessons((), (), (), frozenset())


def make_rows(pairs: Sequence[Pair], negatives: Sequence[Text | None], prompts: Prompts, *, base: str) -> list[Row]:
    """Return a row for each pair that has a negative; `base` keeps groups of several bases apart."""
    return [
        Row(
            question=prompts.question + pair.question.words,
            right=prompts.put_before(pair.answer),
            wrong=prompts.put_before(negative),
            group=f"{base} {pair.group}",
        )
        for pair, negative in zip(pairs, negatives, strict=True)
        if negative is not None
    ]


def list_trained(pairs: Sequence[Pair], negatives: Sequence[Text | None]) -> frozenset[str]:
    """Return every text that takes part in training, normalised."""
    texts = [pair.answer for pair in pairs] + [negative for negative in negatives if negative is not None]
    words = {normalise(pair.question.words) for pair in pairs}
    return frozenset(words | {normalise(w) for text in texts for w in (text.words, text.bare)})


def make_trials(
    items: Mapping[str, KnownItem], questions: Sequence[AskedQuestion], split: Split, prompts: Prompts
) -> tuple[tuple[Trial, ...], tuple[tuple[int, str], ...]]:
    """Return the questions that decide when to stop, and the texts among which they must find their answers."""
    chosen = sorted((q for q in questions if q.right and split.side_of(q) is Side.STOP), key=_shuffle)[:MOST_TRIALS]
    names = list(dict.fromkeys(name for q in chosen for name in (*q.right, *filter(None, [q.without]))))
    wanted = set(names)
    others = sorted((name for name in items if name not in wanted), key=lambda name: pick(name, 2**32))
    names += others[: max(0, MOST_POOLED - len(names))]
    numbers = {name: number for number, name in enumerate(names)}
    pooled = [(numbers[name], text) for name in names for text in items[name].texts[:MOST_TEXTS]]
    trials = []
    for question in chosen:
        hidden = _hide(question, pooled, numbers)
        right = {numbers[name] for name in question.right}
        if right & {item for row, (item, _) in enumerate(pooled) if row not in hidden}:
            trials.append(Trial(prompts.question + question.words, tuple(sorted(right)), tuple(sorted(hidden))))
    return tuple(trials), tuple((item, prompts.put_before(text)) for item, text in pooled)


def write_lessons(path: Path, lessons: Lessons) -> None:
    """Write lessons, whole or not at all."""
    replace_file(path, orjson.dumps({**asdict(lessons), "trained": sorted(lessons.trained)}))


def read_lessons(path: Path) -> Lessons:
    """Read written lessons."""
    data = orjson.loads(path.read_bytes())
    return Lessons(
        rows=tuple(Row(**row) for row in data["rows"]),
        trials=tuple(Trial(t["question"], tuple(t["right"]), tuple(t["hidden"])) for t in data["trials"]),
        pool=tuple((int(item), str(text)) for item, text in data["pool"]),
        trained=frozenset(data["trained"]),
    )


def _hide(question: AskedQuestion, pooled: Sequence[tuple[int, Text]], numbers: Mapping[str, int]) -> set[int]:
    """Return the rows of the pool that a question may not find: itself, and what it is left out of."""
    said = normalise(question.words)
    without = numbers.get(question.without, -1) if question.without else -1
    return {row for row, (item, text) in enumerate(pooled) if item == without or normalise(text.bare) == said}


def _shuffle(question: AskedQuestion) -> int:
    return pick(question.words, 2**32)
