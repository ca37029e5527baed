"""`xianzhi serve`: where it refuses to listen, and which links it prints."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from api.cli import KeyNeeded, describe_links, describe_missing_key, has_key, serve_with
from api.logs import JsonFormatter
from api.own_host import is_loopback
from kb.access import Role
from kb.audit.models import Caller
from kb.database import Database
from kb.keys.models import NewKey
from kb.keys.service import create_key, revoke_key
from kb.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_alone_reaches_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "shop.example", ""])
def test_serving_beyond_this_machine_without_a_key_is_refused(host: str, tmp_path: Path) -> None:
    assert not is_loopback(host)
    with pytest.raises(KeyNeeded, match="XIANZHI_API_KEY"):
        serve_with(Settings(_env_file=None, data_dir=tmp_path), host=host, port=8000)


def test_a_key_that_was_made_here_is_one_also_after_its_end(
    make_database: Callable[[], Database], tmp_path: Path, now: datetime
) -> None:
    database = make_database()
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=str(database.url))
    assert not has_key(settings)
    with database.write() as session:
        made = create_key(session, NewKey("wang", Role.AGENT), Caller("me", None, "r1"), now=now)
        revoke_key(session, made.record.key_id, Caller("me", None, "r2"), now=now)
    assert has_key(settings)


def test_whoever_serves_without_a_key_is_told_what_that_means(tmp_path: Path) -> None:
    open_to_all = Settings(_env_file=None, data_dir=tmp_path)
    assert "everybody on this machine may do everything" in describe_missing_key(open_to_all)
    assert "refused" in describe_missing_key(open_to_all.model_copy(update={"keys_required": True}))


def test_a_database_that_is_older_than_keys_has_none(tmp_path: Path) -> None:
    (tmp_path / "xianzhi.db").touch()
    assert not has_key(Settings(_env_file=None, data_dir=tmp_path))


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
