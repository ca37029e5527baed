"""The command `kb facts`: what conditions may test."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kb.orders.fact_sheet import list_values, write_fact_sheet
from kb.orders.facts import FACTS

AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Write the page docs/facts.md.")]


def show_facts(markdown: AsMarkdown = False) -> None:
    """List the facts that conditions may test."""
    if markdown:
        typer.echo(write_fact_sheet(), nl=False)
        return
    table = Table("fact", "type", "unit", "values", "meaning")
    for fact in FACTS.values():
        unit = fact.unit.value if fact.unit else ""
        table.add_row(fact.name, fact.type.value, unit, " ".join(list_values(fact)), fact.label.zh)
    Console().print(table)
