"""`xianzhi eval lookup-speed`: look-ups among a million orders, beside a bare query for the same rows."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.lookup_speed.bench import LookupBench, Way, WayFigures
from eval.lookup_speed.rows import Shop, fill_database
from eval.tables import open_console
from kb.database import Database
from kb.settings import Settings

MOST_TIMES = 3.0  # Our reading, beside the bare queries.
EXIT_SLOW = 1
WARM_UP = 20

Orders = Annotated[int, typer.Option(min=100, max=20_000_000, help="How many orders to write.")]
Lookups = Annotated[int, typer.Option(min=10, max=10_000, help="How many customers to look up each way.")]


def lookup_speed(orders: Orders = 1_000_000, lookups: Lookups = 200) -> None:
    """Fill a temporary database, and time every way to look a customer up beside a bare query for the same rows."""
    settings, shop = Settings(), Shop(orders)
    with tempfile.TemporaryDirectory(prefix="xianzhi-lookup-") as folder:
        database = Database(f"sqlite:///{folder}/lookup.db")
        try:
            database.migrate()
            figures = _measure(LookupBench(database, shop, settings), lookups)
        finally:
            database.close()
    console = open_console()
    console.print(show_figures(figures, shop))
    if any(one.ratio > MOST_TIMES or one.unindexed for one in figures.values()):
        raise typer.Exit(EXIT_SLOW)


def _measure(bench: LookupBench, lookups: int) -> Mapping[Way, WayFigures]:
    written = 0
    with Console(stderr=True).status("writing rows") as status:

        def show(count: int) -> None:
            nonlocal written
            written += count
            status.update(f"writing rows: {written:,}")

        fill_database(bench.database, bench.shop, show)
        chance = random.Random(1)
        figures: dict[Way, WayFigures] = {}
        for way in Way:
            status.update(f"looking up by {way}")
            numbers = [chance.randrange(bench.shop.orders) for _ in range(lookups + WARM_UP)]
            bench.measure(way, numbers[:WARM_UP])
            figures[way] = bench.measure(way, numbers[WARM_UP:])
    return figures


def show_figures(figures: Mapping[Way, WayFigures], shop: Shop) -> Table:
    """Return the table: medians in milliseconds."""
    title = f"{shop.orders:,} orders of {shop.customers:,} customers, medians in ms"
    table = Table(
        "by", "bare", "rows", "times", "profile", "with audit row", "queries", "without an index", title=title
    )
    for way, one in figures.items():
        medians = (statistics.median(each) for each in (one.bare, one.read))
        rest = (statistics.median(each) for each in (one.profile, one.audited))
        table.add_row(
            way.value,
            *(f"{median:.2f}" for median in medians),
            f"{one.ratio:.1f}",
            *(f"{median:.2f}" for median in rest),
            str(one.statements),
            ", ".join(one.unindexed) or "none",
        )
    table.caption = (
        "rows: the search, and the customer, orders, parcels and scans read as what the profile is made of; "
        "times: rows over bare; profile: rows and what is said of them, masked, with contacts and notices"
    )
    return table
