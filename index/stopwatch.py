"""The time of one match, by stage."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from index.deadline import Deadline


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds by stage of one match; no stage begins for somebody who waits no longer."""

    deadline: Deadline = field(default_factory=Deadline)
    stages: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """Note the time since the last lap; raises what the deadline raises."""
        now = time.perf_counter()
        self.stages[stage] = round((now - self.started) * 1000, 3)
        self.started = now
        self.deadline.check()
