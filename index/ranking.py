"""Ranking: the fused scores, moved by what the order context says of each candidate's conditions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from index.catalogue import Catalogue
from index.entry import Entry
from index.precedents import Precedents, make_precedents
from index.recipe import STANDARD, Recipe
from index.searcher import Candidates
from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.conditions import Verdict, evaluate
from kb.orders.context import OrderContext

SHOWN = 100  # Fifty at most, and as many copies of them; what has no condition stays where it is.
RANKED = 400  # Candidates whose conditions are looked at: a rare condition met may lift one from far down.
# However rare the order, what the customer says must still be able to lead elsewhere: beyond great it counts little.
# It still counts, because the narrower of two conditions that an order meets is the one that was meant for it.
GREAT_SURPRISE, LARGEST_SURPRISE = 2.5, 5.0
SHARE_BEYOND = 0.15
UNMET_PENALTY = 4.0  # Behind everything that could apply, but still there for an agent to see.


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
    precedents = make_precedents(catalogue, context, recipe)
    ranked = []
    for position, ordinal in enumerate(candidates.ordinals[:RANKED].tolist()):
        condition = catalogue.find_condition(ordinal)
        if condition is None and position >= SHOWN:
            continue
        verdict = Verdict.MET if condition is None else evaluate(condition, context)
        if recipe.order_counts and verdict is Verdict.UNMET and audience is Audience.PUBLIC:
            continue
        moved = _move(catalogue, ordinal, verdict, recipe, precedents)
        score = float(candidates.fused[position]) + moved
        ranked.append(RankedCandidate(ordinal, position, score, verdict, moved))
    return sorted(ranked, key=lambda candidate: -candidate.score)


def score_if(
    candidate: RankedCandidate,
    verdict: Verdict,
    catalogue: Catalogue,
    *,
    audience: Audience,
    recipe: Recipe = STANDARD,
) -> float:
    """Return the score the candidate would have under another verdict; minus infinity where nobody would see it.

    Only articles have conditions: a case has no other verdict.
    """
    if recipe.order_counts and verdict is Verdict.UNMET and audience is Audience.PUBLIC:
        return -math.inf
    return candidate.score - candidate.moved + _move_article(catalogue.entries[candidate.ordinal], verdict, recipe)


def _move(catalogue: Catalogue, ordinal: int, verdict: Verdict, recipe: Recipe, precedents: Precedents) -> float:
    entry = catalogue.entries[ordinal]
    return precedents.move(entry) if entry.key.kind is ItemKind.CASE else _move_article(entry, verdict, recipe)


def _move_article(entry: Entry, verdict: Verdict, recipe: Recipe) -> float:
    if not recipe.order_counts:
        return 0.0
    if verdict is Verdict.UNMET:
        return -UNMET_PENALTY
    if verdict is Verdict.UNKNOWN or not entry.applies_when:
        return 0.0
    surprise = find_surprise(entry) if recipe.rarity_counts else 0.0
    return recipe.order.met + recipe.order.surprise * surprise


def find_surprise(entry: Entry) -> float:
    """Return how surprising it is that an order meets an article's conditions, in nats, damped beyond great."""
    surprise = min(-math.log(entry.met_share), LARGEST_SURPRISE)
    return min(surprise, GREAT_SURPRISE) + SHARE_BEYOND * max(surprise - GREAT_SURPRISE, 0.0)
