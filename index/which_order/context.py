"""How well a question suits an order's state: the scores of what the base holds, ranked as for a question about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.asking import TEMPERATURE
from index.ranking import UNMET_PENALTY, rank
from index.recipe import Recipe
from index.searcher import Candidates
from index.snapshot import Snapshot
from index.which_order.evidence import Evidence
from kb.articles.models import Audience
from kb.orders.context import OrderContext
from kb.orders.words import Words

# The nearest candidates; what stands further down no condition lifts to the top.
LOOKED_AT = 24
TELLING_LEAD = 0.5
NOTHING = -UNMET_PENALTY  # The score where nothing is found.
REASON = Words("问题与这笔订单的状态相合", "the question suits its state")


@dataclass(frozen=True, slots=True)
class FoundInBase:
    """What the base holds for a question, and how it is ranked."""

    candidates: Candidates
    snapshot: Snapshot
    recipe: Recipe
    audience: Audience


def weigh_contexts(found: FoundInBase, contexts: Sequence[OrderContext]) -> Evidence:
    """Return for each order how far it suits a question less than the order that suits it best: 0 or below.

    The logarithm of how much likelier the base's items, as near as they are, answer the question for the best one: a
    rule that only one order meets says that this order suits, and not a hundred times so.
    """
    candidates = found.candidates
    nearest = replace(candidates, ordinals=candidates.ordinals[:LOOKED_AT], fused=candidates.fused[:LOOKED_AT])
    values = [_measure(nearest, context, found) for context in contexts]
    best = max(values, default=0.0)
    tells = best - min(values, default=0.0) >= TELLING_LEAD
    return Evidence(
        tuple(-math.log1p(best - value) for value in values),
        tuple((REASON,) if tells and value == best else () for value in values),
    )


def _measure(nearest: Candidates, context: OrderContext, found: FoundInBase) -> float:
    ranked = rank(nearest, found.snapshot.catalogue, context, audience=found.audience, recipe=found.recipe)
    # A customer sees nothing whose conditions are unmet: what is left out speaks as little for an order as can be.
    scores = [NOTHING, *(candidate.score for candidate in ranked)]
    return float(np.logaddexp.reduce(np.array(scores) / TEMPERATURE))
