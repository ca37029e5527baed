"""The command lines `audit` and `customer`."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from kb.customers.cli import read_user
from kb.database import Database, open_database
from kb.settings import Settings
from tests.kb.customers.makers import CHEN, ZHOU, save_orders, save_people
from xianzhi import app


class CommandLine:
    """Runs commands on a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> Result:
        """Run one command."""
        env = {
            "XIANZHI_DATA_DIR": str(self.folder),
            "XIANZHI_DATABASE_URL": "",
            "XIANZHI_NOW": "2026-11-15T10:00:00+08:00",
            "COLUMNS": "200",
            "LOGNAME": "li",
        }
        return CliRunner().invoke(app, list(arguments), env=env)

    def fill(self) -> None:
        """Store two customers and an order of one."""
        with open_database(Settings(data_dir=self.folder, database_url="")) as database:
            save_people(database, ZHOU, CHEN)
            save_orders(database, {"promised_at": "2026-11-14T22:00:00+08:00"})

    def open(self) -> Database:
        """Return the database."""
        return Database(f"sqlite:///{self.folder / 'xianzhi.db'}")


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    """A command line with two customers."""
    made = CommandLine(tmp_path)
    made.fill()
    return made


def test_a_customer_is_shown_masked_with_orders_and_parcels(line: CommandLine) -> None:
    shown = line.run("customer", "138 0000 1037")
    assert shown.exit_code == 0
    for part in ("C0042", "周**", "138****1037", "SO2026111500017", "已发货，已晚 12 小时", "QY7306518138", "昆山"):
        assert part in shown.stdout
    for secret in ("雨桐", "13800001037", "青竹园"):
        assert secret not in shown.output


def test_several_customers_are_listed(line: CommandLine) -> None:
    shown = line.run("customer", "1037")
    assert shown.exit_code == 0
    for part in ("C0042", "C0043", "陈**", "139****1037", "Look one of them up"):
        assert part in shown.stdout


def test_nobody_is_said_and_is_an_exit_code_for_scripts(line: CommandLine) -> None:
    shown = line.run("customer", "13912345678")
    assert (shown.exit_code, shown.stdout) == (1, "Nobody was found.\n")


def test_what_cannot_be_read_is_one_sentence(line: CommandLine) -> None:
    shown = line.run("customer", "037")
    assert shown.exit_code == 2
    assert "at least the last 4" in shown.stderr


def test_json_holds_all_that_was_found(line: CommandLine) -> None:
    found = orjson.loads(line.run("customer", "C0042", "--json").stdout)
    assert (found["outcome"], found["read_as"]) == ("found", "number")
    assert found["profile"]["orders"][0]["remarks"][0]["kind"] == "late"


def test_each_look_up_is_listed_with_its_user_and_reason(line: CommandLine) -> None:
    line.run("customer", "138 0000 1037", "--reason", "回电")
    line.run("customer", "037")
    rows = [orjson.loads(row) for row in line.run("audit", "list", "--json").stdout.splitlines()]
    assert [(row["actor"], row["why"], row["outcome"]) for row in rows] == [
        (read_user(), "回电", "found"),
        (read_user(), None, "refused"),
    ]
    assert read_user() != "li", "the environment says so, and whoever looks up can set it"
    assert "回电" in line.run("audit", "list").stdout
    about = line.run("audit", "list", "--about", "+8613800001037", "--json").stdout
    assert [orjson.loads(row)["row_id"] for row in about.splitlines()] == [1]
    assert line.run("audit", "list", "--actor", "wang", "--json").stdout == ""
    assert line.run("audit", "list", "--since", "2999-01-01", "--json").stdout == ""


def test_verify_says_whether_the_trail_is_whole(line: CommandLine) -> None:
    line.run("customer", "C0042")
    line.run("customer", "C0043")
    whole = line.run("audit", "verify")
    assert whole.exit_code == 0
    assert whole.stdout.startswith("rows: 2\nnewest hash: ")
    assert whole.stdout.endswith("whole\n")
    database = line.open()
    with database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_refuses_update"))
        connection.execute(text("UPDATE audit SET actor = 'wang' WHERE row_id = 1"))
    database.close()
    broken = line.run("audit", "verify")
    assert broken.exit_code == 1
    assert broken.stdout.startswith("Row 1 was changed.\n")
    assert broken.stdout.endswith("BROKEN\n")
