"""A recipe: what takes part in matching and how much it counts; evaluation turns off one part of it at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from index.fusion import WEIGHTS, Source
from index.lexical import FIELD_WEIGHTS


@dataclass(frozen=True, slots=True)
class Recipe:
    """The weight of every source and of every field of terms, and whether the order and earlier turns count.

    A source or a field without a weight finds nothing and counts for nothing.
    """

    weights: Mapping[Source, float]
    term_fields: Mapping[str, float]
    order_counts: bool = True
    rarity_counts: bool = True
    turns_count: bool = True


STANDARD = Recipe(WEIGHTS, FIELD_WEIGHTS)
