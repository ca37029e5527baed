"""The command line `kb`: exit codes, reports, and when the index is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kb.cli import make_app


class CommandLine:
    """Runs `kb` on a database of its own, and counts how often the index was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.updates = 0

    def run(self, *arguments: str | Path) -> Result:
        """Run one command."""
        env = {"XIANZHI_DATA_DIR": str(self.folder / "var"), "XIANZHI_DATABASE_URL": "", "COLUMNS": "200"}
        return CliRunner().invoke(make_app(self._update), [str(argument) for argument in arguments], env=env)

    def _update(self) -> None:
        self.updates += 1


@pytest.fixture
def kb(tmp_path: Path) -> CommandLine:
    """A command line with an empty database."""
    return CommandLine(tmp_path)


def _write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_an_import_without_faults_exits_with_zero_and_tells_the_index(kb: CommandLine, tmp_path: Path) -> None:
    path = _write(tmp_path / "articles.csv", "编号,标题", "A1,退货")
    result = kb.run("import", path)
    assert result.exit_code == 0
    assert result.stdout == "1 added, 0 changed, 0 unchanged, 0 refused\n"
    assert kb.updates == 1


def test_an_import_that_changes_nothing_does_not_tell_the_index(kb: CommandLine, tmp_path: Path) -> None:
    path = _write(tmp_path / "articles.csv", "编号,标题", "A1,退货")
    kb.run("import", path, "--dry-run")
    assert kb.updates == 0
    for _ in range(2):
        kb.run("import", path)
    assert kb.updates == 1


def test_refused_rows_are_shown_and_exit_with_one(kb: CommandLine, tmp_path: Path) -> None:
    path = _write(tmp_path / "articles.csv", "编号,标题,状态", "A1,退货,[bold]", "A2,换货,")
    result = kb.run("import", path)
    assert result.exit_code == 1
    assert "“[bold]” is not one of the values" in result.stdout
    assert "1 added, 0 changed, 0 unchanged, 1 refused" in result.stdout


def test_the_json_report_names_every_fault(kb: CommandLine, tmp_path: Path) -> None:
    result = kb.run("import", _write(tmp_path / "articles.jsonl", '{"id": "a"}'), "--json")
    report = json.loads(result.stdout)
    assert (report["refused"], report["refused_rows"][0]["field"]) == (1, "title")


@pytest.mark.parametrize("name", ["missing.csv", "a.pdf", "broken.xlsx"])
def test_unusable_input_exits_with_two_and_one_sentence(kb: CommandLine, tmp_path: Path, name: str) -> None:
    for existing in ("a.pdf", "broken.xlsx"):
        (tmp_path / existing).touch()
    result = kb.run("import", tmp_path / name)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert result.stderr.count("\n") == 1


def test_export_and_import_give_the_same_status(kb: CommandLine, tmp_path: Path) -> None:
    kb.run("import", _write(tmp_path / "articles.csv", "编号,标题", "A1,退货"))
    exported = kb.run("export", tmp_path / "out", "--format", "csv")
    assert exported.exit_code == 0
    (tmp_path / "copy").mkdir()
    copy = CommandLine(tmp_path / "copy")
    assert copy.run("import", tmp_path / "out").exit_code == 0
    assert "articles: 1\n" in copy.run("status").stdout
    assert "articles: 1\n" in kb.run("status").stdout


def test_an_export_that_cannot_be_written_exits_with_two(kb: CommandLine, tmp_path: Path) -> None:
    assert kb.run("export", tmp_path / "all.csv").exit_code == 2
