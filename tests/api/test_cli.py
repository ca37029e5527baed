"""`xianzhi serve`: where it refuses to listen, and which links it prints."""

from __future__ import annotations

import json
import logging

import pytest

from api.cli import KeyNeeded, describe_links, serve
from api.logs import JsonFormatter
from api.own_host import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_alone_reaches_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "shop.example", ""])
def test_serving_beyond_this_machine_without_a_key_is_refused(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(KeyNeeded, match="XIANZHI_API_KEY"):
        serve(host=host)


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::1", "http://[::1]:80")],
)
def test_links_can_be_opened(host: str, address: str) -> None:
    links = describe_links(host, 80)
    assert [path for path in (f"{address}/\n", f"{address}/docs\n", f"{address}/metrics\n") if path not in links] == []


def test_log_line_is_json_with_the_fields_of_the_event() -> None:
    record = logging.makeLogRecord({"name": "api", "levelno": 20, "levelname": "INFO", "msg": "x", "request_id": "r1"})
    line = json.loads(JsonFormatter().format(record))
    assert (line["event"], line["level"], line["logger"], line["request_id"]) == ("x", "info", "api", "r1")
    assert set(line) == {"at", "event", "level", "logger", "request_id"}
