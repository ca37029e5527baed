"""`xianzhi eval from-feedback`: an evaluation dataset and a list of knowledge gaps from recorded matches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eval.gaps import Encode, Gap
from eval.use_dataset import UseReport, Window, export_use
from index.cores import count_cores
from index.encoder import FloatMatrix
from index.opening import open_encoder
from kb.database import open_database
from kb.settings import Settings

Folder = Annotated[Path, typer.Argument(metavar="OUT", help="A new folder, or one that this command made before.")]
Since = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Leave out what was asked earlier, in the shop's time."
    ),
]
ShownGaps = Annotated[int, typer.Option("--gaps", min=0, help="How many gaps to print; the file has all of them.")]


def from_feedback(out: Folder, since: Since = None, gaps: ShownGaps = 20) -> None:
    """Make an evaluation dataset and a list of knowledge gaps from recorded matches and their feedback."""
    settings = Settings()
    console = Console()
    with open_database(settings) as database, Console(stderr=True).status("reading recorded matches"):
        first = since.replace(tzinfo=settings.zone) if since else None
        window = Window(now=settings.find_now(), zone=settings.zone, since=first)
        report = export_use(database, out, _make_encode(settings), window=window)
    console.print(_make_summary(report, out))
    if report.gaps and gaps:
        console.print(_make_gap_table(report.gaps[:gaps], total=len(report.gaps), zone=settings.zone))


def _make_encode(settings: Settings) -> Encode:
    """Return what encodes questions; the encoder is opened when there is something to encode."""
    open_once = cache(lambda: open_encoder(settings, threads=count_cores()))

    def encode(texts: Sequence[str]) -> FloatMatrix:
        return open_once().encode_questions(texts)

    return encode


def _make_summary(report: UseReport, out: Path) -> Table:
    table = Table("what", title=f"Judgements from use, in {escape(str(out))}", title_justify="left")
    table.add_column("count", justify="right")
    lines = {
        "matches recorded": report.matches,
        "with feedback": report.judged,
        "questions with a right answer": report.questions,
        "labels": report.labels,
        "questions left out: nothing judged right": report.unclear,
        "items judged both ways": report.disputed,
        "labels left out: items that are gone": report.labels_of_gone_items,
        "knowledge gaps": len(report.gaps),
    }
    for what, count in lines.items():
        table.add_row(what, f"{count:,}")
    return table


def _make_gap_table(gaps: Sequence[Gap], *, total: int, zone: tzinfo) -> Table:
    table = Table(title=f"Knowledge gaps, the most asked {len(gaps)} of {total:,}", title_justify="left")
    table.add_column("asked", justify="right")
    for heading in ("question", "nearest item", "first", "last"):
        table.add_column(heading, overflow="fold")
    for gap in gaps:
        nearest = gap.nearest.id if gap.nearest else ""
        days = (moment.astimezone(zone).date().isoformat() for moment in (gap.first_seen, gap.last_seen))
        table.add_row(f"{gap.count:,}", escape(gap.question), escape(nearest), *days)
    return table
