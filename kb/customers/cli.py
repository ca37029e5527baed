"""The command line `customer`: who it is, masked, with orders, parcels, contacts and notices; and why they may call."""

from __future__ import annotations

import getpass
import os
import uuid
from collections.abc import Callable
from typing import Annotated

import orjson
import typer
from rich.console import Console

from kb.audit.models import MAX_ACTOR, MAX_REASON, Caller
from kb.audit.trail import AuditTrail
from kb.customers.desk import CustomerDesk
from kb.customers.likely import FindReasons, LookupWithReasons, add_reasons
from kb.customers.profile import View
from kb.customers.tables import show_lookup
from kb.opening import open_for_command
from kb.settings import Settings

EXIT_NONE = 1

Query = Annotated[str, typer.Argument(metavar="Q", help="A phone, a number, a customer id, or its last four digits.")]
Why = Annotated[str | None, typer.Option("--reason", help="Why; stands in the audit trail.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write what was found as JSON.")]


def make_command(find_reasons: FindReasons) -> Callable[..., None]:
    """Return the command; `find_reasons` says why whoever was found probably gets in touch."""

    def customer(query: Query, reason: Why = None, as_json: AsJson = False) -> None:
        """Look a customer up by phone, order or tracking number; the look-up is noted in the audit trail."""
        settings = Settings()
        caller = Caller(read_user(), (reason or "").strip()[:MAX_REASON] or None, uuid.uuid4().hex)
        with open_for_command(settings) as database:
            view = View(settings.find_now(), settings.zone)
            found = CustomerDesk(database, AuditTrail(database), view).look_up(query, caller)
            likely = find_reasons(settings, database, found, view)
        answer = add_reasons(LookupWithReasons, found, likely)
        if as_json:
            typer.echo(orjson.dumps(answer).decode())
        else:
            show_lookup(Console(), answer, settings.zone)
        if found.profile is None and not found.candidates:
            raise typer.Exit(EXIT_NONE)

    return customer


def read_user() -> str:
    """Return the name of the operating system's user, as the trail can hold it."""
    try:
        import pwd
    except ImportError:  # Not a POSIX system.
        name = getpass.getuser()
    else:
        # Not `getpass`, which believes the environment: whoever looks up must not choose the name that is noted.
        try:
            name = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:  # A container's user may have a number only.
            name = f"uid {os.getuid()}"
    printable = "".join(character for character in name if character.isprintable()).strip()
    return printable[:MAX_ACTOR] or "unknown"
