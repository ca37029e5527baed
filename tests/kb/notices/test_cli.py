"""`xianzhi notice preview`: a file or a stored notice, read by people or by programs."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from kb.database import Database
from kb.notices.models import Notice
from kb.notices.service import save_notice
from kb.orders.repository import save_order
from tests.fakes import make_order
from tests.kb.notices.test_preview import NOW, SHIPPED
from xianzhi import app

SNOW: dict[str, object] = {
    "id": "snow",
    "title": "大雪",
    "kind": "delay",
    "wording": "会晚一天。",
    "applies_when": {"all": [SHIPPED]},
}


class CommandLine:
    """Runs `notice` on a database of its own, with an order and a notice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        database = Database(f"sqlite:///{folder / 'xianzhi.db'}")
        with database.write() as session:
            save_order(session, make_order())
            save_notice(session, Notice.model_validate(SNOW), now=NOW)
        database.close()

    def write(self, *notices: dict[str, object]) -> str:
        """Write a file of notices, and return its name."""
        file = self.folder / "notices.jsonl"
        file.write_bytes(b"\n".join(map(orjson.dumps, notices)))
        return str(file)

    def preview(self, *words: str) -> Result:
        """Run `notice preview`."""
        return self.run("preview", *words)

    def run(self, *words: str, now: str = NOW.isoformat()) -> Result:
        """Run a command of `notice`."""
        env = {"XIANZHI_DATA_DIR": str(self.folder), "XIANZHI_DATABASE_URL": "", "XIANZHI_NOW": now}
        return CliRunner().invoke(app, ["notice", *words], env={**env, "COLUMNS": "200"})


@pytest.fixture
def desk(tmp_path: Path, empty_sqlite_file: Path) -> CommandLine:
    """A command line with a small database."""
    shutil.copyfile(empty_sqlite_file, tmp_path / "xianzhi.db")
    return CommandLine(tmp_path)


def test_a_stored_notice_is_shown_with_its_orders(desk: CommandLine) -> None:
    shown = desk.preview("snow")
    assert shown.exit_code == 0, shown.output
    for words in ("大雪", "in force now", "touches 1 of 1 orders", "已发货", "北京/海淀区", "SO2026111500017"):
        assert words in shown.output


def test_a_fixed_moment_without_a_zone_is_the_shops(desk: CommandLine) -> None:
    for words in (("list",), ("show", "snow"), ("preview", "snow")):
        told = desk.run(*words, now=NOW.replace(tzinfo=None).isoformat())
        assert told.exit_code == 0, told.output
        assert "大雪" in told.output


def test_every_notice_of_a_file_is_previewed(desk: CommandLine) -> None:
    ice = {**SNOW, "id": "ice", "applies_when": {"all": [{**SHIPPED, "value": "paid"}]}}
    shown = desk.preview(desk.write(SNOW, ice), "--json")
    assert [(one["notice_id"], one["touched"]) for one in orjson.loads(shown.stdout)] == [("snow", 1), ("ice", 0)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({**SNOW, "kind": "weather"}, "holds a notice that cannot be used"),
        ({**SNOW, "applies_when": {"all": [{"fact": "order.colour"}]}}, "order.colour"),
    ],
)
def test_a_notice_that_cannot_be_used_is_refused_with_the_remedy(
    desk: CommandLine, content: dict[str, object], words: str
) -> None:
    shown = desk.preview(desk.write(content))
    assert shown.exit_code != 0
    assert words in f"{shown.output}{shown.exception}"


@pytest.mark.parametrize(("source", "words"), [("none", "No notice has the id"), ("none.jsonl", "does not exist")])
def test_what_is_not_there_is_said(desk: CommandLine, source: str, words: str) -> None:
    shown = desk.preview(source)
    assert shown.exit_code != 0
    assert words in f"{shown.output}{shown.exception}"


def test_stored_notices_are_listed_and_shown_with_what_they_did(desk: CommandLine) -> None:
    listed, shown = desk.run("list", "--json"), desk.run("show", "snow", "--json")
    assert [row["id"] for row in orjson.loads(listed.output)] == ["snow"]
    assert orjson.loads(shown.output)["reach"]["touched"] == 0
    assert "snow" in desk.run("list").output
    assert "told: 0 orders" in desk.run("show", "snow").output
