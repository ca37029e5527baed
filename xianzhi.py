"""The command line: mounts the commands of the four packages."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from eval.cli import app as eval_app
from kb.errors import XianzhiError

app = typer.Typer(
    help="Xianzhi (先知): answers for customer service, from knowledge and the order.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # They would print local variables: customers' words among them.
)
app.add_typer(eval_app, name="eval")


def main() -> None:
    """Run a command; an error that a user can act on is a sentence, not a traceback."""
    try:
        app()
    except XianzhiError as error:
        console = Console(stderr=True)
        console.print(f"[bold red]{error.code}[/]: {error.message}", highlight=False)
        for detail in error.details:
            console.print(f"  {detail}", highlight=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
