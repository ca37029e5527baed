"""Streams of requests, put on a server by a process of its own: what the generator is told, and what it tells."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter

from eval.bench.percentiles import find_percentile
from kb.errors import XianzhiError

GENERATOR = "eval.bench.generator"
EXTRA_SECONDS = 90.0  # For what is under way when the time is up, and for the process to start.
ANSWERED, REFUSED = frozenset({200, 204}), frozenset({429, 503})
UNANSWERED = 0  # The status of what was not answered.


class GeneratorFailed(XianzhiError):
    """The process that puts the load on did not do it."""

    code = "generator_failed"


@dataclass(frozen=True, slots=True)
class Stream:
    """Requests of one kind: `clients` that each wait for their answer, or else `per_second` that come when they come.

    The bodies are sent in turn. `address` is the one of this machine's that they are sent from.
    """

    name: str
    path: str
    bodies: Sequence[str]
    clients: int = 0
    per_second: float = 0.0
    headers: Sequence[tuple[str, str]] = ()
    address: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Load:
    """What is put on a server."""

    port: int
    seconds: float
    seed: int
    streams: Sequence[Stream]


@dataclass(slots=True)
class Replies:
    """What came back of one stream: of each request its status, and the milliseconds from when it was due."""

    seconds: float = 0.0
    statuses: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def add(self, status: int, milliseconds: float) -> None:
        """Note one reply."""
        self.statuses.append(status)
        self.milliseconds.append(milliseconds)

    def join(self, other: Replies) -> None:
        """Take over what came back at another time."""
        self.seconds += other.seconds
        self.statuses += other.statuses
        self.milliseconds += other.milliseconds

    def select(self, statuses: frozenset[int]) -> list[float]:
        """Return the milliseconds of the replies with one of these statuses."""
        return [ms for status, ms in zip(self.statuses, self.milliseconds, strict=True) if status in statuses]

    def count(self, statuses: frozenset[int]) -> int:
        """Return how many replies have one of these statuses."""
        return sum(status in statuses for status in self.statuses)

    @property
    def answers_per_second(self) -> float:
        """How many were answered, a second."""
        return self.count(ANSWERED) / self.seconds if self.seconds else 0.0

    @property
    def failed(self) -> int:
        """How many were neither answered nor refused."""
        return len(self.statuses) - self.count(ANSWERED | REFUSED)

    def percentile(self, share: float, statuses: frozenset[int] = ANSWERED) -> float:
        """Return the milliseconds within which this share of such replies came; NaN of none."""
        return find_percentile(self.select(statuses), share)


LOAD: Final[TypeAdapter[Load]] = TypeAdapter(Load)
REPLIES: Final[TypeAdapter[dict[str, Replies]]] = TypeAdapter(dict[str, Replies])


def put_on(load: Load) -> dict[str, Replies]:
    """Put a load on, from a process of its own, and return the replies of each stream by its name."""
    command = [sys.executable, "-m", GENERATOR]
    try:
        done = subprocess.run(
            command, input=LOAD.dump_json(load), capture_output=True, timeout=load.seconds + EXTRA_SECONDS, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise GeneratorFailed(f"The load was not put on: {error}.") from error
    return REPLIES.validate_json(done.stdout)
