"""Without a key only this machine is answered, whatever name a page of somebody else's has lead here."""

from __future__ import annotations

import pytest

from tests.api.conftest import KEY, Shop


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.8.8.8", "[::1]", "[::1]:8000"])
def test_this_machine_is_answered_by_its_own_names(full_shop: Shop, host: str) -> None:
    assert full_shop.client.get("/v1/orders", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "192.168.1.5",
        "[::2]",
        "evil@localhost",
        "localhost:8000:1",
        "",
        "x" * 9_999,
    ],
)
@pytest.mark.parametrize("path", ["/v1/orders", "/v1/suggest?q=a", "/", "/metrics"])
def test_no_other_name_reaches_anything_and_the_refusal_says_what_to_do(full_shop: Shop, host: str, path: str) -> None:
    answer = full_shop.client.get(path, headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "host_refused")
    assert "XIANZHI_API_KEY" in answer.json()["error"]["message"]
    assert answer.json()["error"]["request_id"] == answer.headers["X-Request-ID"]


def test_with_a_key_any_name_will_do(locked_shop: Shop) -> None:
    headers = {"Host": "xianzhi.shop.example", "Authorization": f"Bearer {KEY}"}
    assert locked_shop.client.get("/v1/orders", headers=headers).status_code == 200
