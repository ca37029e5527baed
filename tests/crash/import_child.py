"""The process that the crash test kills: says when it starts to write, then imports."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kb.database import Database
from kb.transfer.importer import import_path


def main(url: str, folder: str) -> None:
    """Import a folder into the database at the URL."""
    database = Database(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    database.migrate()
    import_path(database, Path(folder), zone=ZoneInfo("Asia/Shanghai"), now=datetime(2026, 11, 15, tzinfo=UTC))


if __name__ == "__main__":
    main(*sys.argv[1:])
