"""Keys, for admins: listed, made and shown once, replaced, revoked. Each change stands in the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request
from pydantic import Field

from api.auth import DESCRIBE_KEY, name_actor
from api.errors import ErrorAnswer, Forbidden
from api.json_body import StrictJsonRoute
from api.services import Services, ServicesNeeded
from api.validation import StrictModel
from kb.access import KeyScope, Role
from kb.audit.models import Caller
from kb.keys.models import (
    LONGEST_PATH,
    MOST_DAYS,
    MOST_OVERLAP_HOURS,
    MOST_SCOPED,
    USUAL_DAYS,
    IssuedKey,
    KeyRecord,
    NewKey,
)
from kb.keys.repository import list_records
from kb.keys.service import create_key, revoke_key, rotate_key
from kb.keys.written import ID_LENGTH

router = APIRouter(tags=["keys"], route_class=StrictJsonRoute, dependencies=[DESCRIBE_KEY])

UNNAMED = "admin"  # Who acts with the one key that has no name.
Scoped = Annotated[list[Annotated[str, Field(max_length=LONGEST_PATH)]], Field(max_length=MOST_SCOPED)]


class KeyBody(StrictModel):
    """What a key is to be: whose, what for, how long, and what it is narrowed to."""

    name: Annotated[str, Field(min_length=1, max_length=32, description="Whose it is; the audit trail names it.")]
    role: Role
    days: Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)] | None = Field(
        USUAL_DAYS, description="How long it holds; null for ever."
    )
    paths: Scoped = Field(default_factory=list, description="Beginnings of addresses it is narrowed to.")
    reads_only: Annotated[bool, Field(strict=True)] = Field(False, description="Whether it may only GET.")
    addresses: Scoped = Field(default_factory=list, description="IP addresses and networks it may be used from.")

    def to_new_key(self) -> NewKey:
        """Return it as the service takes it; raises `InvalidInput`."""
        life = None if self.days is None else timedelta(days=self.days)
        return NewKey(self.name, self.role, life, KeyScope(tuple(self.paths), self.reads_only, tuple(self.addresses)))


class RotateBody(StrictModel):
    """How long the old key holds beside the new one."""

    overlap_hours: Annotated[int, Field(strict=True, ge=0, le=MOST_OVERLAP_HOURS)] = 24


@dataclass(frozen=True, slots=True)
class KeyList:
    """Every key, by name; there are at most a thousand."""

    items: Sequence[KeyRecord]


KEY_ID = "4fK9aB2mQ7pZ"
RECORD: dict[str, Any] = {
    "key_id": KEY_ID,
    "name": "erp",
    "role": "service",
    "state": "in_force",
    "scope": {"paths": ["/v1/match"], "reads_only": False, "addresses": ["10.1.0.0/16"]},
    "created_at": "2026-11-15T02:00:00Z",
    "expires_at": "2027-02-13T02:00:00Z",
    "revoked_at": None,
    "used_at": None,
    "refused_at": None,
    "replaces": None,
}
ISSUED: dict[str, Any] = {"record": RECORD, "key": f"xianzhi_{KEY_ID}_…"}
NEW_KEY: dict[str, Any] = {
    "name": "erp", "role": "service", "days": 90, "paths": ["/v1/match"], "addresses": ["10.1.0.0/16"]
}  # fmt: skip

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The key is missing or wrong, or has ended.", "model": ErrorAnswer},
    403: {"description": "The key is not an admin's, or no key is asked for here yet.", "model": ErrorAnswer},
}
OF_ONE: dict[int | str, dict[str, Any]] = {
    404: {"description": "No key has this id.", "model": ErrorAnswer},
    422: {"description": "A field is wrong, or the key has ended or was replaced already.", "model": ErrorAnswer},
}
BODY_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is not JSON.", "model": ErrorAnswer},
    413: {"description": "The body is larger than 1 MB.", "model": ErrorAnswer},
    415: {"description": "The body is not announced as JSON.", "model": ErrorAnswer},
    422: {"description": "A field is wrong, or the name is taken.", "model": ErrorAnswer},
}

KeyId = Annotated[
    str, Path(description="The key's id, as the list has it."), Field(pattern=rf"^[0-9A-Za-z]{{{ID_LENGTH}}}$")
]
KeyWanted = Annotated[KeyBody, Body(openapi_examples={"a shop's own system": {"value": NEW_KEY}})]
Rotation = Annotated[RotateBody, Body(openapi_examples={"a day for both": {"value": {"overlap_hours": 24}}})]


def get_keys_services(services: ServicesNeeded) -> Services:
    """Return the services; raises `Forbidden` where no key is asked for, and so nobody is known to be an admin."""
    if not services.keys.is_guarded:
        raise Forbidden("No key is set here. Make the first one with `xianzhi keys create NAME --role admin`.")
    return services


KeysServices = Annotated[Services, Depends(get_keys_services)]


@router.get(
    "/v1/keys",
    summary="List the keys",
    responses={200: {"content": {"application/json": {"example": {"items": [RECORD]}}}}, **REFUSALS},
)
def list_keys(services: KeysServices) -> KeyList:
    """Return every key that was made here, ended ones too for ninety days; none can be read again."""
    with services.database.read() as session:
        return KeyList(list_records(session, now=datetime.now(UTC)))


@router.post(
    "/v1/keys",
    summary="Make a key",
    status_code=201,
    responses={201: {"content": {"application/json": {"example": ISSUED}}}, **REFUSALS, **BODY_REFUSALS},
)
def make_key(body: KeyWanted, request: Request, services: KeysServices) -> IssuedKey:
    """Make a key, and show it this once."""
    new, taken = body.to_new_key(), services.keys.fixed_names
    with services.database.write() as session:
        issued = create_key(session, new, _find_caller(request), now=datetime.now(UTC), names_taken=taken)
    services.keys.read(services.database)
    return issued


@router.post(
    "/v1/keys/{key_id}:rotate",
    summary="Replace a key",
    responses={200: {"content": {"application/json": {"example": ISSUED}}}, **REFUSALS, **BODY_REFUSALS, **OF_ONE},
)
def replace_key(key_id: KeyId, body: Rotation, request: Request, services: KeysServices) -> IssuedKey:
    """Make a key for the same, and show it this once; the old one holds until the overlap is over."""
    overlap = timedelta(hours=body.overlap_hours)
    with services.database.write() as session:
        issued = rotate_key(session, key_id, _find_caller(request), now=datetime.now(UTC), overlap=overlap)
    services.keys.read(services.database)
    return issued


@router.post(
    "/v1/keys/{key_id}:revoke",
    summary="Revoke a key",
    responses={200: {"content": {"application/json": {"example": RECORD}}}, **REFUSALS, **OF_ONE},
)
def end_key(key_id: KeyId, request: Request, services: KeysServices) -> KeyRecord:
    """End a key: here at once, in other processes within two seconds."""
    with services.database.write() as session:
        record = revoke_key(session, key_id, _find_caller(request), now=datetime.now(UTC))
    services.keys.read(services.database)
    return record


def _find_caller(request: Request) -> Caller:
    return Caller(name_actor(request, UNNAMED), None, request.state.request_id)
