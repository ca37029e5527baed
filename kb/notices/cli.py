"""The command line `notice`: see whom a notice would reach, before it is published."""

from __future__ import annotations

from dataclasses import asdict
from datetime import tzinfo
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kb.errors import InvalidInput
from kb.notices.models import Notice
from kb.notices.preview import MOST_ORDERS, NO_REGION, NoticePreview, preview_notices
from kb.notices.service import get_notice, is_in_force, list_notices
from kb.notices.touches import measure_reach
from kb.opening import open_for_command
from kb.orders.words import ORDER_STATUS
from kb.settings import Settings
from kb.transfer.kinds import RecordKind
from kb.transfer.parsing import FileParser, RefusedSource
from kb.transfer.readers import READERS, get_reader

MOST_NOTICES = 20
MOST_LISTED = 1_000
NAMED = orjson.OPT_NON_STR_KEYS  # Ways are counted by name.
COUNTED_LINES = 10

app = typer.Typer(help="Announcements that touch orders.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(metavar="FILE|ID", help="A file of notices, or the id of a stored one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write the previews as JSON.")]


@app.callback()
def _say_what_it_is() -> None:
    """Announcements that touch orders."""


@app.command()
def preview(source: Source, as_json: AsJson = False) -> None:
    """Count and list the orders that a notice would touch now; nothing is saved."""
    settings = Settings()
    now = settings.find_now()
    path = Path(source)
    with open_for_command(settings) as database, database.read() as session:
        is_file = path.exists() or path.suffix.lower() in READERS
        notices = read_notices(path, settings.zone) if is_file else [get_notice(session, source)]
        with Console(stderr=True).status("looking at orders") as status:
            previews = preview_notices(
                session,
                notices,
                now=now,
                zone=settings.zone,
                on_progress=lambda count: status.update(f"looking at orders: {count:,}"),
            )
    if as_json:
        typer.echo(orjson.dumps([asdict(one) for one in previews], option=orjson.OPT_INDENT_2).decode())
        return
    console = Console()
    for notice, shown in zip(notices, previews, strict=True):
        _show(notice, shown, console, settings.zone)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the stored notices with what each did so far: contacts touched, and probably avoided."""
    settings = Settings()
    now = settings.find_now()
    with open_for_command(settings) as database, database.read() as session:
        kept = settings.matches_kept
        rows = [
            (notice, measure_reach(session, notice.id, now=now, matches_kept=kept))
            for notice in list_notices(session)[:MOST_LISTED]
        ]
    if as_json:
        typer.echo(orjson.dumps([{"id": notice.id, **asdict(reach)} for notice, reach in rows], option=NAMED).decode())
        return
    table = Table("notice", "title", "in force", "touched", "told", "avoided")
    for notice, reach in rows:
        in_force = "yes" if is_in_force(notice, now) else "no"
        counts = (f"{reach.touched:,}", f"{reach.told:,}", f"{reach.avoided:,}")
        table.add_row(escape(notice.id), escape(notice.title), in_force, *counts)
    Console().print(table)


@app.command()
def show(
    notice_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a stored notice.")], as_json: AsJson = False
) -> None:
    """Show a notice, and how many contacts it touched and probably spared."""
    settings = Settings()
    now = settings.find_now()
    with open_for_command(settings) as database, database.read() as session:
        notice = get_notice(session, notice_id)
        kept = settings.matches_kept
        reach = measure_reach(session, notice_id, now=now, matches_kept=kept)
    if as_json:
        about = {"id": notice.id, "title": notice.title, "in_force": is_in_force(notice, now)}
        typer.echo(orjson.dumps({**about, "reach": asdict(reach)}, option=NAMED).decode())
        return
    console = Console()
    console.print(f"[bold]{escape(notice.id)}[/] {escape(notice.title)}", highlight=False)
    by_touch = ", ".join(f"{count:,} {touch.value}" for touch, count in reach.by_touch.items())
    console.print(f"touched: {reach.touched:,} orders and days ({by_touch})", highlight=False)
    console.print(
        f"told: {reach.told:,} orders; asked again: {reach.returned:,}; probably avoided: {reach.avoided:,}; "
        f"not over yet: {reach.open:,}",
        highlight=False,
    )


def read_notices(path: Path, zone: tzinfo) -> list[Notice]:
    """Return the notices of a file; raises `InvalidInput` where one cannot be used."""
    if not path.exists():
        raise InvalidInput(f"{path} does not exist. Check the name.")
    notices: list[Notice] = []
    for row in FileParser(path, path.name, get_reader(path), RecordKind.NOTICE, zone).parse():
        if isinstance(row, RefusedSource):
            faults = [
                f"line {fault.line}, {fault.field or 'row'}: {fault.problem}. {fault.remedy}" for fault in row.faults
            ]
            raise InvalidInput(f"{path.name} holds a notice that cannot be used. {' '.join(faults)}")
        if isinstance(row.record, Notice):
            notices.append(row.record)
        if len(notices) > MOST_NOTICES:
            raise InvalidInput(f"{path.name} holds more than {MOST_NOTICES} notices. Preview fewer at a time.")
    return notices


def _show(notice: Notice, preview: NoticePreview, console: Console, zone: tzinfo) -> None:
    period = "in force now" if preview.in_force else "not in force now"
    more = f"the newest {MOST_ORDERS:,}; there are more" if preview.cut else "all there are"
    console.print(f"[bold]{escape(notice.id)}[/] {escape(notice.title)} ({period})", highlight=False)
    console.print(f"touches {preview.touched:,} of {preview.checked:,} orders ({more})", highlight=False)
    if preview.unknown:
        facts = ", ".join(f"{name} ({count:,})" for name, count in list(preview.missing.items())[:COUNTED_LINES])
        console.print(f"cannot be told for {preview.unknown:,}: missing {facts}", highlight=False)
    if not preview.touched:
        return
    console.print(_count("status", {ORDER_STATUS[name].zh: count for name, count in preview.by_status.items()}))
    console.print(_count("region", {name or "(not known)": count for name, count in preview.by_region.items()}))
    table = Table("order", "status", "region", "placed", title="Newest orders", title_justify="left")
    for order in preview.orders:
        placed = order.placed_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if order.placed_at else ""
        table.add_row(escape(order.id), ORDER_STATUS[order.status].zh, escape(order.region or NO_REGION), placed)
    console.print(table)


def _count(name: str, counts: dict[str, int]) -> Table:
    table = Table(name, "orders")
    table.columns[1].justify = "right"
    shown = list(counts.items())
    for value, count in shown[:COUNTED_LINES]:
        table.add_row(escape(value), f"{count:,}")
    if rest := sum(count for _, count in shown[COUNTED_LINES:]):
        table.add_row(f"… {len(shown) - COUNTED_LINES} more", f"{rest:,}")
    return table
