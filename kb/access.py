"""Who may do what: named keys, each with a role."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import SecretStr

SHORTEST_KEY = 16
MOST_KEYS = 200
KEY_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}")


class Role(StrEnum):
    """What a key is for."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    EDITOR = "editor"
    ANALYST = "analyst"
    SERVICE = "service"
    WIDGET = "widget"


@dataclass(frozen=True, slots=True)
class KeyScope:
    """What a key is narrowed to beside its role: beginnings of addresses, reading, networks of callers; or nothing."""

    paths: tuple[str, ...] = ()
    reads_only: bool = False
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, whose it is, and what it is for; the one key that has no name may do everything.

    `secret` is empty where only a hash of it is kept.
    """

    secret: bytes = field(repr=False)
    role: Role = Role.ADMIN
    name: str | None = None
    scope: KeyScope = KeyScope()


def split_entries(text: str) -> list[str]:
    """Return what a setting lists: with commas between, or one a line as files have it."""
    return [entry.strip() for entry in re.split(r"[,\r\n]", text) if entry.strip()]


def read_keys(text: str) -> tuple[ApiKey, ...]:
    """Read `name:role:key` entries with commas between them, or one a line; raises ValueError, which repeats no key."""
    entries = split_entries(text)
    if len(entries) > MOST_KEYS:
        raise ValueError(f"it lists more than {MOST_KEYS} keys")
    keys = tuple(_read_entry(number, entry) for number, entry in enumerate(entries, start=1))
    for what, values in (("name", [key.name for key in keys]), ("key", [key.secret for key in keys])):
        if len(set(values)) < len(values):
            raise ValueError(f"two entries have the same {what}; give each its own")
    return keys


def list_keys(only: SecretStr | None, named: SecretStr | None) -> tuple[ApiKey, ...]:
    """Return the keys that two settings name: one for everything, and those with roles; none where neither is set."""
    all_powerful = (ApiKey(only.get_secret_value().encode()),) if only else ()
    return (*all_powerful, *(read_keys(named.get_secret_value()) if named else ()))


def holds_white_space(key: str) -> bool:
    """Tell whether a key could never be offered as it is written: blanks around it are lost on the way."""
    return any(character.isspace() for character in key)


def find_key(keys: Sequence[ApiKey], offered: bytes) -> ApiKey | None:
    """Return the key that was offered, in a time that does not depend on which one it nearly is."""
    found = None
    for key in keys:
        if hmac.compare_digest(offered, key.secret):
            found = key
    return found


def _read_entry(number: int, entry: str) -> ApiKey:
    name, _, rest = entry.partition(":")
    role, _, secret = rest.partition(":")
    if not KEY_NAME.fullmatch(name) or not secret:
        raise ValueError(f"entry {number} is not name:role:key, with at most 32 letters, digits or . _ - in the name")
    if role not in set(Role):
        raise ValueError(f"entry {number} has none of the roles {', '.join(Role)}")
    if len(secret) < SHORTEST_KEY:
        raise ValueError(f"the key of entry {number} has fewer than {SHORTEST_KEY} characters")
    if holds_white_space(secret):
        raise ValueError(f"the key of entry {number} has white space in it")
    return ApiKey(secret.encode(), Role(role), name)
