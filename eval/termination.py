"""A termination signal ends a command the way an error does: what it has opened is closed, its folders removed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TERMINATED = 128 + signal.SIGTERM  # What a shell reports of a process that the signal has killed.


@contextmanager
def exit_when_terminated() -> Iterator[None]:
    """Turn the first SIGTERM into `SystemExit`, and ignore more of them until all is cleaned up."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread may handle signals.
        return
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit(signum: int, frame: FrameType | None) -> None:
    signal.signal(signum, signal.SIG_IGN)
    raise SystemExit(TERMINATED)
