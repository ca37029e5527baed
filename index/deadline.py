"""How long somebody waits for an answer: looked at wherever work could stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from kb.errors import XianzhiError


class DeadlinePassed(XianzhiError):
    """Whoever asked waits no longer."""

    code = "deadline_passed"

    def __init__(self) -> None:
        super().__init__("The answer was not ready in the time that was given for it. Try again in a moment.")


@dataclass(slots=True)
class Deadline:
    """A moment of the monotonic clock after which an answer is of no use; earlier where the asker gives up."""

    at: float = math.inf
    clock: Callable[[], float] = time.monotonic

    def give_up(self) -> None:
        """Note, from any thread, that nobody waits any more."""
        self.at = -math.inf

    @property
    def seconds_left(self) -> float:
        """How long the answer is still waited for; below 0 where it is not."""
        return self.at - self.clock()

    def check(self) -> None:
        """Raise `DeadlinePassed` where nobody waits any more."""
        if self.seconds_left < 0:
            raise DeadlinePassed
