"""What every route has in common: keys, headers, request ids, the log line, and the envelope of errors."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.errors import status_of
from api.gate import read_bearer
from api.request_record import SECURITY_HEADERS, choose_request_id
from index.encoder import EncoderFingerprint, FloatMatrix
from index.follower import LiveIndex
from index.matcher import Matcher
from kb.access import list_keys
from kb.database import Database
from kb.errors import ArticleNotFound, InvalidCondition, XianzhiError
from kb.keys.ring import KeyRing
from kb.settings import Settings
from tests.api.conftest import KEY, Shop
from tests.api.widget_shop import ORIGIN
from tests.fakes import FakeEncoder

ADDRESSES = [
    "/",
    "/docs",
    "/openapi.json",
    "/web/try.js",
    "/healthz",
    "/readyz",
    "/metrics",
    "/v1/orders",
    "/v1/none",
]


class BrokenEncoder(FakeEncoder):
    """Fails as soon as it is asked something; the message holds what was asked."""

    fingerprint = EncoderFingerprint("broken", "1" * 64, 64, "", "", "sum", True, "float32")

    def encode_questions(self, texts: object) -> FloatMatrix:
        """Fail."""
        raise RuntimeError(f"cannot encode {texts}")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_has_the_security_headers_and_a_request_id(full_shop: Shop, address: str) -> None:
    answer = full_shop.client.get(address, headers={"X-Request-ID": "mine"})
    assert answer.headers["x-request-id"] == "mine"
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)


@pytest.mark.parametrize(
    "address", ["/v1/orders", "/v1/orders/SO1", "/v1/articles/none", "/v1/suggest?q=x", "/v1/none"]
)
def test_no_answer_of_the_api_is_kept_on_the_way(full_shop: Shop, address: str) -> None:
    assert full_shop.client.get(address).headers["cache-control"] == "no-store"
    behind_a_prefix = TestClient(full_shop.client.app, root_path="/kb")
    assert behind_a_prefix.get(f"/kb{address}").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", ["/none", "/v1/none", "/web/none.js", "/web/../app.py", "/v1/match/"])
def test_unknown_address_is_404_in_the_envelope(full_shop: Shop, address: str) -> None:
    answer = full_shop.client.get(address, headers={"X-Request-ID": "r7"})
    assert answer.status_code == 404
    assert answer.json() == {
        "error": {
            "code": "route_not_found",
            "message": "There is nothing at this address. The routes are listed at /docs.",
            "request_id": "r7",
            "details": [],
        }
    }


def test_wrong_method_is_405_and_names_the_right_one(full_shop: Shop) -> None:
    answer = full_shop.client.get("/v1/match")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {KEY}",
        KEY,
        f"Bearer {KEY}x",
        f"Bearer {KEY} {KEY}",
        "Bearer é",
    ],
)
def test_without_the_key_nothing_under_v1_is_answered(locked_shop: Shop, header: str) -> None:
    for method, address in [
        ("POST", "/v1/match"),
        ("GET", "/v1/orders"),
        ("PUT", "/v1/articles/a"),
        ("GET", "/v1/x"),
    ]:
        answer = locked_shop.client.request(
            method, address, content=b"{", headers={b"Authorization": header.encode("latin-1")}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_with_the_key_everything_is_answered(locked_shop: Shop) -> None:
    answer = locked_shop.client.get("/v1/orders", headers={"Authorization": f"bearer {KEY}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/docs", "/openapi.json", "/web/theme.css", "/healthz", "/readyz", "/metrics"]
)
def test_pages_and_operations_need_no_key(locked_shop: Shop, address: str) -> None:
    assert locked_shop.client.get(address).status_code == 200


def test_key_beyond_ascii_is_compared_and_not_crashed_on() -> None:
    assert KeyRing(list_keys(SecretStr("key"), None)).find(read_bearer("Bearer \xe9")) is None
    assert KeyRing(list_keys(SecretStr("钥匙"), None)).find(read_bearer("Bearer key")) is None
    ring = KeyRing(list_keys(SecretStr("钥匙"), None))
    assert ring.find(read_bearer(f"Bearer {'钥匙'.encode().decode('latin-1')}")) is not None


def test_status_is_that_of_the_nearest_ancestor_in_the_table() -> None:
    assert status_of(ArticleNotFound("a")) == 404
    assert status_of(InvalidCondition("x")) == 422
    assert status_of(OperationalError("x", {}, Exception())) == 503
    assert status_of(XianzhiError("x")) == 500
    assert status_of(KeyError("x")) == 500


@pytest.mark.parametrize(
    ("offered", "kept"), [("a" * 64, True), ("a" * 65, False), ("", False), ("a\n", False), ("号", False)]
)
def test_request_id_is_kept_where_it_is_short_and_plain(offered: str, kept: bool) -> None:
    assert (choose_request_id(offered) == offered) is kept


def test_crash_is_a_500_that_tells_and_logs_nothing_of_the_question(
    make_database: Callable[[], Database], full_shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    database = make_database()
    live = LiveIndex(database, BrokenEncoder(), full_shop.settings.data_dir / "broken")
    live.open()
    settings = Settings.model_validate({"widget_origins": ORIGIN})
    app = create_app(settings, matcher=Matcher(live, full_shop.matcher.surroundings))
    with TestClient(app) as client, caplog.at_level(logging.INFO, logger="api"):
        answer = client.post("/v1/match", json={"question": "机密问题"}, headers={"X-Request-ID": "r9"})
        logged = [record.message for record in caplog.records]
        widgets = client.post("/v1/widget/ask", json={"question": "机密问题"}, headers={"Origin": ORIGIN})
    live.close()
    assert (widgets.status_code, widgets.headers["Access-Control-Allow-Origin"]) == (500, ORIGIN)
    assert answer.headers["Content-Security-Policy"]
    assert answer.status_code == 500
    assert (answer.json()["error"]["code"], answer.json()["error"]["request_id"]) == ("internal_error", "r9")
    assert logged == ["request_crashed", "request_served"]
    assert "机密" not in answer.text + "".join(str(vars(record)) for record in caplog.records)


def test_each_request_is_one_line_with_its_route_and_never_its_text(
    full_shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="api"):
        full_shop.client.get("/v1/articles/private-id", params={"q": "机密"}, headers={"X-Request-ID": "r8"})
    (record,) = caplog.records
    line = vars(record)
    assert (line["request_id"], line["route"], line["status"]) == ("r8", "/v1/articles/{article_id}", 404)
    assert line["milliseconds"] >= 0
    assert "private-id" not in str(line)
    assert "机密" not in str(line)


def test_importing_the_api_imports_no_training_libraries() -> None:
    code = "import sys, api.app, api.cli; print([m for m in ('torch', 'sentence_transformers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
