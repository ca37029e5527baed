"""The command line `kb synonyms`: list, add and remove rules one at a time."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.opening import open_for_command
from kb.settings import Settings
from kb.synonyms.models import Synonym
from kb.synonyms.service import delete_synonym, list_synonyms, save_synonym
from kb.transfer.rows import parse_synonym

RuleId = Annotated[str, typer.Argument(help="The rule's id: no blanks, no slashes.")]
TermsSaid = Annotated[list[str], typer.Argument(help="The words: at least two, unless --means is given.")]
TermsMeant = Annotated[list[str] | None, typer.Option("--means", help="Read them as this, but not back; repeatable.")]
Note = Annotated[str | None, typer.Option(help="Why the rule is there, for other editors.")]

app = typer.Typer(help="Words that mean the same: list, add and remove rules.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Write every rule on a line of its own."""
    with open_for_command(Settings()) as database, database.read() as session:
        synonyms = list_synonyms(session)
    for synonym in synonyms:
        typer.echo(describe_synonym(synonym))


@app.command()
def add(rule_id: RuleId, terms: TermsSaid, means: TermsMeant = None, note: Note = None) -> None:
    """Add a rule, or replace the one with this id; the next match goes by it."""
    settings = Settings()
    with open_for_command(settings) as database:
        synonym = parse_synonym({"id": rule_id, "terms": terms, "means": means, "note": note})
        with database.write() as session:
            result = save_synonym(session, synonym, now=settings.find_now())
    typer.echo(f"{result}: {describe_synonym(synonym)}")


@app.command()
def remove(rule_id: RuleId) -> None:
    """Remove a rule for good."""
    settings = Settings()
    with open_for_command(settings) as database, database.write() as session:
        delete_synonym(session, rule_id, now=settings.find_now())
    typer.echo(f"removed: {rule_id}")


def describe_synonym(synonym: Synonym) -> str:
    """Return a rule in one line, such as `fee: 运费 = 邮费` or `slip: 单子 → 订单`, its note in brackets."""
    said = " = ".join(synonym.terms) if synonym.is_two_way else " / ".join(synonym.terms)
    meant = "" if synonym.is_two_way else f" → {' / '.join(synonym.means)}"
    return f"{synonym.id}: {said}{meant}" + (f" ({synonym.note})" if synonym.note else "")
