"""The command line `kb`: import, export and status of what we know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from kb.articles.repository import count_articles
from kb.cases.repository import count_cases
from kb.changes import get_revision
from kb.notices.service import list_notices
from kb.opening import open_for_command
from kb.orders.cli import show_facts
from kb.orders.repository import count_orders
from kb.settings import Settings
from kb.sources.cli import try_source
from kb.synonyms.cli import app as synonyms_app
from kb.synonyms.repository import count_synonyms
from kb.transfer.exporter import ExportFormat, export_path
from kb.transfer.foreign_parser import ForeignFormat, ForeignParser
from kb.transfer.importer import OnProgress, import_parsed, import_path
from kb.transfer.kinds import RecordKind
from kb.transfer.report import ImportReport

EXIT_REFUSED = 1
# What fits a screen; `--json` lists more.
MAX_SHOWN_FAULTS = 50

ImportSource = Annotated[Path, typer.Argument(help="A .csv, .jsonl, .xlsx or .md file, or a folder of them.")]
Kind = Annotated[RecordKind | None, typer.Option(help="What the rows are; guessed from the name or columns.")]
Foreign = Annotated[
    ForeignFormat | None, typer.Option("--format", help="The folder is one of this public data set, as it comes.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every row, and change nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write the report as JSON.")]
ExportTarget = Annotated[Path, typer.Argument(help="A file for one kind, or a folder.")]
Format = Annotated[ExportFormat | None, typer.Option("--format", help="The format; guessed from the file's name.")]


def make_app(after_import: Callable[[], None]) -> typer.Typer:
    """Return the `kb` command line; `after_import` runs after an import that changed something."""
    app = typer.Typer(help="Import, export and look at the knowledge base.", no_args_is_help=True)
    app.command("export")(export)
    app.command("status")(show_status)
    app.command("facts")(show_facts)
    app.command("try-source")(try_source)
    app.add_typer(synonyms_app, name="synonyms")

    @app.command("import")
    def import_(
        path: ImportSource,
        kind: Kind = None,
        foreign_format: Foreign = None,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        """Import a file or a folder; rows that cannot be used are listed, the others go in."""
        settings = Settings()
        now = settings.find_now()
        with open_for_command(settings) as database, _show_progress("importing") as show:
            if foreign_format is not None:
                parser = ForeignParser(path, foreign_format)
                report = import_parsed(database, [parser], path=path, dry_run=dry_run, now=now, on_progress=show)
            else:
                zone = settings.zone
                report = import_path(database, path, kind=kind, dry_run=dry_run, zone=zone, now=now, on_progress=show)
        if report.has_changes:
            after_import()
        _write_report(report, as_json=as_json)
        if not report.is_complete:
            raise typer.Exit(EXIT_REFUSED)

    return app


def export(path: ExportTarget, kind: Kind = None, file_format: Format = None) -> None:
    """Export one kind to a file, or everything to a folder."""
    settings = Settings()
    with open_for_command(settings) as database:
        written = export_path(database, path, kind=kind, file_format=file_format, zone=settings.zone)
    for file, count in written.items():
        typer.echo(f"{file}: {count}")


def show_status() -> None:
    """Say where the database is and what it holds."""
    settings = Settings()
    with open_for_command(settings) as database, database.read() as session:
        lines = {
            "database": database.url.render_as_string(hide_password=True),
            "revision": get_revision(session),
            "articles": count_articles(session),
            "cases": count_cases(session),
            "notices": len(list_notices(session)),
            "orders": count_orders(session),
            "synonyms": count_synonyms(session),
        }
    for name, value in lines.items():
        typer.echo(f"{name}: {value}")


@contextmanager
def _show_progress(what: str) -> Iterator[OnProgress]:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda rows: progress.update(task, description=f"{what}: {rows:,} rows")


def _write_report(report: ImportReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(report.to_json()).decode())
        return
    console = Console()
    for warning in report.warnings:
        console.print(f"[yellow]{escape(warning)}[/yellow]", highlight=False, soft_wrap=True)
    if report.refused_rows:
        console.print(_make_table(report))
    left_out = len(report.refused_rows) - MAX_SHOWN_FAULTS + report.faults_left_out
    if left_out > 0:
        console.print(f"… and {left_out:,} more; --json lists the first thousand.", highlight=False)
    prefix = "dry run, nothing changed: " if report.dry_run else ""
    counts = f"{report.added:,} added, {report.changed:,} changed, {report.unchanged:,} unchanged"
    console.print(f"{prefix}{counts}, {report.refused:,} refused", highlight=False)
    if report.orders_by_status:
        statuses = sorted(report.orders_by_status.items(), key=lambda one: -one[1])
        console.print("orders: " + ", ".join(f"{count:,} {status}" for status, count in statuses), highlight=False)


def _make_table(report: ImportReport) -> Table:
    table = Table("file", "line", "field", "problem", "what to do", title="Refused rows", title_justify="left")
    for row in report.refused_rows[:MAX_SHOWN_FAULTS]:
        cells = (row.file, str(row.line), row.field or "", row.problem, row.remedy)
        table.add_row(*(escape(cell) for cell in cells))
    return table
