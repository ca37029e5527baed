"""A recipe: what takes part in matching and how much it counts; evaluation turns off one part of it at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.confidence import CURVE, Curve
from index.fusion import WEIGHTS, Source
from index.lexical import FIELD_WEIGHTS
from kb.articles.models import Audience


@dataclass(frozen=True, slots=True)
class OrderWeights:
    """What the order context is worth, in units of the fused score, whose best candidate commonly stands 1.5 to 3.5
    above the mean (docs/decisions/0003-ranking.md).

    met       that a condition is met at all
    surprise  for each -ln(share of orders that meet it): an article written for parcels that are lost says more about
              this lost parcel than one written for anything shipped
    case      taken from a past case: an article is the shop's word, a case what somebody once did, so that it goes
              first only where it is clearly nearer
    """

    met: float = 0.3
    surprise: float = 0.7
    case: float = 0.6


@dataclass(frozen=True, slots=True)
class Recipe:
    """The weight of every source and of every field of terms, of the order, and whether earlier turns count.

    A source or a field without a weight finds nothing and counts for nothing. `curves` turn signs into confidence.
    """

    weights: Mapping[Source, float]
    term_fields: Mapping[str, float]
    order: OrderWeights = OrderWeights()
    curves: Mapping[Audience, Curve] = field(default_factory=lambda: dict.fromkeys(Audience, CURVE))
    order_counts: bool = True
    rarity_counts: bool = True
    turns_count: bool = True
    wording_counts: bool = True
    synonyms_count: bool = True


STANDARD = Recipe(WEIGHTS, FIELD_WEIGHTS)
