"""Makes up requests: a proper one, with one to three of its parts put in place of what an attacker would try."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import jwt

from eval.isolation.door import Attempt
from eval.isolation.routes import Route
from eval.isolation.shop import OTHER, OTHERS_ORDERS, VISITOR, VISITORS_ORDERS, Targets
from kb.customer_token import ALGORITHM, AUDIENCE, LONGEST_LIFE_SECONDS

CUSTOMER_HEADER = "X-Xianzhi-Customer"
REQUEST_ID = "asked-by-nobody"
SECRET, FORGERS_SECRET = "the-secret-of-this-shop-" * 3, "what-a-forger-has-guessed-" * 3
# What no route takes, and what one might take by mistake.
EXTRA_NAMES = (
    "audience", "customer", "customer_id", "order", "order_id", "now", "filters", "limit", "kind", "status", "role",
    "version", "internal", "channel", "turns", "shown", "request_id", "without", "fold_copies", "id", "key", "as_of",
)  # fmt: skip
EXTRA_HEADERS = (
    "X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-For", "X-Forwarded-Prefix", "Forwarded",
    "X-User", "X-Role", "Cookie", "Origin", "Referer", "Accept-Language", "Host", "X-Request-ID", "Range",
)  # fmt: skip
ANONYMOUS_SHARE = 0.8
DRESSED_SHARE = 0.3
KNOWN_WEIGHT = 2  # What a route does not know is mostly refused at once.
FREE_TEXT = frozenset({"question", "q", "turns", "reply", "channel"})
WORDS = (
    "internal",
    "public",
    "admin",
    "agent",
    "draft",
    "2027-01-01T00:00:00Z",
    "2020-01-01T00:00:00Z",
    "case",
    "*",
    "%",
)
ENDINGS = ("%00", "'", '" OR 1=1 --', "/../..", " ", ".json", ":reveal", "?", "#", ";", "*", "\\")
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that are offered: the one in the page, and what is guessed."""

    widget: str
    guessed: Sequence[str]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, whether the visitor has shown who they are, and the same request about what does not exist."""

    attempt: Attempt
    is_visitor: bool
    twin: Attempt | None = None
    sent: str = ""
    sent_by_twin: str = ""


@dataclass(slots=True)
class _Parts:
    """What a request is put together of."""

    path: dict[str, Any]
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: dict[str, Any]


class Attacker:
    """Makes requests one after another; the same seed makes the same ones."""

    def __init__(self, targets: Targets, keys: Keys, chance: random.Random, now: datetime) -> None:
        self._targets = targets
        self._keys = keys
        self._chance = chance
        self._seconds = int(now.timestamp())

    def make(self, route: Route, own_match: str) -> Visit:
        """Return a visit of a route; `own_match` is the id of something that a widget was answered."""
        is_visitor = self._chance.random() < 0.4
        parts = self._make_proper(route, own_match, is_visitor=is_visitor)
        hidden, unknown = self._choose_target()
        seed = self._chance.randrange(2**32)
        changed = self._build(route, parts, hidden, random.Random(seed))
        asks_text = changed.asks_text
        twin = None if asks_text else self._build(route, parts, unknown, random.Random(seed)).attempt
        return Visit(changed.attempt, is_visitor, twin, hidden, unknown)

    def _make_proper(self, route: Route, own_match: str, *, is_visitor: bool) -> _Parts:
        proper = {name: own_match if value == "{match}" else value for name, value in route.proper.items()}
        headers = {"X-Request-ID": REQUEST_ID, "Authorization": f"Bearer {self._choose_key()}"}
        token = self._make_token(VISITOR) if is_visitor else self._forge()
        if token is not None:
            headers[CUSTOMER_HEADER] = token
        return _Parts(
            path={name: proper.get(name, "x") for name in route.in_path},
            query=[(name, str(proper[name])) for name in route.in_query if name in proper],
            headers=headers,
            body={name: proper[name] for name in proper if name not in (*route.in_path, *route.in_query)},
        )

    def _choose_key(self) -> str:
        return self._keys.widget if self._chance.random() < 0.95 else self._chance.choice(self._keys.guessed)

    def _choose_target(self) -> tuple[str, str]:
        """Return the id of something hidden, and one like it that nothing has."""
        hidden = self._chance.choice([*self._targets.hidden, *self._targets.hidden[-5:]])
        digits = [place for place, letter in enumerate(hidden) if letter.isdigit()]
        if not digits:
            return hidden, f"{hidden[:-1]}{'x' if hidden[-1] != 'x' else 'y'}"
        # The first digit of none is nine.
        return hidden, f"{hidden[: digits[0]]}9{hidden[digits[0] + 1 :]}"

    def _make_token(self, customer_id: str, secret: str = SECRET, algorithm: str = ALGORITHM, **changed: Any) -> str:
        times = {"iat": self._seconds, "exp": self._seconds + LONGEST_LIFE_SECONDS}
        claims = {"aud": AUDIENCE, "sub": customer_id, **times, **changed}
        return jwt.encode(claims, secret if algorithm != "none" else None, algorithm)

    def _forge(self) -> str | None:
        """Return a token of the other customer's that must not be believed; mostly none."""
        if self._chance.random() < ANONYMOUS_SHARE:
            return None
        long_ago = self._seconds - 10 * LONGEST_LIFE_SECONDS
        return self._chance.choice(
            [
                self._make_token(OTHER, FORGERS_SECRET),
                self._make_token(OTHER, algorithm="none"),
                self._make_token(OTHER, iat=long_ago, exp=long_ago + LONGEST_LIFE_SECONDS),
                self._make_token(OTHER, aud="another-service"),
                OTHER,
            ]
        )

    def _build(self, route: Route, parts: _Parts, target: str, chance: random.Random) -> _Built:
        made = _Parts(dict(parts.path), list(parts.query), dict(parts.headers), dict(parts.body))
        asks_text = False
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            place, name = chance.choice(_list_slots(route))
            value = self._choose_value(target, chance)
            asks_text = asks_text or name in FREE_TEXT
            _put(made, place, name, value, chance)
        path = route.path
        for name, value in made.path.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe="/%:"))
        method = route.method if chance.random() < 0.95 else chance.choice(METHODS)
        body = made.body if made.body or route.in_body else None
        return _Built(Attempt(method, path, made.query, made.headers, body), asks_text)

    def _choose_value(self, target: str, chance: random.Random) -> Any:
        """Return the target, bare or dressed up, or something else that might open a door."""
        kind = chance.random()
        if kind < 0.7:
            return f"{target}{chance.choice(ENDINGS) if chance.random() < DRESSED_SHARE else ''}"
        if kind < 0.75:
            return chance.choice(
                ([target], {"id": target}, [[target]], {"$ne": target}, {"kind": "article", "id": target})
            )
        if kind < 0.85:
            sound = chance.choice(self._targets.sounds)
            return f"{sound[:2]}{chance.choice(('退款', '补偿口径', '不想要了能退吗'))}"
        if kind < 0.92:
            return chance.choice((*WORDS, True, None, -1, 10**9, 0.5))
        return chance.choice((*self._targets.public_articles, *VISITORS_ORDERS, *OTHERS_ORDERS))


