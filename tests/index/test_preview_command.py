"""`xianzhi kb synonyms preview`: its table and counts, and that an unusable rule is refused before anything opens."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from index.preview import ChangedQuestion, FoundSolution, Preview
from index.preview_command import MAX_SHOWN_CHARACTERS, preview, show_preview
from kb.changes import ItemKind
from kb.errors import InvalidInput
from tests.real_encoder import skip_unless_prepared

PARCEL = FoundSolution(ItemKind.ARTICLE, "parcel", "我的包裹在哪里")
INVOICE = FoundSolution(ItemKind.ARTICLE, "invoice", "发票[抬头]写错了")


def show(found: Preview) -> str:
    """Return what is printed."""
    console = Console(file=StringIO(), width=120)
    show_preview(found, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def run(folder: Path, *arguments: str) -> Result:
    """Run the command on a data folder of its own."""
    app = typer.Typer()
    app.command()(preview)
    env = {"XIANZHI_DATA_DIR": str(folder), "XIANZHI_DATABASE_URL": "", "COLUMNS": "200"}
    return CliRunner().invoke(app, list(arguments), env=env)


def test_table_has_both_orders_of_a_changed_question() -> None:
    shown = show(Preview(7, 2, 2, 1, [ChangedQuestion("水单\n在哪里", [PARCEL, INVOICE], [INVOICE, PARCEL])]))
    assert "水单 在哪里" in shown
    first, second = (line for line in shown.splitlines() if "(parcel)" in line)
    assert first.index("1. 我的包裹在哪里 (parcel)") < first.index("1. 发票[抬头]写错了 (invoice)")
    assert second.index("2. 发票[抬头]写错了 (invoice)") < second.index("2. 我的包裹在哪里 (parcel)")
    assert shown.endswith("7 questions tried, 2 read otherwise, 1 changed\n")


def test_where_nothing_changes_there_are_only_the_counts() -> None:
    assert show(Preview(1_234, 0, 0, 0, [])) == "1,234 questions tried, 0 read otherwise, 0 changed\n"


def test_counts_say_when_not_all_were_matched() -> None:
    assert show(Preview(500, 300, 100, 0, [])) == (
        "500 questions tried, 300 read otherwise (100 of them matched), 0 changed\n"
    )


def test_long_question_is_cut_and_one_without_solutions_says_so() -> None:
    shown = show(Preview(1, 1, 1, 1, [ChangedQuestion("长" * (MAX_SHOWN_CHARACTERS + 1), [], [PARCEL])]))
    assert shown.count("长") == MAX_SHOWN_CHARACTERS
    assert "…" in shown
    assert " - " in shown


def test_unusable_rule_is_refused_with_the_reason_and_nothing_is_made(tmp_path: Path) -> None:
    result = run(tmp_path / "var", "fee", "运费")
    assert isinstance(result.exception, InvalidInput)
    assert "a rule of one term says nothing" in result.exception.message
    assert not (tmp_path / "var").exists()


@pytest.fixture
def prepared() -> None:
    """The real encoder, or no test."""
    skip_unless_prepared()


@pytest.mark.usefixtures("prepared")
def test_preview_of_an_empty_base_tries_the_terms_themselves(tmp_path: Path) -> None:
    result = run(tmp_path, "fee", "运费", "邮费", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"asked": 2, "touched": 2, "matched": 2, "changed": 0, "questions": []}
    assert run(tmp_path, "fee", "运费", "邮费").stdout == "2 questions tried, 2 read otherwise, 0 changed\n"
