"""The access table of `docs/keys.md`: every route of the application, every role, and each cell by a request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import orjson
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from api.app import create_app
from kb.access import Role
from kb.audit.models import Caller
from kb.keys.models import NewKey
from kb.keys.service import create_key, revoke_key
from kb.settings import Settings
from kb.synonyms.models import Synonym
from kb.synonyms.service import save_synonym
from tests.api.access_calls import BY_OTHERS, BY_WIDGET, CALLS, PUBLIC, WEBHOOK_SECRET
from tests.api.conftest import NOW, Shop
from tests.api.widget_shop import ONLY_ORDER, open_widget_shop, sign

DOCUMENT = Path(__file__).parents[2] / "docs" / "keys.md"
ROUTE = re.compile(r"`((?:GET|HEAD|POST|PUT|DELETE|PATCH) /[^`]*)`")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
KEY_MAKER = Caller("tests", None, "r0")


class Nobody(StrEnum):
    """The ways in which somebody has no key that holds."""

    WITHOUT = "without"
    WRONG = "wrong"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: which call, and who may make it."""

    call: str
    route: str
    allowed: frozenset[Role]
    is_open: bool


def read_rows() -> list[Row]:
    """Return the rows of the table, one for each route that a line of it names."""
    lines = DOCUMENT.read_text("utf-8").split("## Who may what")[1].split("## Limits")[0].splitlines()
    columns = [cell.strip() for cell in next(line for line in lines if line.startswith("| request")).split("|")[1:-1]]
    rows = []
    for line in (line for line in lines if line.startswith("| `")):
        cells = dict(zip(columns, (cell.strip() for cell in line.split("|")[1:-1]), strict=True))
        assert set(list(cells.values())[1:]) <= {"yes", "–"}, line  # noqa: RUF001  # As the document writes it.
        variant = ROUTE.sub("", cells["request"]).strip()
        allowed = frozenset(role for role in Role if cells[role.value] == "yes")
        for route in ROUTE.findall(cells["request"]):
            rows.append(Row(f"{route} {variant}".strip(), route, allowed, cells["nobody"] == "yes"))
    return rows


def list_routes(app: FastAPI) -> set[str]:
    """Return every route of the application with each method that it takes."""
    found = set()
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            found |= {f"{method} {route.path}/{{path}}" for method in ("GET", "HEAD")}
        else:
            assert route.methods, route
            found |= {f"{method} {route.path}" for method in route.methods}
    return found


ROWS = read_rows()
CALLERS: tuple[Role | Nobody, ...] = (*Role, *Nobody)


@dataclass(frozen=True, slots=True)
class Desk:
    """The shop, the keys of all callers, and the ids of what was stored for them."""

    shop: Shop
    keys: Mapping[Role | Nobody, str]
    ids: Mapping[str, str]

    def send(self, method: str, address: str, caller: Role | Nobody, **request: object) -> int:
        """Return the status of a request that a caller makes."""
        headers = dict(request.pop("headers", {}))  # type: ignore[call-overload]
        if caller in self.keys:
            headers["Authorization"] = f"Bearer {self.keys[caller]}"
        return self.shop.client.request(method, address, headers=headers, **request).status_code  # type: ignore[arg-type]

    def fill_in(self, address: str) -> str:
        """Return an address with the ids of what it names."""
        for name, value in self.ids.items():
            address = address.replace(f"{{{name}}}", value)
        return address

    def fill_in_body(self, body: Mapping[str, object] | None) -> object:
        """Return a body with the ids of what it names."""
        return orjson.loads(self.fill_in(orjson.dumps(body).decode()))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("access")
    with open_widget_shop(folder, empty_sqlite_file, webhook_secret=WEBHOOK_SECRET) as shop:
        keys, ids = make_keys(shop)
        desk = Desk(shop, keys, ids | store_what_is_named(shop))
        shop.client.app.state.services.keys.read(shop.database)  # type: ignore[attr-defined]
        for caller, request_id in ((Role.WIDGET, BY_WIDGET), (Role.AGENT, BY_OTHERS)):
            headers = {"X-Request-ID": request_id, "Authorization": f"Bearer {keys[caller]}"}
            found = shop.client.post("/v1/match", json=PUBLIC, headers=headers).json()["solutions"][0]
        yield replace(desk, ids={**desk.ids, "shown": found["id"]})


