"""Ask a running service as agents do, while others flood it."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event

import httpx

FLOODERS = 2  # Processes; each has so many requests under way.
UNDER_WAY = 8
TIMEOUT_SECONDS = 30.0
TYPED = ("退", "tuik", "tui款", "推款", "我的快递到哪", "fapiao", "retrun", "什么时候能发货", "kddaonal")


class Flood(StrEnum):
    """With what the service is flooded: nothing, what costs as little as a request can, or suggestions."""

    NOTHING = "nothing"
    HEALTH = "/healthz"
    SUGGESTIONS = "/v1/suggest"


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of the matches under one flood, and how many of its requests were answered how."""

    flood: Flood
    milliseconds: Sequence[float]
    seconds: float
    statuses: Counter[int]


def measure_flood(address: str, headers: dict[str, str], questions: Sequence[str], flood: Flood) -> Measured:
    """Ask the questions one after another while the flood lasts."""
    context = multiprocessing.get_context("spawn")
    stop, counted = context.Event(), context.Queue()
    paths = [f"{flood}?q={typed}" for typed in TYPED] if flood is Flood.SUGGESTIONS else [flood.value]
    count = 0 if flood is Flood.NOTHING else FLOODERS
    flooders = [
        context.Process(target=_keep_asking, args=(address, headers, paths, stop, counted)) for _ in range(count)
    ]
    statuses: Counter[int] = Counter()
    try:
        for flooder in flooders:
            flooder.start()
        for _ in flooders:
            counted.get(timeout=TIMEOUT_SECONDS)  # Each says when it has begun.
        started = time.perf_counter()
        milliseconds = _ask(address, headers, questions)
        seconds = time.perf_counter() - started
        stop.set()
        for _ in flooders:
            statuses += counted.get(timeout=TIMEOUT_SECONDS)
    finally:
        stop.set()
        for flooder in flooders:
            flooder.join(TIMEOUT_SECONDS)
    return Measured(flood, milliseconds, seconds, statuses)


def _ask(address: str, headers: dict[str, str], questions: Sequence[str]) -> list[float]:
    milliseconds = []
    with httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_SECONDS) as client:
        for question in questions:
            started = time.perf_counter()
            client.post("/v1/match", json={"question": question}).raise_for_status()
            milliseconds.append((time.perf_counter() - started) * 1_000)
    return milliseconds


def _keep_asking(
    address: str,
    headers: dict[str, str],
    paths: Sequence[str],
    stop: Event,
    counted: Queue[Counter[int]],
) -> None:
    """Ask until stopped, and count the answers by status."""
    statuses: Counter[int] = Counter()
    with (
        httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_SECONDS) as client,
        ThreadPoolExecutor(UNDER_WAY) as threads,
    ):
        counted.put(Counter())

        def ask_for_ever(first: int) -> Counter[int]:
            own: Counter[int] = Counter()
            for path in cycle([*paths[first:], *paths[:first]]):
                if stop.is_set():
                    break
                own[client.get(path).status_code] += 1
            return own

        for own in threads.map(ask_for_ever, (number % len(paths) for number in range(UNDER_WAY))):
            statuses += own
    counted.put(statuses)
