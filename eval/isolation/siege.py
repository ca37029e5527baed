"""Sends what the attacker makes up, and looks through every byte that comes back."""

from __future__ import annotations

import html
import io
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import orjson

from eval.isolation.attacker import SECRET, Attacker, Keys, Visit
from eval.isolation.door import Attempt, FrontDoor, OpenFrontDoor
from eval.isolation.routes import Route, list_closed_routes, list_open_routes
from eval.isolation.shop import AGENTS_MATCH, HANDOVER_ID, OTHER, OTHERS_ORDERS, Secrets, Targets, fill_shop
from eval.privacy.walk import OPEN_AND_OWN
from index.encoder import Encoder
from index.follower import LiveIndex
from index.matcher import Matcher
from index.opening import make_surroundings
from kb.database import Database
from kb.settings import Settings

NOW = datetime(2026, 11, 5, 10, 0, tzinfo=UTC)
WIDGET_KEY, AGENT_KEY = "the-key-in-the-page", "the-key-of-an-agent"
KEYS = f"page:widget:{WIDGET_KEY},wang:agent:{AGENT_KEY}"
GUESSED = ("", AGENT_KEY.upper(), AGENT_KEY[:-1], f"{AGENT_KEY}'", "null", "admin")
CLOSED_SHARE = 0.1
OWN_MATCH_EVERY = 500  # Judging needs something that was answered.
SHOWN = 5
ALWAYS_CHANGING = frozenset({"/metrics"})
# New each time, or by what the visitor's own request before did: a judgement that was taken back, or stood before.
_RANDOM = re.compile(
    r"[0-9a-f]{32}|\"undone\":\d+|\"earlier\":\[[^\]]*\]|\"timing\":\{[^}]*\}|\"at\":\"[^\"]*\"|content-length: \d+"
)


