"""Past cases as precedents: how far a case moves by its order's likeness to this one, and by how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from index.catalogue import Catalogue
from index.entry import Entry
from index.recipe import STANDARD, Recipe
from kb.cases.models import Outcome
from kb.orders.context import OrderContext
from kb.orders.likeness import OrderFacts, OrderShares, describe_order, measure_likeness

# In units of the fused score: an order just like this one lifts a case over an article as near, one unlike it sinks
# behind everything plausible. Of what is remarkable about two orders, half in common says nothing either way.
LIKENESS_WEIGHT = 3.0
NEUTRAL_LIKENESS = 0.5
# What did not settle the matter is still a precedent: of what was judged right, such cases are 0.8 times as common.
UNSETTLED_PENALTY = 0.2
UNSETTLED = frozenset({Outcome.REOPENED, Outcome.ESCALATED})


@dataclass(frozen=True, slots=True)
class Precedents:
    """Judges past cases beside the order of one question; `facts` are empty where no order is known."""

    facts: OrderFacts
    shares: OrderShares
    penalty: float

    def move(self, case: Entry) -> float:
        """Return by how much a case goes up or down; its order says nothing where there is nothing to compare."""
        likeness = self.find_likeness(case)
        moved = 0.0 if likeness is None else LIKENESS_WEIGHT * (likeness - NEUTRAL_LIKENESS)
        return moved - self.penalty - (UNSETTLED_PENALTY if case.outcome in UNSETTLED else 0.0)

    def find_likeness(self, case: Entry) -> float | None:
        """Return how alike the orders are, 0 to 1; None where nothing is known of both."""
        return measure_likeness(self.facts, case.order_facts, self.shares) if case.order_facts else None

    def contradict(self, case: Entry) -> bool:
        """Tell whether a case's order is rather another kind of order."""
        likeness = self.find_likeness(case)
        return likeness is not None and likeness < NEUTRAL_LIKENESS


def make_precedents(catalogue: Catalogue, context: OrderContext, recipe: Recipe = STANDARD) -> Precedents:
    """Return the judge of past cases for one question; without an order that counts, all orders are alike."""
    facts = describe_order(context) if recipe.order_counts else OrderFacts({})
    return Precedents(facts, catalogue.order_shares, recipe.order.case)
