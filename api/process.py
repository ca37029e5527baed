"""How the serving process shares the interpreter and keeps its memory."""

from __future__ import annotations

import ctypes
import gc
import sys

# A thread that matches gives the interpreter on after this long where another waits for it, such as the one that tells
# refusals; Python's own 5 ms add up over the few times that a request needs it.
SWITCH_SECONDS = 0.001
# malloc.h, of glibc. It gives each new thread a heap of its own, eight a core, and what one has freed no other uses.
M_ARENA_MAX, HEAPS = -8, 2
# What is taken for a moment, as at a change of knowledge, is given back when it is freed. Left alone, glibc puts ever
# larger pieces among the small ones, and keeps ever more of what was freed.
M_MMAP_THRESHOLD, LARGE_BYTES = -3, 8 << 20
M_TRIM_THRESHOLD, KEPT_BYTES = -1, 128 << 10


def prepare_process() -> None:
    """Set up the process, before it has threads."""
    sys.setswitchinterval(SWITCH_SECONDS)
    limit_heaps()


def settle_process() -> None:
    """Leave what there is by now out of the search for garbage: it is kept, and going through it stops all threads."""
    gc.collect()
    gc.freeze()


def limit_heaps() -> bool:
    """Bound the number of heaps and what is kept of freed memory; tell whether this system's C library lets us."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    options = ((M_ARENA_MAX, HEAPS), (M_MMAP_THRESHOLD, LARGE_BYTES), (M_TRIM_THRESHOLD, KEPT_BYTES))
    return set_option is not None and all(set_option(*option) == 1 for option in options)
