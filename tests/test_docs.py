"""The documents describe what is there: settings, routes, commands, files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from api.app import create_app
from kb.orders.facts import FACTS
from kb.secret_files import SECRETS
from kb.settings import Settings
from xianzhi import app as command_line

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "data" / "sample" / "README.md"]
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def list_commands(path: Path) -> list[list[str]]:
    """Return the `xianzhi …` calls in a document's code blocks that are whole, not patterns with […]."""
    calls = []
    for block in FENCE.findall(path.read_text("utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.search(r"(?:^|\s)(?:\.venv/bin/)?xianzhi (.+)$", line)
            if found and not re.search(r"[\[…|]", found[1]):
                calls.append(shlex.split(found[1], comments=True))
    return calls


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    missing = [link for link in LINK.findall(path.read_text("utf-8")) if not (path.parent / link).exists()]
    assert missing == []


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    for name, setting in Settings.model_fields.items():
        row = re.search(rf"^\| `XIANZHI_{name.upper()}` \| (.*?) \|", text, re.MULTILINE)
        assert row, f"XIANZHI_{name.upper()} is not in docs/configuration.md"
        if isinstance(setting.default, int | float | str) and setting.default != "":
            assert str(setting.default) in row[1]


def test_every_documented_setting_exists() -> None:
    known = {f"XIANZHI_{name.upper()}" for name in Settings.model_fields} | {"XIANZHI_PORT"}
    known |= {f"XIANZHI_{name.upper()}_FILE" for name in SECRETS}
    for path in DOCUMENTS:
        assert set(re.findall(r"XIANZHI_[A-Z_]+", path.read_text("utf-8"))) <= known, path


def test_every_route_is_documented() -> None:
    text = (ROOT / "docs" / "http-api.md").read_text("utf-8")
    paths = create_app(Settings(_env_file=None)).openapi()["paths"]
    assert len(paths) >= 20
    for path, operations in paths.items():
        for method in operations:
            assert f"{method.upper()} {path}" in text


def test_every_command_in_the_documents_exists() -> None:
    runner = CliRunner()
    checked = 0
    for path in DOCUMENTS:
        for words in list_commands(path):
            command = [word for word in words if not word.startswith("-")]
            depth = 2 if command[0] in {"kb", "index", "eval", "audit", "notice", "keys"} else 1
            depth += command[:2] == ["kb", "synonyms"]
            shown = runner.invoke(command_line, [*command[:depth], "--help"], env={"COLUMNS": "200"})
            assert shown.exit_code == 0, (path, words)
            for option in (word for word in words if word.startswith("--")):
                assert option.split("=")[0] in shown.output, (path, words)
            checked += 1
    assert checked >= 8


def test_every_command_says_what_it_does() -> None:
    root = get_command(command_line)
    assert root.help
    for name, command in getattr(root, "commands", {}).items():
        assert command.help, name
        for sub_name, sub_command in getattr(command, "commands", {}).items():
            assert sub_command.help, f"{name} {sub_name}"


def test_both_readmes_show_the_same_commands() -> None:
    assert list_commands(ROOT / "README.md") == list_commands(ROOT / "README.zh-CN.md")


def test_every_fact_of_the_contract_is_known() -> None:
    assert {"order.status", "is_late", "hours_without_scan", "item.category", "refund.status", "now.date"} <= set(FACTS)
