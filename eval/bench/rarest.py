"""What it costs to find candidates by a question's rarest terms alone: datasets are searched as if they were large."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import fmean

from rich.box import MARKDOWN
from rich.table import Table

from eval.datasets import Dataset
from eval.metrics import measure_records
from eval.systems import match_question
from eval.workbench import Workbench, open_workbench
from index.build import Builder, report_nothing
from index.encoder import Encoder
from index.follower import LiveIndex
from index.lexical import TermLimits
from index.matcher import Matcher
from kb.settings import Settings

MEASURES = ("mrr@10", "ndcg@10", "recall@10")
SHARES = (0.5, 0.25, 0.125)  # Postings read beside how many documents there are; 0.25 is what a million get.

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RarestFigures:
    """A dataset's means, where so many postings are read, beside how many documents there are; None reads all."""

    dataset: str
    share: float | None
    means: Sequence[float]


def measure_rarest(dataset: Dataset, encoder: Encoder, settings: Settings, *, report: Report) -> list[RarestFigures]:
    """Ask a dataset's questions in every way."""
    report(f"rarest: {dataset.name}, all postings")
    with open_workbench(dataset, encoder, settings, on_progress=report_nothing) as bench:
        figures = [RarestFigures(dataset.name, None, _ask(bench.matcher, dataset))]
        limits = [TermLimits(rows_from=1, postings=int(share * dataset.corpus_size)) for share in SHARES]
        Builder(bench.live.database, encoder, bench.live.folder, term_limits=limits[0]).build(now=bench.now)
        for share, each in zip(SHARES, limits, strict=True):
            report(f"rarest: {dataset.name}, {share} postings a document")
            with _open_matcher(bench, each) as matcher:
                figures.append(RarestFigures(dataset.name, share, _ask(matcher, dataset)))
    return figures


@contextmanager
def _open_matcher(bench: Workbench, limits: TermLimits) -> Iterator[Matcher]:
    others = bench.live
    live = LiveIndex(others.database, others.encoder, others.folder, clock=others.clock, term_limits=limits)
    live.open()
    try:
        yield Matcher(live, bench.matcher.surroundings)
    finally:
        live.close()


def _ask(matcher: Matcher, dataset: Dataset) -> list[float]:
    records = [match_question(matcher, dataset, question) for question in dataset.questions]
    measured = measure_records(records, MEASURES).values()
    return [fmean(one[name] for one in measured) for name in MEASURES]


def show_rarest(figures: Sequence[RarestFigures]) -> Table:
    """Return a row for each way of each dataset."""
    table = Table(title="Candidates found by the rarest terms", title_justify="left", box=MARKDOWN)
    for heading in ("dataset", "postings a document"):
        table.add_column(heading)
    for name in MEASURES:
        table.add_column(name, justify="right")
    for one in figures:
        read = "all" if one.share is None else f"{one.share:g}"
        table.add_row(one.dataset, read, *(f"{mean:.3f}" for mean in one.means))
    return table
