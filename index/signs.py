"""Signs: what in a ranking speaks for a candidate, or against it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from index.confidence import Signs
from index.fusion import Source
from index.ranking import RankedCandidate
from index.searcher import Candidates
from kb.conditions import Verdict

LARGEST_LEAD = 2.0  # Further ahead, or behind, is no surer.


@dataclass(frozen=True, slots=True)
class SignReader:
    """Reads the signs of the candidates of one question."""

    candidates: Candidates
    ranked: Sequence[RankedCandidate]
    characters: int
    items: int

    def read(self, candidate: RankedCandidate) -> Signs:
        """Return the signs of one candidate."""
        columns, position = self.candidates.columns, candidate.position
        scale = max(self.characters, 1) * math.log(self.items + math.e)
        return Signs(
            nearness=float(columns[Source.DENSE_HEADING][position]),
            lead=self._find_lead(candidate),
            terms=float(columns[Source.LEXICAL_FULL][position]) / scale,
            moved=candidate.moved,
            undecided=float(candidate.applies is Verdict.UNKNOWN),
        )

    def _find_lead(self, candidate: RankedCandidate) -> float:
        other = next((r.score for r in self.ranked[:2] if r.ordinal != candidate.ordinal), candidate.score)
        return max(-LARGEST_LEAD, min(LARGEST_LEAD, candidate.score - other))
