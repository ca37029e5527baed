"""A stored key: its table, what may be shown of it, and what a new one is to be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_network

from sqlalchemy import JSON, Boolean, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.access import KEY_NAME, KeyScope, Role
from kb.database import Base, UtcDateTime
from kb.errors import InvalidInput, NotFound
from kb.keys.written import ID_LENGTH

MOST_DAYS = 3_650
USUAL_DAYS = 365
MOST_SCOPED = 20
USUAL_OVERLAP = timedelta(hours=24)
MOST_OVERLAP_HOURS = 24 * 30
SCOPED_PATH = re.compile(r"/v1(/[A-Za-z0-9._:-]+)*")
LONGEST_PATH = 100


class KeyState(StrEnum):
    """Whether a key opens anything."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    REVOKED = "revoked"


class KeyNotFound(NotFound):
    """No key has this id."""

    code = "key_not_found"

    def __init__(self) -> None:
        super().__init__("No key has this id. List them with `xianzhi keys list`.")


class KeyNotInForce(InvalidInput):
    """Only a key that opens something can be replaced by another."""

    code = "key_not_in_force"


class KeyRow(Base):
    """A key as stored: never the key itself. `revision` rises with every change but those of when it was used."""

    __tablename__ = "api_keys"

    key_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), index=True)
    role: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    paths: Mapped[list[str]] = mapped_column(JSON)
    reads_only: Mapped[bool] = mapped_column(Boolean)
    addresses: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaces: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    revision: Mapped[int] = mapped_column(Integer, index=True)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What may be shown of a key; `used_at` is up to ten minutes old, `refused_at` when it was last in vain.

    `role` is text, for a newer version may have stored one that this version does not know.
    """

    key_id: str
    name: str
    role: str
    state: KeyState
    scope: KeyScope
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    refused_at: datetime | None
    replaces: str | None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key that was just made: the only time that it can be read."""

    record: KeyRecord
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is to be; `life` None never ends. Raises `InvalidInput` for what cannot be."""

    name: str
    role: Role
    life: timedelta | None = timedelta(days=USUAL_DAYS)
    scope: KeyScope = field(default_factory=KeyScope)

    def __post_init__(self) -> None:
        if not KEY_NAME.fullmatch(self.name):
            raise InvalidInput("The name of a key has 1 to 32 letters, digits or . _ - in it.")
        if self.life is not None and not timedelta() < self.life <= timedelta(days=MOST_DAYS):
            raise InvalidInput(f"A key lives 1 to {MOST_DAYS:,} days, or for ever.")
        _check_scope(self.scope)


def find_state(expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> KeyState:
    """Return whether a key opens anything at a moment."""
    if revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.IN_FORCE if expires_at is None or now < expires_at else KeyState.EXPIRED


def make_record(row: KeyRow, now: datetime) -> KeyRecord:
    """Return what may be shown of a stored key."""
    return KeyRecord(
        key_id=row.key_id,
        name=row.name,
        role=row.role,
        state=find_state(row.expires_at, row.revoked_at, now),
        scope=read_scope(row),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
        refused_at=row.refused_at,
        replaces=row.replaces,
    )


def read_scope(row: KeyRow) -> KeyScope:
    """Return what a stored key is narrowed to."""
    return KeyScope(tuple(row.paths), row.reads_only, tuple(row.addresses))


def _check_scope(scope: KeyScope) -> None:
    if max(len(scope.paths), len(scope.addresses)) > MOST_SCOPED:
        raise InvalidInput(f"A key is narrowed to at most {MOST_SCOPED} addresses of the API, and as many networks.")
    if any(len(path) > LONGEST_PATH or not SCOPED_PATH.fullmatch(path) for path in scope.paths):
        raise InvalidInput("A key is narrowed to the beginnings of addresses under /v1, such as /v1/match.")
    for network in scope.addresses:
        try:
            ip_network(network)
        except ValueError:
            raise InvalidInput(
                "A key is narrowed to IP addresses or networks, such as 10.1.0.0/16, the bits behind the network zero."
            ) from None
