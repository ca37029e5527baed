"""`python -m tests.api.hostile.run`: the long run, every role, every string in every place; none may end in a 5xx."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path

import schemathesis
from rich.console import Console
from rich.table import Table
from schemathesis import GenerationMode

from kb.database import Database
from tests.api.hostile.operations import list_places
from tests.api.hostile.shop import HostileCaller, open_hostile_shop
from tests.api.hostile.throwing import ROLES, Thrown, describe, throw_described, throw_json, throw_strings

SHOWN_FAILURES = 20


def run(caller: HostileCaller, *, strings: int, examples: int) -> dict[str, list[Thrown]]:
    """Throw everything, and return what came back by where it was taken from."""
    operations = describe(caller)
    thrown: dict[str, list[Thrown]] = {"JSONTestSuite": [], "naughty strings": [], "schemathesis": []}
    schema = schemathesis.openapi.from_asgi("/openapi.json", caller.shop.client.app)
    for operation in operations:
        thrown["naughty strings"].extend(throw_strings(caller, operation, each=strings))
        for role in ROLES if operation.body is not None else ():
            thrown["JSONTestSuite"].extend(throw_json(caller, operation, role))
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not list_places(operation):
                continue  # It takes nothing, and so nothing invalid.
            throw_described(schema, operation, mode, examples=examples, note=thrown["schemathesis"].append)
    return thrown


def main() -> int:
    """Run, print how many requests ended how, and return 1 where any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strings", type=int, default=40, help="in every place")
    parser.add_argument("--examples", type=int, default=150, help="of schemathesis, valid and invalid ones, a route")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = folder / "empty.db"
        database = Database(f"sqlite:///{empty}")
        database.migrate()
        database.close()
        (folder / "shop").mkdir()
        with open_hostile_shop(folder / "shop", empty) as caller:
            thrown = run(caller, strings=options.strings, examples=options.examples)
    table = Table("from", "requests", "2xx", "4xx", "5xx", "roles")
    for source, each in thrown.items():
        counts = Counter(one.status // 100 for one in each)
        roles = {one.role for one in each}
        table.add_row(source, f"{len(each):,}", *(f"{counts[kind]:,}" for kind in (2, 4, 5)), str(len(roles)))
    console = Console()
    console.print(table)
    failures = [one for each in thrown.values() for one in each if one.status >= 500]
    for failure in failures[:SHOWN_FAILURES]:
        console.print(str(failure)[:300], markup=False)
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
