"""How a key is written: `xianzhi_`, its public id, `_`, 256 random bits and a checksum, all in letters and digits.

So one double click selects it, scanners of code find it, and a slip is told from a key without a look at any table.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

MARK = "xianzhi_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH = 12
SECRET_LENGTH = 43  # 62 ** 43 > 2 ** 256.
CHECKSUM_LENGTH = 6  # 62 ** 6 > 2 ** 32, the CRC-32 of all that stands before it, as in GitHub's tokens.
_WRITTEN = re.compile(rf"{MARK}([0-9A-Za-z]{{{ID_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH + CHECKSUM_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class WrittenKey:
    """A new key as it is shown once, and the id by which it is known afterwards."""

    key_id: str
    text: str = field(repr=False)


def write_key(choose: Callable[[int], int] = secrets.randbelow) -> WrittenKey:
    """Return a new key; `choose(n)` is a random number below n."""
    key_id, secret = ("".join(ALPHABET[choose(62)] for _ in range(length)) for length in (ID_LENGTH, SECRET_LENGTH))
    begun = f"{MARK}{key_id}_{secret}"
    return WrittenKey(key_id, begun + _check(begun))


def read_key_id(text: str) -> str | None:
    """Return the id of what is written as a key, or None where it is not one of ours or a character of it is wrong."""
    found = _WRITTEN.fullmatch(text)
    if found is None or _check(text[:-CHECKSUM_LENGTH]) != text[-CHECKSUM_LENGTH:]:
        return None
    return found[1]


def hash_key(text: str) -> str:
    """Return the SHA-256 under which a key is stored: nobody guesses 256 random bits, however fast the hash is."""
    return hashlib.sha256(text.encode()).hexdigest()


def _check(begun: str) -> str:
    rest, digits = zlib.crc32(begun.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