def make_keys(shop: Shop) -> tuple[dict[Role | Nobody, str], dict[str, str]]:
    """Return a key for every caller, and the ids of two that are there to be ended."""
    now = datetime.now(UTC)
    keys: dict[Role | Nobody, str] = {Nobody.WRONG: f"xianzhi_{'0' * 12}_{'0' * 49}"}
    with shop.database.write() as session:
        for role in Role:
            keys[role] = create_key(session, NewKey(role.value, role), KEY_MAKER, now=now).key
        day = timedelta(days=1)
        old = NewKey("old", Role.ADMIN, day)
        keys[Nobody.EXPIRED] = create_key(session, old, KEY_MAKER, now=now - 2 * day).key
        gone = create_key(session, NewKey("gone", Role.ADMIN), KEY_MAKER, now=now)
        keys[Nobody.REVOKED] = gone.key
        revoke_key(session, gone.record.key_id, KEY_MAKER, now=now)
        spare = [create_key(session, NewKey(name, Role.AGENT), KEY_MAKER, now=now) for name in ("spare-1", "spare-2")]
    return keys, {"rotated": spare[0].record.key_id, "revoked": spare[1].record.key_id}


def store_what_is_named(shop: Shop) -> dict[str, str]:
    """Return the id of a hand-over, and store a synonym for each role to delete; no key is asked for as yet."""
    body = {"question": "没人管", "order_id": ONLY_ORDER}
    left = shop.client.post("/v1/widget/handover", json=body, headers=sign()).json()
    with shop.database.write() as session:
        for role in Role:
            save_synonym(session, Synonym(id=f"of-{role}", terms=("退货", "退掉")), now=NOW)
    return {"handover": left["handover_id"]}


def test_the_table_has_every_route_of_the_application_and_no_other() -> None:
    assert {row.route for row in ROWS} == list_routes(create_app(Settings(_env_file=None)))
    assert len({row.call for row in ROWS}) == len(ROWS)


def test_every_row_has_a_request_that_tests_it() -> None:
    assert {row.call for row in ROWS} <= set(CALLS)


@pytest.mark.parametrize("caller", CALLERS, ids=str)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.call)
def test_a_cell(desk: Desk, row: Row, caller: Role | Nobody) -> None:
    call, method = CALLS[row.call], row.route.split(" ")[0]
    is_nobody = isinstance(caller, Nobody)
    if row.is_open if is_nobody else caller in row.allowed:
        expected = call.status
    else:
        expected = call.refused_nobody if is_nobody else call.refused.get(Role(caller), 403)
    address = desk.fill_in(call.address).replace("{caller}", caller)
    body = {"content": call.body} if isinstance(call.body, bytes) else {"json": desk.fill_in_body(call.body)}
    assert desk.send(method, address, caller, headers=call.headers(), **body) == expected


# Admins may do everything, and nobody more than they: what they are refused there is nothing.
@pytest.mark.parametrize("caller", [Role.ADMIN, Role.WIDGET, Nobody.WITHOUT], ids=str)
def test_no_route_takes_a_method_that_the_table_does_not_name(desk: Desk, caller: Role | Nobody) -> None:
    taken = {row.route for row in ROWS}
    for path in {route.split(" ")[1] for route in taken}:
        for method in METHODS:
            if f"{method} {path}" not in taken:
                assert desk.send(method, path.replace("{", "").replace("}", ""), caller) >= 400, (method, path)
