"""Signatures: made by the secret, over these bytes, lately."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kb.events.signature import SignatureInvalid, sign, verify_signature

SECRET, OTHER = b"a-secret-of-this-shop", b"the-one-that-follows-it"
BODY = '{"events": ["包裹"]}'.encode()
# printf '%s' '1700000000.{}' | openssl dgst -sha256 -hmac 'a-secret-of-this-shop'
BY_OPENSSL = "t=1700000000,v1=a25f420c2e64385b67241b2015dc26f7312480926d0c788833bba377a073db93"


def test_a_body_signed_by_the_secret_passes(now: datetime) -> None:
    verify_signature(sign(BODY, SECRET, at=now), BODY, [SECRET], now=now)


def test_the_form_is_the_one_that_other_tools_make() -> None:
    at = datetime.fromtimestamp(1_700_000_000, UTC)
    assert sign(b"{}", SECRET, at=at) == BY_OPENSSL


def test_either_of_two_secrets_will_do_while_one_replaces_the_other(now: datetime) -> None:
    for secret in (SECRET, OTHER):
        verify_signature(sign(BODY, secret, at=now), BODY, [OTHER, SECRET], now=now)


def test_one_of_several_signatures_in_the_header_will_do(now: datetime) -> None:
    header = sign(BODY, OTHER, at=now) + ",v1=" + sign(BODY, SECRET, at=now).partition("v1=")[2]
    verify_signature(header, BODY, [SECRET], now=now)


def test_a_changed_body_and_another_secret_are_refused(now: datetime) -> None:
    for body, secret in ((BODY + b" ", SECRET), (BODY, OTHER)):
        with pytest.raises(SignatureInvalid, match="not the one of this body"):
            verify_signature(sign(BODY, secret, at=now), body, [SECRET], now=now)


@pytest.mark.parametrize(("seconds", "passes"), [(-300, True), (300, True), (-301, False), (301, False)])
def test_it_holds_for_five_minutes_both_ways(now: datetime, seconds: int, passes: bool) -> None:
    header = sign(BODY, SECRET, at=now + timedelta(seconds=seconds))
    if passes:
        verify_signature(header, BODY, [SECRET], now=now)
        return
    with pytest.raises(SignatureInvalid, match="300 seconds"):
        verify_signature(header, BODY, [SECRET], now=now)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=ab",
        "t=1",
        "t=1,v1=zz",
        "t=-1,v1=" + "a" * 64,
        "t=1,t=2,v1=" + "a" * 64,
        "t=１,v1=" + "a" * 64,
        "x" * 5000,
    ],
)
def test_a_header_of_another_form_is_answered_with_the_right_one(header: str, now: datetime) -> None:
    with pytest.raises(SignatureInvalid, match="X-Xianzhi-Signature"):
        verify_signature(header, BODY, [SECRET], now=now)