@dataclass(frozen=True, slots=True)
class _Built:
    attempt: Attempt
    asks_text: bool


def _list_slots(route: Route) -> list[tuple[str, str]]:
    """Return every part of a request that can be changed; those that the route knows more often than others."""
    known = [("path", name) for name in route.in_path] + [("query", name) for name in route.in_query]
    known += [("header", name) for name in route.in_header] + [("body", name) for name in route.in_body]
    extra = [("query", name) for name in EXTRA_NAMES] + [("header", name) for name in EXTRA_HEADERS]
    if route.in_body:
        extra += [("body", name) for name in EXTRA_NAMES]
        extra += [("nested", name) for name in route.in_body]
    return [*(known * (KNOWN_WEIGHT * len(extra) // len(known)) if known else ()), *extra]


def _put(made: _Parts, place: str, name: str, value: Any, chance: random.Random) -> None:
    if place == "path":
        made.path[name] = value
    elif place == "query":
        made.query.append((name, str(value)))
    elif place == "header":
        made.headers[name] = _write_header(value)
    elif place == "body":
        made.body[name] = value
    else:
        inner: Mapping[str, Any] = {chance.choice(("id", "text", "order_id", "customer", "kind")): value}
        made.body[name] = chance.choice(
            (inner, [inner], {"order": inner}, {"status": "shipped", "customer": inner, **inner})
        )


def _write_header(value: Any) -> str:
    return quote(str(value), safe=" :/*=;,.'\"-_{}[]$")
