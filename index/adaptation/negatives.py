"""Hard negatives: what our own ranking puts high for a question, and is not its answer.

Labels are never complete, so what ranks highest without one is often right as well. A negative must therefore lie
clearly less near than the right answer does (the positive-aware threshold of Moreira et al., NV-Retriever, 2024).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from index.adaptation.pairs import Pair, is_among
from index.adaptation.split import Side, Split
from index.adaptation.texts import AskedQuestion, KnownItem, Text
from index.build import Progress, report_nothing
from index.fusion import Source
from index.matcher import Matcher
from index.solutions import MatchRequest, Solution
from kb.changes import ItemKind

DEPTH = 50  # Ranked for every question.
NEAREST_SHARE = 0.96  # Of the right answer's inner product; what is nearer may be an answer nobody labelled.
CHOSEN_FROM = 5  # Of the hardest that are left, so that several pairs of a question get several negatives.


@dataclass(frozen=True, slots=True)
class Miner:
    """Finds the hard negative of each pair of a base; nothing `held_out` is ever one."""

    matcher: Matcher
    items: Mapping[str, KnownItem]
    split: Split
    held_out: Collection[str]

    def mine(self, pairs: Sequence[Pair], *, on_progress: Progress = report_nothing) -> list[Text | None]:
        """Return a negative for each pair, of its answer's kind; where ranking finds none, some other item's text.

        None where all other items are of the pair's own group.
        """
        allowed = [name for name in self.items if self._may_teach(name)]
        ranked: dict[str, list[str]] = {}
        negatives: list[Text | None] = []
        for done, pair in enumerate(pairs, 1):
            if pair.question.id not in ranked:
                ranked[pair.question.id] = self.rank(pair.question, pair.group)
            names = ranked[pair.question.id] or allowed
            negatives.append(self._choose(pair, names) or self._choose(pair, allowed))
            on_progress("mine", done, len(pairs))
        return negatives

    def rank(self, question: AskedQuestion, group: str) -> list[str]:
        """Return the hardest wrong items for a question, hardest first."""
        without = frozenset(name.partition(":")[2] for name in filter(None, [question.without]))
        request = MatchRequest(question.words, limit=DEPTH, without=without)
        solutions = self.matcher.match(request).solutions
        right = [nearness(s) for s in solutions if name_solution(s) in question.right]
        if not right:
            return []
        return [
            name_solution(solution)
            for solution in solutions
            if nearness(solution) <= NEAREST_SHARE * max(right)
            and self._may_teach(name_solution(solution))
            and self.split.group_of_item(name_solution(solution)) != group
        ][:CHOSEN_FROM]

    def _may_teach(self, name: str) -> bool:
        return name in self.items and self.split.side_of_item(name) in (Side.TRAIN, None)

    def _choose(self, pair: Pair, names: Sequence[str]) -> Text | None:
        """Return a text of the answer's kind of one of the items, the same one at every call."""
        first = pick(f"{pair.question.id} {pair.item} {pair.answer.kind}", len(names)) if names else 0
        for name in (*names[first:], *names[:first]):
            texts = [t for t in self.items[name].of_kind(pair.answer.kind) if not is_among(t, self.held_out)]
            if texts and self.split.group_of_item(name) != pair.group:
                return texts[pick(pair.question.id, len(texts))]
        return None


def nearness(solution: Solution) -> float:
    """Return how near the question lies to a solution: the better of its two inner products."""
    return max(solution.scores.get(source.value, 0.0) for source in (Source.DENSE_HEADING, Source.DENSE_PASSAGE))


def name_solution(solution: Solution) -> str:
    """Return the name of the item that a solution shows."""
    return f"{ItemKind(solution.kind).value}:{solution.id}"


def pick(key: str, count: int) -> int:
    """Return a number below `count` that depends on the key alone."""
    return int(hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:8], 16) % count