@dataclass(slots=True)
class RouteFigures:
    """What came of the requests to one route."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    leaks: Counter[str] = field(default_factory=Counter)
    pairs: int = 0
    told_apart: int = 0
    shown: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SiegeFigures:
    """The figures by route, and the secrets that stand in the log; `findable` are the kinds that agents were told."""

    routes: dict[str, RouteFigures] = field(default_factory=dict)
    logged: Counter[str] = field(default_factory=Counter)
    findable: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """All requests."""
        return sum(route.requests for route in self.routes.values())

    @property
    def pairs(self) -> int:
        """How often something hidden was asked for beside something that does not exist."""
        return sum(route.pairs for route in self.routes.values())

    @property
    def holds(self) -> bool:
        """Whether nothing was told, nothing told apart, nothing logged, and no request made the service fail."""
        return not self.logged and not any(
            route.leaks or route.told_apart or any(status >= 500 and status != 503 for status in route.statuses)
            for route in self.routes.values()
        )


@dataclass(frozen=True, slots=True)
class Siege:
    """A shop in one folder, and the means to lay siege to it."""

    encoder: Encoder
    open_door: OpenFrontDoor
    folder: Path
    seed: int

    def run(self, requests: int) -> SiegeFigures:
        """Send so many requests; return what came of them."""
        secrets = Secrets(random.Random(self.seed))
        keys = {"api_keys": KEYS, "customer_secret": SECRET, "data_dir": self.folder, "record_matches": True}
        settings = Settings.model_validate({**Settings(_env_file=None).model_dump(), **OPEN_AND_OWN, **keys})
        log = io.StringIO()
        with self._open_shop(settings, secrets) as (matcher, targets):
            attacker = Attacker(targets, Keys(WIDGET_KEY, GUESSED), random.Random(self.seed), datetime.now(UTC))
            with self.open_door(settings, matcher, log) as door:
                figures = _besiege(door, attacker, secrets, requests=requests, chance=random.Random(self.seed + 1))
        sensitive = {**secrets.for_nobody, **secrets.for_the_visitor, AGENT_KEY: "key", SECRET: "secret"}
        figures.logged = _find(log.getvalue(), sensitive)
        return figures

    @contextmanager
    def _open_shop(self, settings: Settings, secrets: Secrets) -> Iterator[tuple[Matcher, Targets]]:
        database = Database(settings.resolved_database_url)
        try:
            database.migrate()
            targets = fill_shop(database, secrets, now=NOW)
            live = LiveIndex(database, self.encoder, settings.generations_dir, clock=lambda: NOW)
            try:
                live.open()
                yield Matcher(live, replace(make_surroundings(settings), clock=lambda: NOW)), targets
            finally:
                live.close()
        finally:
            database.close()


def _besiege(
    door: FrontDoor, attacker: Attacker, secrets: Secrets, *, requests: int, chance: random.Random
) -> SiegeFigures:
    figures = SiegeFigures(findable=_ask_as_agent(door, secrets))
    headers = {"Authorization": f"Bearer {WIDGET_KEY}"}
    opened, closed = list_open_routes(door, headers), list_closed_routes(door, headers)
    own_match = ""
    while figures.requests < requests:
        if not figures.requests or figures.requests // OWN_MATCH_EVERY > (figures.requests - 2) // OWN_MATCH_EVERY:
            own_match = _ask_properly(door)
        route: Route = chance.choice(closed if chance.random() < CLOSED_SHARE else opened)
        visit = attacker.make(route, own_match)
        name = "closed routes" if route in closed else f"{route.method} {route.path}"
        _look_through(door, visit, secrets, figures.routes.setdefault(name, RouteFigures()))
    return figures


def _look_through(door: FrontDoor, visit: Visit, secrets: Secrets, figures: RouteFigures) -> None:
    status, said = _send(door, visit.attempt, secrets, visit, figures)
    if visit.twin is None or visit.attempt.path in ALWAYS_CHANGING:
        return
    _, said_of_nothing = _send(door, visit.twin, secrets, visit, figures)
    figures.pairs += 1
    if _blank(said, visit.sent) != _blank(said_of_nothing, visit.sent_by_twin):
        figures.told_apart += 1
        if len(figures.shown) < SHOWN:
            figures.shown.append(f"{visit.attempt} {status}: {said}\n  beside {said_of_nothing}")


def _send(door: FrontDoor, attempt: Attempt, secrets: Secrets, visit: Visit, figures: RouteFigures) -> tuple[int, str]:
    status, headers, text = door.send(
        attempt.method, attempt.path, params=attempt.params, headers=attempt.headers, body=attempt.body
    )
    figures.requests += 1
    figures.statuses[status] += 1
    said = f"{status}\n{headers}\n{text}"
    hidden = secrets.for_nobody if visit.is_visitor else {**secrets.for_nobody, **secrets.for_the_visitor}
    found = _find(said, hidden)
    figures.leaks += found
    if found and len(figures.shown) < SHOWN:
        figures.shown.append(f"{attempt}: {said}")
    return status, said


def _find(text: str, words: Mapping[str, str]) -> Counter[str]:
    """Return the kinds of the words that stand in a text, in whatever writing."""
    lowered = f"{text}\n{unquote(text)}\n{html.unescape(text)}\n{_unescape(text)}".lower()
    return Counter(kind for word, kind in words.items() if word.lower() in lowered)


def _unescape(text: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text) if "\\u" in text else ""


def _blank(said: str, sent: str) -> str:
    """Return an answer without what was sent, and what is new each time."""
    return _RANDOM.sub("…", said.replace(sent, "…").replace(_quote(sent), "…"))


def _quote(sent: str) -> str:
    """Return what was sent as an error names it."""
    return ascii(sent)[1:-1]


def _ask_properly(door: FrontDoor) -> str:
    headers = {"Authorization": f"Bearer {WIDGET_KEY}"}
    body = {"question": "不想要了能退吗"}
    _, _, text = door.send("POST", "/v1/widget/ask", params=(), headers=headers, body=body)
    return str(orjson.loads(text)["request_id"])


def _ask_as_agent(door: FrontDoor, secrets: Secrets) -> Counter[str]:
    """Return which secrets an agent is told: the search is no better than its eyes. Leaves a match of an agent's."""
    headers = {"Authorization": f"Bearer {AGENT_KEY}", "X-Request-ID": AGENTS_MATCH}
    asked: Sequence[tuple[str, str, object]] = (
        ("GET", "/v1/articles/hidden-internal", None),
        ("GET", "/v1/articles/hidden-draft", None),
        ("GET", "/v1/articles/hidden-coming", None),
        ("GET", f"/v1/orders/{OTHERS_ORDERS[0]}", None),
        ("POST", "/v1/match", {"question": "退货退款补偿口径", "limit": 50}),
        ("POST", f"/v1/customers/{OTHER}:reveal", {"fields": ["name", "phone"], "agent": "a-1", "reason": "回电"}),
        ("GET", f"/v1/handovers/{HANDOVER_ID}", None),
    )
    said = [door.send(method, path, params=(), headers=headers, body=body)[2] for method, path, body in asked]
    return _find("\n".join(said), {**secrets.for_nobody, **secrets.for_the_visitor})
