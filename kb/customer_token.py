"""Whom the shop says a visitor of its pages is: a JWT of the shop's own, signed with a secret that it shares with us.

RFC 7519, HS256 only (RFC 8725 §3.1: the algorithm is never taken from the token).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt

from kb.errors import XianzhiError

AUDIENCE = "xianzhi-widget"
ALGORITHM = "HS256"
LONGEST_LIFE_SECONDS = 3_600
CLOCKS_DIFFER_SECONDS = 60
MAX_TOKEN = 2_000
MAX_ID = 200
REMEDY = (
    f'Send a JWT signed with {ALGORITHM}: `aud` "{AUDIENCE}", `sub` the customer\'s id, `iat`, and `exp` at most one '
    "hour after it; or send no token."
)


class CustomerTokenRefused(XianzhiError):
    """A token that shows nothing: wrongly signed, expired, or made for something else."""

    code = "customer_token_refused"

    def __init__(self, fact: str) -> None:
        super().__init__(f"{fact} {REMEDY}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom the shop vouches for, and the order that its page is about, where it says so."""

    customer_id: str
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerTokens:
    """Reads tokens by the secrets that the shop may sign with; none where it signs nothing."""

    secrets: Sequence[bytes] = field(default=(), repr=False)

    def read(self, token: str, *, now: datetime) -> Visitor:
        """Return whom a token vouches for; raises `CustomerTokenRefused`."""
        if not self.secrets:
            raise CustomerTokenRefused("No secret is set here to check the token with (XIANZHI_CUSTOMER_SECRET).")
        if len(token) > MAX_TOKEN:
            raise CustomerTokenRefused(f"The token has more than {MAX_TOKEN:,} characters.")
        claims = self._verify(token)
        _check_times(claims, now)
        order_id = claims.get("order_id")
        return Visitor(_read_id(claims["sub"], "sub"), None if order_id is None else _read_id(order_id, "order_id"))

    def _verify(self, token: str) -> Mapping[str, Any]:
        found = [claims for secret in self.secrets if (claims := _decode(token, secret)) is not None]
        if not found:
            raise CustomerTokenRefused("The token is not signed with the secret of this shop, or not made for this.")
        return found[0]


def _decode(token: str, secret: bytes) -> Mapping[str, Any] | None:
    try:
        # Times are compared by `_check_times`, with the moment that the caller goes by.
        return jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={
                "require": ["aud", "sub", "iat", "exp"],
                "strict_aud": True,
                "verify_sub": False,  # `_read_id` takes numbers too, and says what is wrong.
                "verify_jti": False,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        return None


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    begins = max(_read_time(claims, "iat"), _read_time(claims, "nbf") if "nbf" in claims else 0)
    issued, expires, seconds = _read_time(claims, "iat"), _read_time(claims, "exp"), now.timestamp()
    if not 0 < expires - issued <= LONGEST_LIFE_SECONDS:
        raise CustomerTokenRefused("The token lives longer than an hour, or not at all.")
    if begins > seconds + CLOCKS_DIFFER_SECONDS:
        raise CustomerTokenRefused("The token is not valid yet; check the clock of whoever signs.")
    if expires <= seconds:
        raise CustomerTokenRefused("The token has expired; fetch a new one.")


def _read_time(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    # Whole seconds up to the year 9999; NaN is no number that compares.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 253_402_300_800:
        raise CustomerTokenRefused(f"`{name}` is not a time in seconds since 1970.")
    return value


def _read_id(value: object, name: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_ID or not value.isprintable():
        raise CustomerTokenRefused(f"`{name}` is not an id of 1 to {MAX_ID} characters.")
    return value
