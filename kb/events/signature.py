"""Signatures of what is sent to us: `t=<unix seconds>,v1=<hex of HMAC-SHA-256 over "t.body">`."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from kb.errors import XianzhiError

TOLERANCE_SECONDS = 300
MAX_HEADER = 1_000
MOST_SIGNATURES = 5
_TIME = re.compile(r"[0-9]{1,12}")
_HEX = re.compile(r"[0-9a-f]{64}")


class SignatureInvalid(XianzhiError):
    """What was sent is not signed as it should be."""

    code = "signature_invalid"


def sign(body: bytes, secret: bytes, *, at: datetime) -> str:
    """Return the header that a sender puts beside a body."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_digest(seconds, body, secret)}"


def verify_signature(header: str, body: bytes, secrets: Sequence[bytes], *, now: datetime) -> None:
    """Raise `SignatureInvalid` unless one of the secrets signed this body lately."""
    seconds, signatures = _read_header(header)
    # Every secret and every signature is compared, so that the time taken tells nothing of where they differ.
    matches = [
        hmac.compare_digest(_digest(seconds, body, secret), signature) for secret in secrets for signature in signatures
    ]
    if not any(matches):
        raise SignatureInvalid(
            "The signature is not the one of this body. Sign `t.body`, byte for byte, as it is sent."
        )
    if abs(now.timestamp() - int(seconds)) > TOLERANCE_SECONDS:
        raise SignatureInvalid(
            f"It was signed more than {TOLERANCE_SECONDS} seconds ago or ahead. Sign when sending, and check the clock."
        )


def _read_header(header: str) -> tuple[str, list[str]]:
    parts = [part.strip().partition("=") for part in header[:MAX_HEADER].split(",")]
    times = [value for name, _, value in parts if name == "t" and _TIME.fullmatch(value)]
    signatures = [value for name, _, value in parts if name == "v1" and _HEX.fullmatch(value)]
    if len(times) != 1 or not signatures:
        raise SignatureInvalid("Sign the body: send the header `X-Xianzhi-Signature: t=<unix seconds>,v1=<hex>`.")
    return times[0], signatures[:MOST_SIGNATURES]


def _digest(seconds: str, body: bytes, secret: bytes) -> str:
    return hmac.new(secret, seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
