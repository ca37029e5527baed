"""The command line: mounts the commands of the four packages."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError

from api.cli import serve, serve_with
from api.in_process import open_in_process
from eval.adaptation.command import adapt
from eval.bench.command import bench
from eval.cli import app as eval_app
from eval.fit_command import fit
from eval.isolation.command import make_isolation_command
from eval.lookup_speed.command import lookup_speed
from eval.privacy.command import make_privacy_command
from index.cli import app as index_app
from index.cli import match, prepare, update_index
from index.doctor.command import doctor
from index.prepared import ModelNotPrepared, find_prepared
from index.preview_command import preview
from index.reasons.offline import find_reasons
from kb.audit.cli import app as audit_app
from kb.backup.cli import backup, restore
from kb.cli import make_app as make_kb_app
from kb.customers.cli import make_command as make_customer_command
from kb.database import open_database
from kb.errors import XianzhiError
from kb.failures import describe_failure
from kb.keys.cli import app as keys_app
from kb.notices.cli import app as notice_app
from kb.opening import EXIT_UNUSABLE
from kb.settings import Settings
from kb.synonyms.cli import app as synonyms_app
from kb.transfer.importer import import_path

SAMPLE = Path(__file__).parent / "data" / "sample"

app = typer.Typer(
    help="Xianzhi (先知): answers for customer service, from knowledge and the order.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # They would print local variables: customers' words among them.
)
app.command()(match)
app.command()(serve)
app.command()(bench)
app.command()(make_customer_command(find_reasons))
app.command()(doctor)
app.command()(backup)
app.command()(restore)
app.add_typer(make_kb_app(after_import=update_index), name="kb")
synonyms_app.command()(preview)
app.add_typer(index_app, name="index")
index_app.command()(adapt)
index_app.command()(fit)
app.add_typer(eval_app, name="eval")
eval_app.command("lookup-speed")(lookup_speed)
eval_app.command("isolation")(make_isolation_command(open_in_process))
eval_app.command("privacy")(make_privacy_command(open_in_process))
app.add_typer(audit_app, name="audit")
app.add_typer(notice_app, name="notice")
app.add_typer(keys_app, name="keys")


@app.command()
def demo(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8000,
) -> None:
    """Prepare everything, load the sample knowledge base, and serve it at the moment it was written for."""
    now = datetime.fromisoformat(yaml.safe_load((SAMPLE / "manifest.yaml").read_text("utf-8"))["now"])
    settings = Settings(now=now)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print("[bold]1/4[/] the encoder")
    try:
        find_prepared(settings.model, settings.model_dir)
    except ModelNotPrepared:
        prepare(None)
    console.print("[bold]2/4[/] the database")
    with open_database(settings) as database:
        console.print("[bold]3/4[/] the sample knowledge base")
        report = import_path(database, SAMPLE, zone=settings.zone, now=now)
    console.print(f"    {report.added} added, {report.changed} changed, {report.unchanged} as they were")
    console.print("[bold]4/4[/] the index and the server")
    serve_with(settings, host=host, port=port)


def main() -> None:
    """Run a command; an error that a user can act on is a sentence, not a traceback."""
    try:
        app()
    except XianzhiError as error:
        _fail(error.code, error.message, *error.details)
    except (ValidationError, SQLAlchemyError, OSError) as error:
        sentences = describe_failure(error)
        if sentences is None:
            raise
        _fail("unusable", *sentences)


def _fail(code: str, message: str, *details: str) -> NoReturn:
    console = Console(stderr=True, soft_wrap=True)
    console.print(f"[bold red]{code}[/]: {escape(message)}", highlight=False)
    for detail in details:
        console.print(f"  {escape(detail)}", highlight=False)
    sys.exit(EXIT_UNUSABLE)


if __name__ == "__main__":
    main()
