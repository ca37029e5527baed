"""How many processors there are for us."""

from __future__ import annotations

import os


def count_cores() -> int:
    """Return how many cores this process may use: by the set of them, not by a share of time (`docker --cpus`)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
