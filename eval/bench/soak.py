"""Mixed use for a long while: whether the memory of the server stays where it was."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

import orjson
from rich.box import MARKDOWN
from rich.table import Table

from eval.bench.base import Ground, serve_base
from eval.bench.served import HOST, Served
from eval.bench.traffic import draw_zipf

SEED = 20_261_117
READ_EVERY_SECONDS = 5.0
SETTLED_MINUTES = 5.0  # By then caches are filled and every kind of request has come many times.
NEAR_SECONDS = 60.0  # A figure at a moment is the median of this long around it.
ANSWER_SECONDS = 30.0
SECRET = "a-secret-of-the-soak-and-of-nothing-else"
DRAWN = 5_000
# How often each comes, of a hundred.
MIXTURE: Mapping[str, int] = {"match": 50, "suggest": 20, "widget": 15, "feedback": 8, "event": 5, "edit": 2}

Report = Callable[[str], None]


@dataclass(slots=True)
class SoakFigures:
    """The server's memory over time, and what was asked meanwhile."""

    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def at(self, moment: float) -> float:
        """Return the memory around a moment, in megabytes."""
        near = [
            megabytes
            for second, megabytes in zip(self.seconds, self.megabytes, strict=True)
            if abs(second - moment) <= NEAR_SECONDS / 2
        ]
        return median(near) if near else float("nan")

    @property
    def settled(self) -> float:
        """The memory when it should have settled."""
        return self.at(SETTLED_MINUTES * 60)

    @property
    def last(self) -> float:
        """The memory at the end."""
        return self.at(self.seconds[-1] - NEAR_SECONDS / 2) if self.seconds else float("nan")

    @property
    def growth(self) -> float:
        """By what share the memory grew after it should have settled."""
        return self.last / self.settled - 1


class Client:
    """Asks a server as its users do, one after the other."""

    def __init__(self, port: int, questions: Sequence[str], chance: random.Random) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
        self._questions = questions
        self._chance = chance
        self._number = 0
        self._answered: tuple[str, str] | None = None  # The last match: its id, and the article that came first.
        self._kinds: Mapping[str, Callable[[], bool]] = {
            "match": self._match,
            "suggest": self._suggest,
            "widget": self._ask_widget,
            "feedback": self._judge,
            "event": self._tell_event,
            "edit": self._edit,
        }

    def ask(self, kind: str) -> bool:
        """Ask one thing, and tell whether it was answered."""
        self._number += 1
        try:
            return self._kinds[kind]()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return False

    def _send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> bytes:
        content = None if body is None else orjson.dumps(body)
        self._connection.request(method, path, content, {"Content-Type": "application/json", **(headers or {})})
        response = self._connection.getresponse()
        answer = response.read()
        if response.status not in (200, 204):
            raise http.client.HTTPException(f"{path}: {response.status}")
        return answer

    def _draw(self) -> str:
        question = self._chance.choice(self._questions)
        # Half of them was never asked before.
        return question if self._chance.random() < 0.5 else f"{question} {self._number}"

    def _match(self) -> bool:
        order = {"id": f"SO{self._number:012}", "status": "shipped"} if self._chance.random() < 0.5 else None
        answer = orjson.loads(self._send("POST", "/v1/match", {"question": self._draw(), "order": order}))
        if answer["solutions"]:
            self._answered = answer["request_id"], answer["solutions"][0]["id"]
        return True

    def _suggest(self) -> bool:
        typed = self._chance.choice(self._questions)[:4].strip() or "tui"
        query = "".join(f"%{byte:02x}" for byte in typed.encode())
        return bool(self._send("GET", f"/v1/suggest?q={query}"))

    def _ask_widget(self) -> bool:
        return bool(self._send("POST", "/v1/widget/ask", {"question": self._draw()}))

    def _judge(self) -> bool:
        if self._answered is None:
            return self._match()
        request_id, article_id = self._answered
        solution = {"kind": "article", "id": article_id}
        return bool(
            self._send("POST", "/v1/feedback", {"request_id": request_id, "verdict": "used", "solution": solution})
        )

    def _edit(self) -> bool:
        article = {"title": f"改过的说明 {self._number}", "body": f"第 {self._number} 次改过。", "audience": "public"}
        return bool(self._send("PUT", f"/v1/articles/soak-{self._number % 50}", article))

    def _tell_event(self) -> bool:
        now = datetime.now(UTC)
        order = {"id": f"SO{self._number % 500:012}", "status": "shipped", "placed_at": now.isoformat()}
        event = {"id": f"soak-{self._number}", "type": "order.updated", "occurred_at": now.isoformat(), "data": order}
        content = orjson.dumps(event)
        stamp = str(int(now.timestamp()))
        digest = hmac.new(SECRET.encode(), f"{stamp}.".encode() + content, hashlib.sha256).hexdigest()
        headers = {"X-Xianzhi-Signature": f"t={stamp},v1={digest}"}
        answer = orjson.loads(self._send("POST", "/v1/events", event, headers))
        return all(one["result"] != "refused" for one in answer["results"])


def measure_soak(ground: Ground, *, seconds: float, per_second: float, report: Report) -> SoakFigures:
    """Serve a base and use it so long, so many requests a second, and read the server's memory every few seconds."""
    figures, chance = SoakFigures(), random.Random(SEED)
    questions = draw_zipf(ground.questions, DRAWN, seed=SEED)
    report("soak: building and starting")
    with serve_base(ground, environment={"XIANZHI_WEBHOOK_SECRET": SECRET}) as served:
        client, ended = Client(served.port, questions, chance), threading.Event()
        started = time.perf_counter()
        reading = threading.Thread(target=_read_memory, args=(served, figures, started, ended))
        reading.start()
        try:
            due = started
            while (due := due + chance.expovariate(per_second)) < started + seconds:
                time.sleep(max(0.0, due - time.perf_counter()))
                (kind,) = chance.choices(list(MIXTURE), list(MIXTURE.values()))
                figures.asked[kind] += 1
                figures.failed[kind] += not client.ask(kind)
                report(f"soak: minute {(due - started) / 60:.0f} of {seconds / 60:.0f}")
        finally:
            ended.set()
            reading.join()
    return figures


def _read_memory(served: Served, figures: SoakFigures, started: float, ended: threading.Event) -> None:
    while not ended.is_set():
        megabytes = served.read_megabytes()
        if megabytes is not None:
            figures.seconds.append(time.perf_counter() - started)
            figures.megabytes.append(megabytes)
        ended.wait(READ_EVERY_SECONDS)


def show_soak(figures: SoakFigures) -> Table:
    """Return what was asked, and what it did to the memory."""
    minutes = figures.seconds[-1] / 60
    table = Table(title=f"Soak of {minutes:.0f} minutes", title_justify="left", box=MARKDOWN)
    for heading in (*MIXTURE, "failed", f"MB at minute {SETTLED_MINUTES:.0f}", "MB at the end", "most MB", "growth"):
        table.add_column(heading, justify="right")
    table.add_row(
        *(str(figures.asked[kind]) for kind in MIXTURE),
        str(sum(figures.failed.values())),
        f"{figures.settled:.0f}",
        f"{figures.last:.0f}",
        f"{max(figures.megabytes):.0f}",
        f"{100 * figures.growth:+.1f} %",
    )
    return table
