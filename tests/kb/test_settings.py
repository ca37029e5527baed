"""Wrong settings and unusable places are said in a sentence with the setting's name, and exit with two."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from kb.failures import describe_failure
from kb.settings import Settings

ROOT = Path(__file__).parents[2]


def one_sentence(error: Exception) -> str:
    sentences = describe_failure(error)
    assert sentences is not None
    (sentence,) = sentences
    return sentence


def describe(**wrong: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None, **wrong)
    return one_sentence(caught.value)


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "xianzhi.py"), *arguments]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("name", "value", "problem", "remedy"),
    [
        ("timezone", "Asia/Nowhere", "there is no time zone 'Asia/Nowhere'", "XIANZHI_TIMEZONE=Asia/Shanghai."),
        ("timezone", "", "there is no time zone ''", "XIANZHI_TIMEZONE=Asia/Shanghai."),
        ("timezone", "Asia", "there is no time zone 'Asia'", "XIANZHI_TIMEZONE=Asia/Shanghai."),
        ("database_url", "notaurl", "it is not a URL", "XIANZHI_DATABASE_URL=postgresql+psycopg://"),
        ("database_url", "mysql://u:secret@h/d", "'mysql' is none of", "XIANZHI_DATABASE_URL=postgresql+psycopg://"),
        ("now", "yesterday", "valid datetime", "XIANZHI_NOW=2026-11-20T10:00:00+08:00."),
        ("precision", "int4", "'int8' or 'float32'", "XIANZHI_PRECISION=int8."),
        ("wrong_answer_cost", "-1", "greater than or equal to 0", "XIANZHI_WRONG_ANSWER_COST=1."),
        ("wrong_answer_cost_public", "nan", "than or equal to", "XIANZHI_WRONG_ANSWER_COST_PUBLIC=1."),
        ("wrong_answer_cost_public", "1e9", "less than or equal to 1000", "XIANZHI_WRONG_ANSWER_COST_PUBLIC=1."),
        ("encoder_threads", "0", "greater than or equal to 1", "XIANZHI_ENCODER_THREADS=1."),
    ],
)
def test_a_wrong_setting_is_named_with_a_right_one(name: str, value: str, problem: str, remedy: str) -> None:
    sentence = describe(**{name: value})
    assert sentence.startswith(f"XIANZHI_{name.upper()} cannot be used: ")
    assert problem in sentence
    assert remedy in sentence
    assert "secret" not in sentence


def test_an_empty_moment_is_the_clock_and_an_empty_key_none() -> None:
    settings = Settings(_env_file=None, now="", api_key="")
    assert (settings.now, settings.api_key) == (None, None)


def test_a_moment_without_a_zone_is_the_shops() -> None:
    settings = Settings(_env_file=None, now="2026-11-20T10:00:00", timezone="Asia/Shanghai")
    assert settings.find_now() == datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_what_a_database_says_is_never_repeated() -> None:
    error = IntegrityError("INSERT INTO customer VALUES (?)", ("13812345678",), Exception("13812345678 exists"))
    sentence = one_sentence(error)
    assert "13812345678" not in sentence
    assert "INSERT" not in sentence


def test_a_fault_of_our_own_is_not_described() -> None:
    class Other(BaseModel):
        number: int

    with pytest.raises(ValidationError) as caught:
        Other(number="x")
    assert describe_failure(caught.value) is None
    assert describe_failure(KeyError("x")) is None


def test_a_wrong_setting_exits_with_two_and_no_traceback(tmp_path: Path) -> None:
    done = run("kb", "status", XIANZHI_DATA_DIR=str(tmp_path), XIANZHI_TIMEZONE="Asia/Nowhere")
    assert done.returncode == 2
    assert done.stderr == (
        "unusable: XIANZHI_TIMEZONE cannot be used: there is no time zone 'Asia/Nowhere'. "
        "Write for example XIANZHI_TIMEZONE=Asia/Shanghai.\n"
    )


def test_an_unreachable_server_exits_with_two_and_no_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://u:secret@127.0.0.1:1/x"
    done = run("kb", "status", XIANZHI_DATA_DIR=str(tmp_path), XIANZHI_DATABASE_URL=url)
    assert done.returncode == 2
    assert "The database cannot be used (OperationalError). Check XIANZHI_DATABASE_URL" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_file_of_junk_exits_with_two(tmp_path: Path) -> None:
    (tmp_path / "xianzhi.db").write_text("junk " * 1_000, encoding="utf-8")
    done = run("kb", "status", XIANZHI_DATA_DIR=str(tmp_path), XIANZHI_DATABASE_URL="")
    assert done.returncode == 2
    assert "The database cannot be used (DatabaseError)." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_cannot_be_made_exits_with_two(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("kb", "status", XIANZHI_DATA_DIR=str(tmp_path / "file" / "var"), XIANZHI_DATABASE_URL="")
    assert done.returncode == 2
    assert f"The file or folder {tmp_path / 'file'}" in done.stderr
    assert "XIANZHI_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_option_is_still_a_usage_error() -> None:
    done = run("kb", "status", "--nonsense")
    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_a_customer_secret_is_long_enough_for_its_signature() -> None:
    assert "32 characters" in describe(customer_secret="x" * 31)
    assert "32 characters" in describe(customer_secret=f"{'x' * 32},{'y' * 31}")
    secrets = Settings.model_validate({"customer_secret": f"{'x' * 32},{'y' * 32}"}).customer_secrets
    assert secrets == (b"x" * 32, b"y" * 32)
