"""The documented table of facts is the one in the code."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from kb.orders.fact_sheet import ORIGINS, write_fact_sheet
from kb.orders.facts import FACTS
from xianzhi import app

DOCUMENT = Path(__file__).parents[2] / "docs" / "facts.md"


def test_every_fact_has_an_origin_and_no_other_name_has() -> None:
    assert set(ORIGINS) == set(FACTS)


def test_the_document_is_what_the_command_writes() -> None:
    written = CliRunner().invoke(app, ["kb", "facts", "--markdown"])
    assert written.stdout == write_fact_sheet() == DOCUMENT.read_text("utf-8")


def test_the_command_lists_every_fact() -> None:
    shown = CliRunner().invoke(app, ["kb", "facts"], env={"COLUMNS": "250"})
    assert all(name in shown.stdout for name in FACTS)
