"""`xianzhi kb synonyms preview`: what a rule would change, before it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import orjson
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from index.cli import show_progress
from index.opening import open_matcher
from index.preview import COMPARED, FoundSolution, Preview, preview_synonym
from kb.settings import Settings
from kb.synonyms.cli import RuleId, TermsMeant, TermsSaid
from kb.transfer.rows import parse_synonym

MAX_SHOWN_CHARACTERS = 200  # Of a question: a pasted page would fill the screen.

AsJson = Annotated[bool, typer.Option("--json", help="Write the preview as JSON.")]


def preview(rule_id: RuleId, terms: TermsSaid, means: TermsMeant = None, json: AsJson = False) -> None:
    """Show which recent questions would find other solutions with a rule; saves nothing."""
    synonym = parse_synonym({"id": rule_id, "terms": terms, "means": means})
    with show_progress() as on_progress, open_matcher(Settings(), on_progress=on_progress) as matcher:
        found = preview_synonym(matcher, synonym)
    if json:
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        show_preview(found, Console())


def show_preview(found: Preview, console: Console) -> None:
    """Print the questions that find other solutions, and how many were tried."""
    if found.questions:
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for heading in ("question", f"first {COMPARED} now", f"first {COMPARED} with the rule"):
            table.add_column(heading, overflow="fold")
        for one in found.questions:
            table.add_row(
                Text(_shorten(one.question)),
                _list_solutions(one.before, one.after),
                _list_solutions(one.after, one.before),
            )
        console.print(table)
    console.print(_count(found), highlight=False, soft_wrap=True)


def _list_solutions(solutions: Sequence[FoundSolution], others: Sequence[FoundSolution]) -> Text:
    """Return a line for each solution, those that stand on one side only set off."""
    lines = [
        Text(f"{rank}. {one.title} ({one.id})", style="" if one in others else "bold")
        for rank, one in enumerate(solutions, 1)
    ]
    return Text("\n").join(lines) if lines else Text("-")


def _shorten(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= MAX_SHOWN_CHARACTERS else f"{line[:MAX_SHOWN_CHARACTERS]}…"


def _count(found: Preview) -> str:
    matched = f" ({found.matched:,} of them matched)" if found.matched < found.touched else ""
    return f"{found.asked:,} questions tried, {found.touched:,} read otherwise{matched}, {found.changed:,} changed"
