"""What every fit of a logit needs: the shares that scores stand for, and the parameters that make a loss least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Bound = tuple[float | None, float | None]


def softmax(scores: FloatArray) -> FloatArray:
    """Return the shares of e to the power of each score; they add up to 1 along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: FloatArray = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def find_minimum(
    loss: Callable[[FloatArray], Any],
    start: FloatArray,
    *,
    bounds: Sequence[Bound] | None = None,
    has_slope: bool = True,
    most_steps: int | None = None,
) -> FloatArray:
    """Return where a loss is least, by L-BFGS-B; it returns its slope as well, unless `has_slope` is false."""
    from scipy.optimize import minimize  # A quarter of a second, which nobody but who fits should wait for.

    options = {} if most_steps is None else {"maxiter": most_steps}
    found = minimize(loss, start, jac=has_slope or None, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(found.x, np.float64)
