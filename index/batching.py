"""Questions that arrive together go through the network together; one that comes alone waits for nobody."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.deadline import Deadline

TokenIds = NDArray[np.int64]
FloatVector = NDArray[np.float32]
FloatMatrix = NDArray[np.float32]
Network = Callable[[Sequence[TokenIds]], FloatMatrix]

LONGEST_WAIT_SECONDS = 60.0
# All are padded to the longest: beside one more than this many times as long, padding costs more than sharing saves.
MOST_TIMES_AS_LONG = 1.25


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A question whose turn has not come; its future gives the vector, or None: lead the next batch yourself."""

    tokens: TokenIds
    turn: Future[FloatVector | None] = field(default_factory=Future)


class SharedBatches:
    """Runs a network for many threads, at most `lanes` batches at once and `most` texts in each.

    Whoever finds a lane free runs at once. The others wait, and when a batch is done the one that has waited longest
    takes along those of about its length that wait too. Nobody ever waits for a batch to fill.
    """

    def __init__(
        self, run: Network, *, lanes: int, most: int, longest_wait_seconds: float = LONGEST_WAIT_SECONDS
    ) -> None:
        self._run = run
        self._free_lanes = lanes
        self._most = most
        self._longest_wait_seconds = longest_wait_seconds
        self._waiting: deque[_Waiting] = deque()
        self._mutex = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many texts wait for their turn."""
        return len(self._waiting)

    def encode(self, tokens: TokenIds, deadline: Deadline) -> FloatVector:
        """Return the vector of one text; raises what the network raised, `DeadlinePassed`, or `TimeoutError`."""
        with self._mutex:
            is_first = self._free_lanes > 0
            if is_first:
                self._free_lanes -= 1
            else:
                own = _Waiting(tokens)
                self._waiting.append(own)
        vector = None if is_first else self._wait(own, deadline)
        return self._lead(tokens) if vector is None else vector

    def _wait(self, own: _Waiting, deadline: Deadline) -> FloatVector | None:
        try:
            return own.turn.result(max(0.0, min(self._longest_wait_seconds, deadline.seconds_left)))
        except TimeoutError:
            with self._mutex:
                if own in self._waiting:
                    self._waiting.remove(own)  # Who has left must inherit no lane: nobody would give it on.
                    deadline.check()
                    raise
        return own.turn.result(self._longest_wait_seconds)  # The turn was given at this very moment.

    def _lead(self, tokens: TokenIds) -> FloatVector:
        companions = self._take_companions(len(tokens))
        try:
            vectors = self._run([tokens, *(other.tokens for other in companions)])
        except BaseException as error:
            for other in companions:
                other.turn.set_exception(error)
            raise
        finally:
            self._hand_over()
        for other, vector in zip(companions, vectors[1:], strict=True):
            other.turn.set_result(vector)
        own: FloatVector = vectors[0]
        return own

    def _take_companions(self, length: int) -> list[_Waiting]:
        with self._mutex:
            alike = [other for other in self._waiting if is_alike(len(other.tokens), length)][: self._most - 1]
            for other in alike:
                self._waiting.remove(other)
        return alike

    def _hand_over(self) -> None:
        """Give the lane to the one that has waited longest, or free it where nobody waits."""
        with self._mutex:
            if not self._waiting:
                self._free_lanes += 1
                return
            heir = self._waiting.popleft()
        heir.turn.set_result(None)


def is_alike(length: int, other: int) -> bool:
    """Tell whether two texts are near enough in length to be padded to the longer one."""
    return max(length, other) <= MOST_TIMES_AS_LONG * min(length, other)
