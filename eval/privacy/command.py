"""`xianzhi eval privacy`: generated customers go through everything, and nothing of theirs is found anywhere."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from eval.privacy.door import OpenDoor
from eval.privacy.frames import Half
from eval.privacy.people import make_people
from eval.privacy.recall import MIN_RECALL, MOST_WRONGLY_MASKED, MaskingFigures, Tally, measure_masking
from eval.privacy.scan import PlaceFigures, list_values, scan
from eval.privacy.walk import Walk
from eval.tables import open_console
from index.opening import open_encoder
from kb.settings import Settings

EXIT_LEAKED = 1
MOST_CUSTOMERS = 100_000
SEED = 20261115
OWN_WORDS = "match answers"  # They tell whoever asked how the question was read, in its own words; nobody keeps them.

Customers = Annotated[int, typer.Option(min=10, max=MOST_CUSTOMERS, help="How many customers to generate.")]
Seed = Annotated[int, typer.Option(help="The same seed generates the same customers.")]
AsJson = Annotated[Path | None, typer.Option("--json", help="Write the figures to this file.")]
Examples = Annotated[bool, typer.Option("--examples", help="Show what was missed, of the open half of frames only.")]


def make_privacy_command(open_door: OpenDoor) -> Callable[..., None]:
    """Return the command; `open_door` opens the service, which this package does not know."""

    def privacy(
        customers: Customers = 1_000, seed: Seed = SEED, json: AsJson = None, examples: Examples = False
    ) -> None:
        """Take generated customers through everything, look for their data everywhere, and measure the masking."""
        people = make_people(customers, seed)
        console = open_console()
        with (
            Console(stderr=True).status("taking customers through everything"),
            tempfile.TemporaryDirectory() as folder,
        ):
            walk = Walk(people, seed, open_encoder(Settings()), open_door, Path(folder))
            gathered = walk.run()
            values = list_values(people)
            places = scan(gathered, values)
        halves = {half: measure_masking(people, half, seed=seed) for half in Half}
        answers = ", ".join(f"{count:,} x {status}" for status, count in sorted(gathered.statuses.items()))
        console.print(f"{gathered.requests:,} requests ({answers})", highlight=False)
        console.print(show_places(places, sum(map(len, values.values()))))
        for half, figures in halves.items():
            console.print(show_masking(figures, half))
        if examples:
            _show_examples(console, places, halves[Half.OPEN])
        if json is not None:
            json.parent.mkdir(parents=True, exist_ok=True)
            json.write_bytes(orjson.dumps(to_data(places, halves), option=orjson.OPT_INDENT_2))
        has_leaked = any(place.count for name, place in places.items() if name != OWN_WORDS)
        if has_leaked or not all(figures.holds for figures in halves.values()):
            raise typer.Exit(EXIT_LEAKED)

    return privacy


def show_places(places: Mapping[str, PlaceFigures], values: int) -> Table:
    """Return the hits of every place."""
    table = Table(
        "place", "texts or files", "hits", "kinds", title=f"{values:,} values looked for", title_justify="left"
    )
    for name, figures in places.items():
        kinds = ", ".join(f"{kind} {count}" for kind, count in figures.hits.items())
        table.add_row(name, f"{figures.texts:,}", f"{figures.count:,}", kinds)
    return table


def show_masking(figures: MaskingFigures, half: Half) -> Table:
    """Return recall and wrong masking by kind."""
    title = f"Masking, {half} half of the frames: {figures.recall:.4f} hidden, {figures.wrong_share:.4f} wrongly"
    table = Table("kind", "values", "share", "bar", title=title, title_justify="left")
    rows = (
        ("hidden: {}", figures.missed, True, f">= {MIN_RECALL}"),
        ("hidden, hard: {}", figures.missed_hard, True, ""),
        ("wrongly hidden: {}", figures.wrongly_masked, False, f"<= {MOST_WRONGLY_MASKED}"),
    )
    for name, tallies, is_recall, bar in rows:
        for kind, tally in tallies.items():
            share = 1.0 - tally.share if is_recall else tally.share
            table.add_row(name.format(kind), f"{tally.seen:,}", f"{share:.4f}", bar)
    return table


def to_data(places: Mapping[str, PlaceFigures], halves: Mapping[Half, MaskingFigures]) -> dict[str, object]:
    """Return the figures as plain data."""
    return {
        "hits": {name: dict(figures.hits) for name, figures in places.items()},
        "masking": {
            half.value: {
                "missed": _to_shares(figures.missed),
                "missed_hard": _to_shares(figures.missed_hard),
                "wrongly_masked": _to_shares(figures.wrongly_masked),
            }
            for half, figures in halves.items()
        },
    }


def _to_shares(tallies: Mapping[str, Tally]) -> dict[str, float]:
    return {kind: tally.share for kind, tally in tallies.items()}


def _show_examples(console: Console, places: Mapping[str, PlaceFigures], figures: MaskingFigures) -> None:
    for name, place in places.items():
        for shown in place.shown:
            console.print(f"{name}: {shown}", markup=False, highlight=False)
    for tallies in (figures.missed, figures.wrongly_masked):
        for kind, tally in tallies.items():
            for sentence, masked in tally.examples:
                console.print(f"{kind}: {sentence} → {masked}", markup=False, highlight=False)
