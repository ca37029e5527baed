"""A shop with a key of every role, asked in bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlencode

import anyio
from starlette.types import Message

from kb.access import Role
from kb.events.signature import sign
from tests.api.conftest import Shop, fill, open_shop
from tests.api.hostile.operations import Operation

SECRET = "the-secret-of-a-shop-that-is-none"
KEYS = {role: f"key-of-the-role-{role.value}" for role in Role}
SIGNED_PATH = "/v1/events"
# What no server passes on: h11 and every proxy refuse them in a header.
NOT_IN_HEADERS = str.maketrans(dict.fromkeys("\r\n\x00", " "))


@dataclass(frozen=True, slots=True)
class HostileCaller:
    """Sends what no honest client would."""

    shop: Shop

    def send(self, operation: Operation, role: Role | None) -> int:
        """Return the status of the answer; what nobody foresaw is a 500, as it is in service."""
        assert self.shop.client.portal is not None
        status: int = self.shop.client.portal.call(self._send, operation, role)
        return status

    async def _send(self, operation: Operation, role: Role | None) -> int:
        statuses: list[int] = []
        answered, is_read = anyio.Event(), False

        async def receive() -> Message:
            nonlocal is_read
            if is_read:
                await answered.wait()
                return {"type": "http.disconnect"}
            is_read = True
            return {"type": "http.request", "body": operation.body or b""}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            elif not message.get("more_body"):
                answered.set()

        await self.shop.client.app(_make_scope(operation, role), receive, send)
        return statuses[0]


def _make_scope(operation: Operation, role: Role | None) -> dict[str, object]:
    headers = {"Host": "localhost", **operation.headers}
    if role is not None:
        headers.setdefault("Authorization", f"Bearer {KEYS[role]}")
    if operation.body is not None:
        headers.setdefault("Content-Type", "application/json")
        if operation.path == SIGNED_PATH and "X-Xianzhi-Signature" not in operation.headers:
            headers["X-Xianzhi-Signature"] = sign(operation.body, SECRET.encode(), at=datetime.now(UTC))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": operation.method,
        "scheme": "http",
        "path": unquote(operation.raw_path),
        "raw_path": operation.raw_path.encode(),
        "root_path": "",
        "query_string": urlencode(operation.query, errors="surrogatepass").encode(),
        "headers": [
            (name.lower().encode(), value.translate(NOT_IN_HEADERS).encode("utf-8")) for name, value in headers.items()
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


@contextmanager
def open_hostile_shop(folder: Path, empty_file: Path) -> Iterator[HostileCaller]:
    """Yield a caller of a shop with knowledge, with every role's key and no limit of how often it asks."""
    keys = ",".join(f"{role.value}:{role.value}:{key}" for role, key in KEYS.items())
    limits = {"key_requests_per_minute": 0, "address_requests_per_minute": 0}
    opened = open_shop(
        folder, empty_file, keys=keys, webhook_secret=SECRET, customer_secret=SECRET, more_settings=limits
    )
    with opened as shop:
        fill(shop.database)
        yield HostileCaller(shop)
