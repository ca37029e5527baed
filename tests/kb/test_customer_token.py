"""Only what the shop itself signed, for this, for a short time, shows who a visitor is."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.customer_token import AUDIENCE, MAX_TOKEN, CustomerTokenRefused, CustomerTokens, Visitor

SECRET = b"the-secret-of-the-shop-" * 3
OTHER = b"quite-another-secret-" * 4
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
TOKENS = CustomerTokens((SECRET,))


def sign(secret: bytes = SECRET, *, algorithm: str = "HS256", **changed: Any) -> str:
    claims = {"aud": AUDIENCE, "sub": "C0042", "iat": SECONDS, "exp": SECONDS + 600, **changed}
    content = json.dumps({name: value for name, value in claims.items() if value is not None}).encode()
    # Signed as it is: a shop's own library may not look at what it signs.
    return jwt.PyJWS().encode(content, secret, algorithm)


def encode(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def refuse(token: str, tokens: CustomerTokens = TOKENS) -> str:
    with pytest.raises(CustomerTokenRefused) as caught:
        tokens.read(token, now=NOW)
    assert token not in caught.value.message or not token
    return caught.value.message


def test_a_signed_token_says_who_it_is() -> None:
    assert TOKENS.read(sign(), now=NOW) == Visitor("C0042")


def test_it_may_say_which_order_the_page_is_about() -> None:
    assert TOKENS.read(sign(order_id="SO1"), now=NOW) == Visitor("C0042", "SO1")
    assert TOKENS.read(sign(order_id=17), now=NOW) == Visitor("C0042", "17")


def test_a_number_is_an_id_as_it_is_in_many_shops() -> None:
    assert TOKENS.read(sign(sub=42, jti=7), now=NOW) == Visitor("42")


def test_an_id_that_is_none_is_named() -> None:
    assert "`sub` is not an id" in refuse(sign(sub=["C0042"]))
    assert "`order_id` is not an id" in refuse(sign(order_id=True))


def test_two_secrets_are_taken_while_one_replaces_the_other() -> None:
    both = CustomerTokens((OTHER, SECRET))
    assert both.read(sign(SECRET), now=NOW) == both.read(sign(OTHER), now=NOW) == Visitor("C0042")


def test_without_a_secret_no_token_shows_anything() -> None:
    assert "XIANZHI_CUSTOMER_SECRET" in refuse(sign(), CustomerTokens())


def test_it_may_live_for_an_hour_and_no_longer() -> None:
    assert TOKENS.read(sign(exp=SECONDS + 3_600), now=NOW)
    assert "longer than an hour" in refuse(sign(exp=SECONDS + 3_601))
    assert "longer than an hour" in refuse(sign(iat=SECONDS, exp=SECONDS))


def test_clocks_may_differ_by_a_minute_but_no_token_outlives_its_end() -> None:
    assert TOKENS.read(sign(iat=SECONDS + 60), now=NOW)
    assert "not valid yet" in refuse(sign(iat=SECONDS + 61))
    assert "not valid yet" in refuse(sign(nbf=SECONDS + 61))
    assert TOKENS.read(sign(iat=SECONDS - 3_599, exp=SECONDS + 1), now=NOW)
    assert "expired" in refuse(sign(iat=SECONDS - 100, exp=SECONDS))


@pytest.mark.parametrize(
    "make",
    [
        lambda: sign(OTHER),
        lambda: sign(algorithm="HS512"),
        lambda: sign(aud="another-service"),
        lambda: sign(aud=[AUDIENCE, "another-service"]),
        lambda: sign(aud=None),
        lambda: sign(sub=None),
        lambda: sign(iat=None),
        lambda: sign(exp=None),
        lambda: sign(sub=""),
        lambda: sign(sub="x" * 201),
        lambda: sign(sub="C00\x0042"),
        lambda: sign(order_id=["SO1"]),
        lambda: sign(order_id=True),
        lambda: sign(iat=-1, exp=100),
        lambda: f"{encode({'alg': 'none', 'typ': 'JWT'})}.{sign().split('.')[1]}.",
        lambda: f"{encode({'alg': 'None'})}.{sign().split('.')[1]}.{sign().split('.')[2]}",
        lambda: f"{encode({'alg': 'RS256'})}.{sign().split('.')[1]}.{sign().split('.')[2]}",
        lambda: f"{encode({'alg': ['HS256']})}.{sign().split('.')[1]}.{sign().split('.')[2]}",
        lambda: f"{encode([])}.{encode([])}.x",
        lambda: f"{encode({'alg': 'HS256', 'crit': ['x'], 'x': 1})}.{sign().split('.')[1]}.x",
        lambda: "",
        lambda: "C0042",
        lambda: "退货.é.☃",
        lambda: "." * 10,
        lambda: sign(note="x" * MAX_TOKEN),
    ],
)
def test_anything_else_is_refused(make: Callable[[], str]) -> None:
    refuse(make())


@pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
@pytest.mark.parametrize("value", ["soon", True, [], float("nan"), float("inf"), 1e300, {}])
def test_a_time_that_is_none_is_refused(name: str, value: Any) -> None:
    refuse(sign(**{name: value}))


@given(st.integers(0, 400), st.characters(codec="ascii"))
def test_a_token_with_another_character_anywhere_shows_nobody_else(place: int, character: str) -> None:
    token = sign()
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    try:
        # The last character of Base64 holds bits that no byte uses.
        assert TOKENS.read(changed, now=NOW) == Visitor("C0042")
    except CustomerTokenRefused:
        assert changed != token
