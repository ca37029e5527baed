"""`python -m tests.api.slow_clients DATA`: agents' matches while others trickle, say nothing or take no answer.

The shop is the sample; `xianzhi serve` runs as a process of its own, with the settings that it has unless told.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.bench.percentiles import find_percentile
from eval.bench.served import HOST, serve_folder

QUESTIONS = ("我的快递怎么还没到", "可以开专票吗", "退货运费谁出", "衣服尺码不合适想换货", "保修期多久")
START = b"POST /v1/match HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
MANNERS = {
    "silent": b"",
    "head": START,
    "body": START + b"Content-Length: 5000\r\n\r\n{",
    "takes nothing": b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200,
}
BYTE_SECONDS = 1.0


@dataclass(slots=True)
class SlowFigures:
    """How long slow clients were borne, by their manner."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    left: int = 0


async def be_slow(port: int, manner: str, place: int, until: float, figures: SlowFigures) -> None:
    """Connect in one manner again and again until the time is over."""
    while time.monotonic() < until:
        try:
            source = (f"127.0.1.{place % 8 + 1}", 0)
            reader, writer = await asyncio.open_connection(HOST, port, local_addr=source, limit=2**10)
        except OSError:
            await asyncio.sleep(BYTE_SECONDS)
            continue
        began = time.monotonic()
        with suppress(OSError):
            writer.write(MANNERS[manner])
            while not writer.transport.is_closing() and not reader.at_eof() and time.monotonic() < until:
                await asyncio.sleep(BYTE_SECONDS)
                if manner in ("head", "body"):
                    writer.write(b"x")
        if time.monotonic() < until:
            figures.seconds.setdefault(manner, []).append(time.monotonic() - began)
        writer.transport.abort()


async def be_slow_together(port: int, clients: int, seconds: float) -> SlowFigures:
    """Let so many clients be slow for so long, a quarter in each manner."""
    figures = SlowFigures()
    until = time.monotonic() + seconds
    manners = list(MANNERS)
    tasks = [be_slow(port, manners[place % len(manners)], place, until, figures) for place in range(clients)]
    await asyncio.gather(*tasks)
    return figures


def ask_as_agent(port: int, seconds: float) -> tuple[list[float], Counter[int]]:
    """Ask one question after the other, each over a connection of its own; return milliseconds and statuses."""
    milliseconds: list[float] = []
    statuses: Counter[int] = Counter()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        try:
            body = json.dumps({"question": QUESTIONS[len(milliseconds) % len(QUESTIONS)]})
            connection.request("POST", "/v1/match", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            statuses[answer.status] += 1
        except OSError:
            statuses[0] += 1
        finally:
            connection.close()
        milliseconds.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    return milliseconds, statuses


async def measure(port: int, clients: int, seconds: float) -> tuple[SlowFigures, tuple[list[float], Counter[int]]]:
    """Return what slow clients and an agent saw at the same time."""
    slow = asyncio.create_task(be_slow_together(port, clients, seconds))
    await asyncio.sleep(1)
    agent = await asyncio.to_thread(ask_as_agent, port, seconds - 2)
    return await slow, agent


def main() -> int:
    """Measure, and return 1 where an agent was not answered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a data folder with the sample in it")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=40)
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder, serve_folder(options.data, Path(folder) / "log") as served:
        ask_as_agent(served.port, 3)
        rows = {"alone": ask_as_agent(served.port, options.seconds / 2)}
        slow, rows[f"beside {options.clients} slow"] = asyncio.run(
            measure(served.port, options.clients, options.seconds)
        )
        connection = http.client.HTTPConnection(HOST, served.port, timeout=30)
        connection.request("GET", "/metrics")
        figures = connection.getresponse().read().decode()
    table = Table("agent", "asked", "p50 ms", "p95 ms", "statuses")
    for name, (milliseconds, statuses) in rows.items():
        shares = [f"{find_percentile(milliseconds, share):.0f}" for share in (0.5, 0.95)]
        table.add_row(name, str(len(milliseconds)), *shares, str(dict(statuses)))
    console.print(table)
    table = Table("slow client", "connections closed on it", "median s", "most s")
    for manner, seconds in slow.seconds.items():
        median = find_percentile(seconds, 0.5)
        table.add_row(manner, str(len(seconds)), f"{median:.1f}", f"{max(seconds):.1f}")
    console.print(table)
    for line in figures.splitlines():
        if line.startswith("xianzhi_connections_dropped_total"):
            console.print(line)
    return int(any(set(statuses) != {200} for _milliseconds, statuses in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
