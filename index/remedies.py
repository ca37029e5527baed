"""The usual remedy: what was most often done in past cases like this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from index.catalogue import Catalogue
from index.precedents import UNSETTLED, Precedents
from index.ranking import RankedCandidate
from index.searcher import Candidates
from index.solutions import Remedies
from kb.changes import ItemKind

NEARNESS_MARGIN = 1.5  # Of the fused score: cases further behind the nearest one are about something else.
FEWEST_CASES = 3


def summarise_remedies(
    ranked: Sequence[RankedCandidate], candidates: Candidates, catalogue: Catalogue, precedents: Precedents
) -> Remedies | None:
    """Return what was done in most of the similar cases; None where these are few, or each went its own way.

    Similar are those about as near to the question as the nearest case, and whose orders do not contradict. Each counts
    once, however similar: so the numbers can be checked by reading.
    """
    cases = [c for c in ranked if catalogue.entries[c.ordinal].key.kind is ItemKind.CASE]
    nearest = max((candidates.fused[case.position] for case in cases), default=0.0)
    near = [case for case in cases if candidates.fused[case.position] >= nearest - NEARNESS_MARGIN]
    entries = [catalogue.entries[case.ordinal] for case in near]
    similar = [entry for entry in entries if entry.remedy and not precedents.contradict(entry)]
    if len(similar) < FEWEST_CASES:
        return None
    ((remedy, count),) = Counter(entry.remedy for entry in similar if entry.remedy).most_common(1)
    if 2 * count <= len(similar):
        return None
    chosen = [entry for entry in similar if entry.remedy == remedy]
    return Remedies(
        remedy=remedy,
        count=count,
        total=len(similar),
        solved=sum(entry.outcome not in UNSETTLED for entry in chosen),
        case_ids=tuple(entry.key.id for entry in chosen),
    )
