"""The command line `audit`: list the trail, and check that nobody changed it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kb.audit.chain import verify_chain
from kb.audit.models import AuditRow
from kb.audit.trail import TrailFilter, list_rows
from kb.customers.desk import digest_query
from kb.opening import open_for_command
from kb.settings import Settings

EXIT_BROKEN = 1
MOST_LISTED = 10_000

Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Leave out what is older, in the shop's time."),
]
ByActor = Annotated[str | None, typer.Option("--actor", help="Only what this one did.")]
About = Annotated[str | None, typer.Option(help="Only look-ups with this phone or number, and reveals of this id.")]
Limit = Annotated[int, typer.Option(min=1, max=MOST_LISTED, help="The newest so many.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Noted = Annotated[str | None, typer.Option("--noted", help="A newest hash that was noted earlier: its row must stand.")]

app = typer.Typer(help="The audit trail of look-ups, reveals and keys: list it, verify it.", no_args_is_help=True)


@app.command("list")
def list_(
    since: Since = None, actor: ByActor = None, about: About = None, limit: Limit = 100, as_json: AsJson = False
) -> None:
    """List who looked up or revealed what, oldest first."""
    settings = Settings()
    with open_for_command(settings) as database:
        named = (digest_query(database, about), about) if about else None
        first = since.replace(tzinfo=settings.zone) if since else None
        with database.read() as session:
            rows = list_rows(session, TrailFilter(first, actor, named), limit=limit)
    if as_json:
        for row in rows:
            typer.echo(orjson.dumps(_to_json(row)).decode())
        return
    Console().print(_make_table(rows, settings.zone))


@app.command()
def verify(noted: Noted = None) -> None:
    """Check every row against the one before it; note the newest hash elsewhere to prove later that nothing is gone."""
    with open_for_command(Settings()) as database, database.read() as session:
        report = verify_chain(session, noted_hash=noted)
    for line in report.breaks:
        typer.echo(line)
    typer.echo(f"rows: {report.rows:,}")
    typer.echo(f"newest hash: {report.newest_hash}")
    typer.echo("whole" if report.is_whole else "BROKEN")
    if not report.is_whole:
        raise typer.Exit(EXIT_BROKEN)


def _to_json(row: AuditRow) -> dict[str, object]:
    names = ("row_id", "at", "actor", "action", "what", "why", "outcome", "request_id", "previous_hash", "hash")
    return {name: getattr(row, name) for name in names}


def _make_table(rows: list[AuditRow], zone: tzinfo) -> Table:
    table = Table("row", "at", "actor", "action", "what", "why", "outcome", title="Audit trail", title_justify="left")
    for row in rows:
        at = row.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        what = f"{row.what[:12]}…" if row.action == "lookup" else row.what
        cells = (str(row.row_id), at, row.actor, row.action, what, row.why or "", row.outcome)
        table.add_row(*(escape(cell) for cell in cells))
    return table
