"""numpy's matrix products on one thread, as the searches beside them are: requests are what runs side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let BLAS use one thread, in the whole process; afterwards it is as it was.

    A product of 10,000 vectors with a question takes a millisecond; its helpers then go on spinning on the cores that
    other requests wait for.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        yield
