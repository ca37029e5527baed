"""The command line `kb synonyms`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kb.cli import make_app


def tell_nobody() -> None:
    """Stand in for the index."""


class CommandLine:
    """Runs `kb` on a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> Result:
        """Run one command."""
        env = {"XIANZHI_DATA_DIR": str(self.folder), "XIANZHI_DATABASE_URL": "", "COLUMNS": "200"}
        return CliRunner().invoke(make_app(tell_nobody), list(arguments), env=env)


@pytest.fixture
def kb(tmp_path: Path) -> CommandLine:
    """A command line with an empty database."""
    return CommandLine(tmp_path)


def test_added_rules_are_listed_one_a_line(kb: CommandLine) -> None:
    added = kb.run("synonyms", "add", "slip", "单子", "订货单", "--means", "订单", "--note", "口语")
    assert (added.exit_code, added.stdout) == (0, "added: slip: 单子 / 订货单 → 订单 (口语)\n")
    kb.run("synonyms", "add", "fee", "运费", "邮费")
    listed = kb.run("synonyms", "list")
    assert listed.stdout == "fee: 运费 = 邮费\nslip: 单子 / 订货单 → 订单 (口语)\n"
    assert "synonyms: 2\n" in kb.run("status").stdout


def test_adding_again_replaces_the_rule_and_says_so(kb: CommandLine) -> None:
    kb.run("synonyms", "add", "fee", "运费", "邮费")
    assert kb.run("synonyms", "add", "fee", "运费", "邮费").stdout.startswith("unchanged: ")
    assert kb.run("synonyms", "add", "fee", "运费", "快递费").stdout.startswith("changed: ")
    assert kb.run("synonyms", "list").stdout == "fee: 运费 = 快递费\n"


def test_removed_rule_is_gone(kb: CommandLine) -> None:
    kb.run("synonyms", "add", "fee", "运费", "邮费")
    assert kb.run("synonyms", "remove", "fee").stdout == "removed: fee\n"
    assert kb.run("synonyms", "list").stdout == ""
    assert "revision: 2\n" in kb.run("status").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "fee", "运费"), "a rule of one term says nothing"),
        (("add", "fee", "运", "邮费"), "a term needs at least 2 letters"),
        (("add", "a b", "运费", "邮费"), "holds a blank or a slash"),
        (("add", "fee", "运费", "--means", "運費"), "a term is read as itself"),
        (("remove", "fee"), "No synonym has the id 'fee'."),
    ],
)
def test_unusable_input_exits_with_two_and_one_sentence(kb: CommandLine, arguments: tuple[str, ...], said: str) -> None:
    result = kb.run("synonyms", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert kb.run("synonyms", "list").stdout == ""
