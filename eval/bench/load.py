"""Clients that ask over HTTP, each one question after the other, as fast as they are answered."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import orjson

from eval.bench.percentiles import find_percentile
from eval.bench.served import HOST

ANSWER_SECONDS = 60.0
HEADERS = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Answers:
    """What some clients got: milliseconds of each answer, as the client saw it, and by stage, as the server told."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)
    failed: int = 0

    def add(self, milliseconds: float, timing: Mapping[str, float]) -> None:
        """Note one answer."""
        self.milliseconds.append(milliseconds)
        for stage, value in timing.items():
            self.stages.setdefault(stage, []).append(value)

    def join(self, other: Answers) -> None:
        """Take over what another client got."""
        self.milliseconds += other.milliseconds
        self.failed += other.failed
        for stage, values in other.stages.items():
            self.stages.setdefault(stage, []).extend(values)

    @property
    def per_second(self) -> float:
        """Answers a second, of all clients together."""
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return the milliseconds within which this share of the answers came."""
        return find_percentile(self.milliseconds, share)

    def stage_medians(self) -> Mapping[str, float]:
        """Return the median of each stage, in milliseconds."""
        return {stage: median(values) for stage, values in self.stages.items()}


def ask_together(port: int, questions: Sequence[str], *, clients: int, seconds: float) -> Answers:
    """Let so many clients ask for so long; each begins at another question, and none is asked twice in a row."""
    deadline = time.perf_counter() + seconds
    parts = [Answers() for _ in range(clients)]
    threads = [
        threading.Thread(
            target=_ask_until, args=(port, [*questions[n * len(questions) // clients :], *questions], deadline, part)
        )
        for n, part in enumerate(parts)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = Answers(seconds=time.perf_counter() - started)
    for part in parts:
        answers.join(part)
    return answers


def _ask_until(port: int, questions: Sequence[str], deadline: float, answers: Answers) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        asked = 0
        while time.perf_counter() < deadline:
            _ask(connection, questions[asked % len(questions)], answers)
            asked += 1
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, question: str, answers: Answers) -> None:
    body = orjson.dumps({"question": question, "limit": 5})
    started = time.perf_counter()
    try:
        connection.request("POST", "/v1/match", body, HEADERS)
        response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException):
        answers.failed += 1
        connection.close()
        return
    milliseconds = (time.perf_counter() - started) * 1_000
    if response.status != 200:
        answers.failed += 1
        return
    answers.add(milliseconds, orjson.loads(content)["timing"])
