"""Ranking: the fused scores, moved by what the order context says of each candidate's conditions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from index.catalogue import Catalogue
from index.recipe import STANDARD, Recipe
from index.searcher import Candidates
from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.conditions import Verdict, evaluate
from kb.orders.context import OrderContext

SHOWN = 60  # Nobody is shown more than fifty; what has no condition stays where it is.
RANKED = 400  # Candidates whose conditions are looked at: a rare condition met may lift one from far down.
# In units of the fused score, whose best candidate commonly stands 1.5 to 3.5 above the mean (0003-ranking.md).
MET_BONUS = 0.3
# A met condition is worth its surprise, -ln(share of orders that meet it): an article written for parcels that are
# lost says more about this lost parcel than one written for anything shipped.
SURPRISE_WEIGHT = 0.7
# However rare the order: what the customer says must still be able to lead elsewhere.
LARGEST_SURPRISE = 2.5
UNMET_PENALTY = 4.0  # Behind everything that could apply, but still there for an agent to see.
# An article is the shop's word, a case what somebody once did: it goes first only where it is clearly nearer.
CASE_PENALTY = 0.6


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """A candidate with its final score; `position` is its row in the candidates' columns."""

    ordinal: int
    position: int
    score: float
    applies: Verdict
    moved: float


def rank(
    candidates: Candidates,
    catalogue: Catalogue,
    context: OrderContext,
    *,
    audience: Audience,
    recipe: Recipe = STANDARD,
) -> list[RankedCandidate]:
    """Return the candidates in final order; a customer never sees one whose conditions are unmet."""
    ranked = []
    for position, ordinal in enumerate(candidates.ordinals[:RANKED].tolist()):
        condition = catalogue.conditions.get(ordinal)
        if condition is None and position >= SHOWN:
            continue
        verdict = Verdict.MET if condition is None else evaluate(condition, context)
        if recipe.order_counts and verdict is Verdict.UNMET and audience is Audience.PUBLIC:
            continue
        moved = _move(catalogue, ordinal, verdict, recipe)
        score = float(candidates.fused[position]) + moved
        ranked.append(RankedCandidate(ordinal, position, score, verdict, moved))
    return sorted(ranked, key=lambda candidate: -candidate.score)


def _move(catalogue: Catalogue, ordinal: int, verdict: Verdict, recipe: Recipe) -> float:
    entry = catalogue.entries[ordinal]
    if entry.key.kind is ItemKind.CASE:
        return -CASE_PENALTY
    if not recipe.order_counts:
        return 0.0
    if verdict is Verdict.UNMET:
        return -UNMET_PENALTY
    if verdict is Verdict.UNKNOWN or not entry.applies_when:
        return 0.0
    surprise = min(-math.log(entry.met_share), LARGEST_SURPRISE) if recipe.rarity_counts else 0.0
    return MET_BONUS + SURPRISE_WEIGHT * surprise
