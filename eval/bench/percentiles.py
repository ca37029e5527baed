"""The shares of measured times that are told of: nearest rank, so that each is a time that was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence


def find_percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of them does not exceed; NaN of none."""
    if not values:
        return math.nan
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]
