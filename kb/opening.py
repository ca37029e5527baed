"""Opening the configured database for one command, and whether there is one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from kb.database import Database, open_database
from kb.errors import XianzhiError
from kb.failures import describe_failure
from kb.settings import Settings

EXIT_UNUSABLE = 2


@contextmanager
def open_for_command(settings: Settings) -> Iterator[Database]:
    """Yield the migrated database; what the user can mend ends the command with one sentence."""
    try:
        with open_database(settings) as database:
            yield database
    except XianzhiError as error:
        _fail(error.message)
    except (SQLAlchemyError, OSError) as error:
        _fail(" ".join(describe_failure(error) or ()))


def is_database_there(settings: Settings) -> bool:
    """Tell whether the configured database can exist: opening a SQLite file would make a new one."""
    url = make_url(settings.resolved_database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def _fail(message: str) -> NoReturn:
    Console(stderr=True).print(f"[red]{escape(message)}[/red]", highlight=False, soft_wrap=True)
    raise typer.Exit(EXIT_UNUSABLE)
