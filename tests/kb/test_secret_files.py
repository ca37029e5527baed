"""Secrets come from files as well as from variables, and a file that holds none ends the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.secret_files import MOST_BYTES, SECRETS, SecretFileUnusable
from kb.settings import Settings

KEYS = "wang:agent:0123456789abcdef"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{KEYS}\n")
    return path


def test_a_secret_is_read_from_the_file_that_a_variable_names(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANZHI_API_KEYS_FILE", str(secret))
    assert [key.name for key in Settings(_env_file=None).keys] == ["wang"]
    assert "0123456789abcdef" not in repr(Settings(_env_file=None))


def test_a_file_may_be_named_in_the_environment_file(secret: Path, tmp_path: Path) -> None:
    (tmp_path / "settings").write_text(f"XIANZHI_API_KEYS_FILE={secret}\n")
    assert [key.name for key in Settings(_env_file=tmp_path / "settings").keys] == ["wang"]


def test_every_setting_that_is_secret_has_a_file() -> None:
    secrets = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert set(SECRETS) == secrets | {"database_url"}  # It holds a password.


def test_a_setting_that_is_given_twice_ends_the_start(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANZHI_API_KEYS_FILE", str(secret))
    monkeypatch.setenv("XIANZHI_API_KEYS", KEYS)
    with pytest.raises(SecretFileUnusable, match="Both XIANZHI_API_KEYS and XIANZHI_API_KEYS_FILE"):
        Settings(_env_file=None)


@pytest.mark.parametrize("name", SECRETS)
def test_an_empty_variable_hides_no_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {"api_keys": KEYS, "database_url": "postgresql+psycopg://shop:password@host/database"}
    (tmp_path / "secret").write_text(secrets.get(name, "0123456789abcdef" * 2))
    monkeypatch.setenv(f"XIANZHI_{name.upper()}_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv(f"XIANZHI_{name.upper()}", "")
    assert getattr(Settings(_env_file=None), name)


def test_a_file_holds_a_key_a_line_and_may_begin_with_a_byte_order_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_bytes(f"\ufeff{KEYS}\r\n\r\nlin:editor:fedcba9876543210\n".encode())
    monkeypatch.setenv("XIANZHI_API_KEYS_FILE", str(tmp_path / "secret"))
    keys = Settings(_env_file=None).keys
    assert [(key.name, key.secret) for key in keys] == [("wang", b"0123456789abcdef"), ("lin", b"fedcba9876543210")]


def test_a_file_holds_a_secret_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("the-newer-of-both-secrets\nthe-older-of-both-secrets\n")
    monkeypatch.setenv("XIANZHI_WEBHOOK_SECRET_FILE", str(tmp_path / "secret"))
    secrets = Settings(_env_file=None).webhook_secrets
    assert secrets == (b"the-newer-of-both-secrets", b"the-older-of-both-secrets")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe", "UTF-8"),
        (b"a" * (MOST_BYTES + 1), "larger than 64 kB"),
    ],
)
def test_a_file_without_a_secret_ends_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, problem: str
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("XIANZHI_WEBHOOK_SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(SecretFileUnusable, match=problem) as caught:
        Settings(_env_file=None)
    assert "XIANZHI_WEBHOOK_SECRET_FILE" in str(caught.value)


def test_what_a_file_holds_is_checked_like_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("short")
    monkeypatch.setenv("XIANZHI_CUSTOMER_SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(ValueError, match="at least 32 characters"):
        Settings(_env_file=None)
