"""The command line `keys`: make, list, replace and revoke keys; a key is written out once, alone on standard output."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from kb.access import KeyScope, Role
from kb.audit.models import Caller
from kb.customers.cli import read_user
from kb.keys.models import MOST_DAYS, MOST_OVERLAP_HOURS, USUAL_DAYS, IssuedKey, KeyRecord, NewKey
from kb.keys.repository import list_records
from kb.keys.service import create_key, revoke_key, rotate_key
from kb.opening import open_for_command
from kb.settings import Settings

Name = Annotated[str, typer.Argument(help="Whose it is: letters, digits or . _ -; the audit trail names it.")]
RoleWanted = Annotated[Role, typer.Option("--role", help="What it is for.")]
Days = Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How long it holds.")]
Forever = Annotated[bool, typer.Option("--forever", help="It never expires; better is one that does.")]
Paths = Annotated[
    list[str] | None, typer.Option("--path", help="Only addresses that begin so, as /v1/match; repeatable.")
]
ReadsOnly = Annotated[bool, typer.Option("--read-only", help="Only GET.")]
Addresses = Annotated[
    list[str] | None, typer.Option("--address", help="Only from this IP address or network; repeatable.")
]
KeyId = Annotated[str, typer.Argument(help="The key's id, as `xianzhi keys list` shows it.")]
Overlap = Annotated[int, typer.Option("--overlap-hours", min=0, max=MOST_OVERLAP_HOURS, help="So long both keys hold.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]

NOTHING = "-"

app = typer.Typer(help="Keys of the API: make, list, replace, revoke.", no_args_is_help=True)


@app.command()
def create(  # noqa: PLR0913  # Each is an option.
    name: Name,
    role: RoleWanted,
    days: Days = USUAL_DAYS,
    forever: Forever = False,
    paths: Paths = None,
    reads_only: ReadsOnly = False,
    addresses: Addresses = None,
) -> None:
    """Make a key; it is shown this once, and only a hash of it is kept."""
    settings = Settings()
    with open_for_command(settings) as database:
        scope = KeyScope(tuple(paths or ()), reads_only, tuple(addresses or ()))
        new = NewKey(name, role, None if forever else timedelta(days=days), scope)
        taken = {key.name for key in settings.keys if key.name}
        with database.write() as session:
            issued = create_key(session, new, _find_caller(), now=datetime.now(UTC), names_taken=taken)
    _show_issued(issued, settings.zone)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the keys that were made here; those of the settings stand there."""
    settings = Settings()
    with open_for_command(settings) as database, database.read() as session:
        records = list_records(session, now=datetime.now(UTC))
    if as_json:
        for record in records:
            typer.echo(orjson.dumps(record).decode())
        return
    Console().print(_make_table(records, settings.zone))


@app.command()
def rotate(key_id: KeyId, overlap_hours: Overlap = 24) -> None:
    """Make a key for the same; both hold until the overlap is over, then the new one alone."""
    settings = Settings()
    overlap = timedelta(hours=overlap_hours)
    with open_for_command(settings) as database, database.write() as session:
        issued = rotate_key(session, key_id, _find_caller(), now=datetime.now(UTC), overlap=overlap)
    _show_issued(issued, settings.zone)


@app.command()
def revoke(key_id: KeyId) -> None:
    """End a key; a running service refuses it within two seconds."""
    with open_for_command(Settings()) as database, database.write() as session:
        record = revoke_key(session, key_id, _find_caller(), now=datetime.now(UTC))
    typer.echo(f"revoked: {record.key_id} {record.name}")


def _find_caller() -> Caller:
    # Keys live by a real clock, also where matches go by a fixed one.
    return Caller(read_user(), None, uuid.uuid4().hex)


def _show_issued(issued: IssuedKey, zone: tzinfo) -> None:
    record = issued.record
    holds = f"until {_write_day(record.expires_at, zone)}" if record.expires_at else "for ever"
    typer.echo(f"{record.key_id} {record.name} ({record.role}), {holds}. This is the only time it is shown:", err=True)
    typer.echo(issued.key)


def _write_day(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d") if at else NOTHING


def _make_table(records: list[KeyRecord], zone: tzinfo) -> Table:
    whole = (Column("id", no_wrap=True), "name", "role", Column("state", no_wrap=True))
    days = (Column("expires", no_wrap=True), Column("used", no_wrap=True))
    table = Table(*whole, Column("narrowed to", overflow="fold"), *days, title="Keys", title_justify="left")
    for record in records:
        scope = record.scope
        narrowed = "\n".join((*scope.paths, *scope.addresses, *(("reading",) if scope.reads_only else ())))
        expires, used = _write_day(record.expires_at, zone), _write_day(record.used_at, zone)
        cells = (record.key_id, record.name, record.role, record.state, narrowed or NOTHING, expires, used)
        table.add_row(*(escape(cell) for cell in cells))
    return table
