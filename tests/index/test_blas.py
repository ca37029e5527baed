"""While a matcher is open, numpy multiplies on one thread."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info

from index.blas import one_blas_thread


def count_threads() -> list[int]:
    """Return how many threads each BLAS of this process may use."""
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_products_use_one_thread_inside_and_as_many_as_before_outside() -> None:
    assert np.ones((2, 2)).sum() == 4.0  # numpy's BLAS is loaded.
    before = count_threads()
    with one_blas_thread():
        assert set(count_threads()) == {1}
    assert count_threads() == before
