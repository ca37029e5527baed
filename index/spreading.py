"""Work on every core: texts are cut into words by Python itself, which uses one core a process."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Protocol, TypeVar

from index.cores import count_cores
from kb.errors import XianzhiError

WORTH_SPREADING = 20_000  # Texts; for fewer, starting processes and loading the dictionary takes longer than it saves.
WAITING_A_WORKER = 3
MOST_WORKERS = 8  # Each holds the dictionary, and one process writes what all of them cut.

Part = TypeVar("Part")
Done = TypeVar("Done")


class WorkerEnded(XianzhiError):
    """A process that helped with a build ended before its work did."""

    code = "worker_ended"

    def __init__(self) -> None:
        super().__init__(
            "A process that cuts texts into words ended at once; most often the system ends one for want of memory. "
            "Build again with more memory, or with fewer such processes: `taskset --cpu-list 0 xianzhi index build`."
        )


class Spread(Protocol):
    """Applies a function to each part, and yields what came of them in the parts' order."""

    def __call__(self, function: Callable[[Part], Done], parts: Iterable[Part]) -> Iterator[Done]:
        """Yield the results; `function` and `parts` may be sent to another process."""
        ...


def work_here(function: Callable[[Part], Done], parts: Iterable[Part]) -> Iterator[Done]:
    """Work through the parts in this process."""
    yield from map(function, parts)


@contextmanager
def spread_over_cores(texts: int) -> Iterator[Spread]:
    """Give a way of working through so many texts: in other processes where it is worth it, or else right here.

    Raises `WorkerEnded` where one of those processes ends.
    """
    workers = count_workers()
    if texts < WORTH_SPREADING or workers == 1:
        yield work_here
        return
    context = multiprocessing.get_context("spawn")  # What serves has threads, and those do not survive a fork.
    try:
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent) as pool:

            def spread(function: Callable[[Part], Done], parts: Iterable[Part]) -> Iterator[Done]:
                waiting: deque[Future[Done]] = deque()
                for part in parts:
                    waiting.append(pool.submit(function, part))
                    if len(waiting) > WAITING_A_WORKER * workers:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()

            yield spread
    except BrokenProcessPool as error:
        raise WorkerEnded from error


def count_workers() -> int:
    """Return how many processes help: one for each core that this process may use, up to a few."""
    return min(count_cores(), MOST_WORKERS)


def _end_with_parent() -> None:
    """Let no worker outlive a build that was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
