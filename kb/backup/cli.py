"""`xianzhi backup` and `xianzhi restore`: copy the knowledge base while it serves, and get it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from kb.backup.copying import OnProgress
from kb.backup.making import make_backup
from kb.backup.manifest import BackupManifest
from kb.backup.restoring import restore_backup
from kb.database import Database
from kb.errors import NotFound
from kb.opening import is_database_there
from kb.settings import PREFIX, Settings

SHOWN = ("articles", "cases", "orders", "customers", "matches")

Target = Annotated[Path, typer.Argument(help="A new folder, or a new file whose name ends in .tar.")]
Source = Annotated[Path, typer.Argument(help="The folder or .tar file that `xianzhi backup` wrote.")]


class NothingToBackUp(NotFound):
    """The configured data folder holds no database."""

    code = "nothing_to_back_up"


def backup(target: Target) -> None:
    """Copy the database, the index and adapted encoders, verified, while the service runs."""
    settings = Settings()
    if not is_database_there(settings):
        raise NothingToBackUp(f"There is no database in {settings.data_dir}. Check {PREFIX}DATA_DIR.")
    database = Database(settings.resolved_database_url)
    try:
        with _show_progress() as show:
            # The real present, whatever a demonstration pretends: backups are told apart by it.
            manifest = make_backup(database, settings, target, now=datetime.now(UTC), on_progress=show)
    finally:
        database.close()
    typer.echo(f"{target}: {_say(manifest)}")


def restore(source: Source) -> None:
    """Put a backup into the empty data folder; what was made since the backup is not in it."""
    settings = Settings()
    with _show_progress() as show:
        manifest = restore_backup(source, settings, on_progress=show)
    typer.echo(f"{settings.data_dir}: {_say(manifest)}, as of {manifest.made_at}")
    typer.echo("Look at it with `xianzhi doctor`, then start the service.")


def _say(manifest: BackupManifest) -> str:
    counts = ", ".join(f"{manifest.tables.get(name, 0):,} {name}" for name in SHOWN)
    generations = {name.split("/")[1] for name in manifest.files if name.startswith("generations/")}
    return f"{counts}; {len(generations)} index generations"


@contextmanager
def _show_progress() -> Iterator[OnProgress]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)
