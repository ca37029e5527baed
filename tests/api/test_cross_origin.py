"""Which pages may read what: the shop's listed ones the widget's answers, any page our static files, nobody more."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response

from tests.api.conftest import Shop
from tests.api.widget_shop import ORIGIN, open_widget_shop

ALLOWED = "Access-Control-Allow-Origin"
KEYS = {"widget": "widget-key-of-sixteen", "agent": "agent-key-of-sixteen"}
STYLE = "/web/theme.css"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Shop]:
    keys = ",".join(f"{role}-1:{role}:{key}" for role, key in KEYS.items())
    with open_widget_shop(tmp_path_factory.mktemp("origins"), empty_sqlite_file, keys=keys) as opened:
        yield opened


def preflight(shop: Shop, path: str, origin: str = ORIGIN, *, headers: str = "authorization") -> Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": headers,
    }
    return shop.client.options(path, headers=asked)


@pytest.mark.parametrize("path", ["/v1/widget/ask", "/v1/widget/feedback", "/v1/widget/articles/x", "/v1/suggest"])
def test_a_page_of_the_shop_is_let_in_before_it_has_shown_a_key(shop: Shop, path: str) -> None:
    answer = preflight(shop, path, headers="authorization,content-type,x-request-id,x-xianzhi-customer")
    assert answer.status_code == 200
    assert answer.headers[ALLOWED] == ORIGIN
    assert answer.headers["Access-Control-Max-Age"] == "7200"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "null",
    ],
)
def test_no_other_page_is(shop: Shop, origin: str) -> None:
    refused = preflight(shop, "/v1/widget/ask", origin)
    assert refused.status_code == 400
    assert ALLOWED not in refused.headers
    assert ALLOWED not in shop.client.get("/v1/widget/articles/x", headers={"Origin": origin}).headers


@pytest.mark.parametrize(
    "path", ["/v1/match", "/v1/orders", "/v1/customers:lookup", "/v1/widgets", "/v1/widget-x", "/"]
)
def test_nothing_else_is_open_to_the_page(shop: Shop, path: str) -> None:
    assert ALLOWED not in preflight(shop, path).headers
    assert ALLOWED not in shop.client.get(path, headers={"Origin": ORIGIN}).headers


def test_the_page_can_read_answers_and_refusals_alike(shop: Shop) -> None:
    headers = {"Origin": ORIGIN, "Authorization": f"Bearer {KEYS['widget']}"}
    answer = shop.client.post("/v1/widget/ask", json={"question": "退货"}, headers=headers)
    for got, status in ((answer, 200), (shop.client.get("/v1/widget/articles/x", headers={"Origin": ORIGIN}), 401)):
        assert got.status_code == status
        assert got.headers[ALLOWED] == ORIGIN
        assert "X-Request-ID" in got.headers["Access-Control-Expose-Headers"]
        assert "Origin" in got.headers["Vary"]


def test_the_widgets_key_opens_the_widgets_doors_and_an_agents_does_not(shop: Shop) -> None:
    def ask(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return shop.client.post("/v1/widget/ask", json={"question": "退货"}, headers=headers).status_code

    assert (ask(KEYS["widget"]), ask(KEYS["agent"]), ask("nonsense")) == (200, 403, 401)


def test_a_key_in_the_address_is_the_widgets_and_opens_suggestions_only(shop: Shop) -> None:
    widget, agent = KEYS["widget"], KEYS["agent"]
    assert shop.client.get("/v1/suggest", params={"q": "退货", "key": widget}).status_code != 401
    assert shop.client.get("/v1/suggest", params={"q": "退货", "key": agent}).status_code == 401
    assert shop.client.get("/v1/suggest", params={"q": "退货", "key": "é"}).status_code == 401
    for path in ("/v1/widget/articles/x", "/v1/orders", "/v1/suggest/x"):
        assert shop.client.get(path, params={"key": widget}).status_code == 401


@pytest.mark.parametrize("path", [STYLE, "/web/nothing.js"])
def test_any_page_may_read_our_static_files(shop: Shop, path: str) -> None:
    answer = shop.client.get(path, headers={"Origin": "https://anybody.example"})
    assert answer.headers[ALLOWED] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_static_files_are_compressed_for_who_can_read_it(shop: Shop) -> None:
    plain = shop.client.get(STYLE, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    with shop.client.stream("GET", STYLE, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["Vary"]
        packed = b"".join(answer.iter_raw())
    assert len(packed) < len(plain.content)
    assert gzip.decompress(packed) == plain.content


def test_a_file_that_has_not_changed_is_not_sent_again(shop: Shop) -> None:
    first = shop.client.get(STYLE)
    again = shop.client.get(STYLE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers[ALLOWED] == "*"


def test_answers_of_the_api_are_not_compressed(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {KEYS['widget']}", "Accept-Encoding": "gzip"}
    answer = shop.client.post("/v1/widget/ask", json={"question": "退货"}, headers=headers)
    assert "Content-Encoding" not in answer.headers


def test_without_listed_origins_only_our_own_pages_ask(tmp_path: Path, empty_sqlite_file: Path) -> None:
    with open_widget_shop(tmp_path, empty_sqlite_file, widget_origins="") as shop:
        assert ALLOWED not in preflight(shop, "/v1/widget/ask").headers
        assert shop.client.post("/v1/widget/ask", json={"question": "退货"}).status_code == 200
