"""`xianzhi keys`: a key is alone on standard output, once, and what it is about on the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kb.keys.cli import app
from kb.keys.written import read_key_id


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"XIANZHI_DATA_DIR": str(tmp_path), "XIANZHI_API_KEYS": "lin:editor:0123456789abcdef", "COLUMNS": "200"}


def run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(app, list(words), env=environment)


def list_keys(environment: dict[str, str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in run(environment, "list", "--json").stdout.splitlines()]


def test_a_key_is_made_listed_replaced_and_revoked(environment: dict[str, str]) -> None:
    words = ("create", "erp", "--role", "service", "--days", "90", "--path", "/v1/match", "--address", "10.1.0.0/16")
    made = run(environment, *words)
    key = made.stdout.strip()
    key_id = read_key_id(key)
    assert key_id
    assert "only time" in made.stderr
    (listed,) = list_keys(environment)
    assert (listed["key_id"], listed["role"], listed["state"]) == (key_id, "service", "in_force")
    assert listed["scope"] == {"paths": ["/v1/match"], "reads_only": False, "addresses": ["10.1.0.0/16"]}
    successor = read_key_id(run(environment, "rotate", key_id, "--overlap-hours", "0").stdout.strip())
    assert successor
    assert {one["key_id"]: one["state"] for one in list_keys(environment)} == {key_id: "expired", successor: "in_force"}
    assert run(environment, "revoke", successor).stdout == f"revoked: {successor} erp\n"
    shown = run(environment, "list").stdout
    assert successor in shown
    assert "revoked" in shown
    assert key not in shown


def test_a_key_for_ever_says_so(environment: dict[str, str]) -> None:
    assert "for ever" in run(environment, "create", "robot", "--role", "analyst", "--forever", "--read-only").stderr
    assert list_keys(environment)[0]["expires_at"] is None


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("create", "lin", "--role", "agent"), "this name"),
        (("create", "a b", "--role", "agent"), "1 to 32 letters"),
        (("create", "a", "--role", "agent", "--path", "match"), "under /v1"),
        (("revoke", "nothing"), "keys list"),
        (("rotate", "nothing"), "keys list"),
    ],
)
def test_what_cannot_be_done_ends_with_a_sentence(
    environment: dict[str, str], words: tuple[str, ...], problem: str
) -> None:
    ended = run(environment, *words)
    assert ended.exit_code == 2
    assert problem in ended.stderr
    assert list_keys(environment) == []
