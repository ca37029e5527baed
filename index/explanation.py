"""From a ranked candidate to a solution: snippet, highlights, conditions in words, the filled reply, citations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.confidence import Curve
from index.fusion import Source
from index.highlight import find_matches
from index.loading import LoadedItem
from index.ranking import RankedCandidate
from index.reading import explain_match
from index.searcher import Candidates
from index.signs import SignReader
from index.snapshot import Snapshot
from index.solutions import Citation, Highlight, Reason, Reply, Solution, Stretch
from index.wording import Reading
from kb.changes import ItemKind
from kb.conditions import explain
from kb.notices.models import Notice
from kb.notices.wording import choose_wording
from kb.orders.context import OrderContext
from kb.orders.words import Language
from kb.replies.guard import OrderEvidence, find_unsupported
from kb.replies.slots import fill_reply

CONTEXT_SCORE = "order_context"


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains the candidates of one match."""

    snapshot: Snapshot
    candidates: Candidates
    context: OrderContext
    reading: Reading
    telling: tuple[str, ...]
    signs: SignReader
    curve: Curve
    notices: Sequence[Notice]
    evidence: OrderEvidence

    def make_solution(self, item: LoadedItem, candidate: RankedCandidate, passage: str, *, rank: int) -> Solution:
        """Return the solution that a candidate is shown as, with its best passage."""
        scores = self._read_scores(candidate)
        language: Language = "en" if item.language == "en" else "zh"
        condition = self.snapshot.catalogue.condition(candidate.ordinal)
        return Solution(
            rank=rank,
            kind=item.key.kind,
            id=item.key.id,
            version=item.key.version,
            title=item.title,
            snippet=passage,
            highlights=self._highlight(title=item.title, snippet=passage),
            score=round(candidate.score, 4),
            confidence=round(self.curve.estimate(self.signs.read(candidate)), 4),
            scores={**{s.value: round(v, 4) for s, v in scores.items()}, CONTEXT_SCORE: round(candidate.moved, 4)},
            applies=candidate.applies.value,
            conditions=[
                Reason(reason.text, reason.state.value)
                for reason in explain(condition, self.context, language=language)
            ],
            reply=self._fill_reply(item, passage, language),
            citations=[_cite(item, passage)],
            audience=item.audience,
            outcome=item.outcome,
            found_by=explain_match(self.reading, item.title, passage),
        )

    def _read_scores(self, candidate: RankedCandidate) -> Mapping[Source, float]:
        return {source: float(column[candidate.position]) for source, column in self.candidates.columns.items()}

    def _highlight(self, **fields: str) -> list[Highlight]:
        return [
            Highlight(field, start, end)
            for field, text in fields.items()
            for start, end in find_matches(text, self.telling)
        ]

    def _fill_reply(self, item: LoadedItem, passage: str, language: Language) -> Reply:
        """Fill the template; without one the passage is the reply. A case has none: it was about another order."""
        if item.key.kind is ItemKind.CASE:
            return Reply("", {}, [])
        notice = choose_wording(self.notices, language)
        if item.template is None:
            return Reply(passage, {}, [], notice=notice)
        filled = fill_reply(item.template, self.context, language=language)
        stated = () if item.stated is None else (item.stated,)
        unsupported = find_unsupported(filled.text, self.evidence, stated, language)
        return Reply(
            filled.text,
            {slot.name: slot.value for slot in filled.filled},
            filled.missing,
            [Stretch(start, end) for start, end in unsupported],
            notice,
        )


def _cite(item: LoadedItem, passage: str) -> Citation:
    return Citation(
        kind=item.key.kind,
        id=item.key.id,
        version=item.key.version,
        title=item.title,
        text=passage,
        source=item.source,
        effective_from=item.effective_from,
        effective_to=item.effective_to,
    )
