"""The figures of a benchmark as tables and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import orjson
from rich.box import MARKDOWN
from rich.table import Table

from eval.bench.contenders import ContenderName
from eval.bench.encoder_rate import MachineUse
from eval.bench.peers import MEASURES, RivalFigures
from eval.bench.scale import SizeFigures, find_exponent

Peers = Mapping[str, Mapping[ContenderName, RivalFigures]]


@dataclass(frozen=True, slots=True)
class BenchFigures:
    """All that one run measured: by size, by dataset and contender, and of the machine."""

    sizes: Sequence[SizeFigures] = ()
    peers: Peers = field(default_factory=dict)
    machine: MachineUse | None = None


def show_sizes(sizes: Sequence[SizeFigures]) -> Table:
    """Return what a base of each size takes, and the stages of a match with the fewest clients."""
    stages = list(sizes[0].stages())
    table = _make_table("Sizes: medians of the rounds")
    for heading in ("passages", "build s", "build MB", "+ encode s", "bytes each", "start s", "MB", "MB loaded"):
        table.add_column(heading, justify="right")
    for stage in stages:
        table.add_column(f"{stage} ms", justify="right")
    for one in sizes:
        row = [
            f"{one.size:,}",
            f"{one.build_seconds:.1f}",
            f"{one.build_megabytes:.0f}",
            f"{one.encode_seconds:.0f}",
            f"{one.bytes_a_passage:,.0f}",
            f"{one.start_seconds:.1f}",
            _show(one.idle_megabytes, ".0f"),
            _show(one.loaded_megabytes, ".0f"),
        ]
        table.add_row(*row, *(f"{one.stages()[stage]:.1f}" for stage in stages))
    return table


def show_recall(sizes: Sequence[SizeFigures]) -> Table:
    """Return what the search by vectors finds of the ten nearest rows, and how long it takes, by size and filter."""
    table = _make_table("Vectors: recall@10 beside comparing with every row, over headings and passages")
    for heading in ("passages", "filter", "recall@10", "p50 ms"):
        table.add_column(heading, justify="left" if heading == "filter" else "right")
    for one in sizes:
        for name, recall in one.recall.items():
            table.add_row(f"{one.size:,}", name, f"{recall.share:.3f}", f"{recall.milliseconds:.1f}")
    return table


def show_load(sizes: Sequence[SizeFigures]) -> Table:
    """Return throughput and latency by size and clients, beside the encoder alone in the same rounds."""
    table = _make_table("Load: medians of the rounds")
    for heading in (
        "passages",
        "clients",
        "answers/s",
        "p50 ms",
        "p99 ms",
        "p99/p50",
        "of encoder",
        "of all cores",
        "failed",
    ):
        table.add_column(heading, justify="right")
    for one in sizes:
        for clients in one.answers:
            rate, middle, tail = one.per_second(clients), one.percentile(clients, 0.5), one.percentile(clients, 0.99)
            table.add_row(
                f"{one.size:,}",
                str(clients),
                f"{rate:.1f}",
                f"{middle:.1f}",
                f"{tail:.1f}",
                f"{tail / middle:.1f}",
                f"{rate / median(one.encoder_alone):.2f}",
                f"{rate / median(one.encoder_everywhere):.2f}",
                str(sum(round_.failed for round_ in one.answers[clients])),
            )
    fewest = min(sizes[0].answers)
    exponent = find_exponent([s.size for s in sizes], [s.percentile(fewest, 0.5) for s in sizes])
    growth = "" if math.isnan(exponent) else f"growth exponent of p50 with {fewest} client(s): {exponent:.2f}; "
    table.caption = growth + (
        "of encoder: over the encoder alone at its "
        "best batch size with the threads that it is served with; of all cores: with a batch on every core"
    )
    return table


def show_peers(peers: Peers) -> Table:
    """Return every contender on every dataset."""
    table = _make_table("Beside peers: one run, questions in turn")
    for heading in (
        "dataset",
        "system",
        *MEASURES,
        "p50 ms",
        "p99 ms",
        "answers/s",
        "failed",
        "build s",
        "build core s",
        "MB",
    ):
        table.add_column(heading, justify="left" if heading in {"dataset", "system"} else "right")
    for dataset, figures in peers.items():
        for name, one in figures.items():
            table.add_row(
                dataset,
                name.value,
                *(f"{value:.3f}" for value in one.quality().values()),
                f"{one.percentile(0.5):.1f}",
                f"{one.percentile(0.99):.1f}",
                f"{one.throughput:.1f}",
                str(one.failed),
                f"{one.build_seconds:.1f}",
                f"{one.build_core_seconds:.1f}",
                _show(one.megabytes, ".0f"),
            )
    return table


def show_machine(use: MachineUse) -> Table:
    """Return the encoder's arithmetic beside the machine's."""
    table = _make_table("Against the machine, a second of one core's time")
    for heading in ("encoder GFLOP", "float32 matrix product GFLOP", "share"):
        table.add_column(heading, justify="right")
    table.add_row(f"{use.encoder_gflops:.0f}", f"{use.matrix_gflops:.0f}", f"{use.share:.2f}")
    return table


def write_json(figures: BenchFigures, path: Path) -> None:
    """Write everything that was measured."""
    data = {
        "sizes": [_describe_size(one) for one in figures.sizes],
        "peers": {
            dataset: {name.value: _describe_rival(one) for name, one in rivals.items()}
            for dataset, rivals in figures.peers.items()
        },
        "machine": figures.machine,
    }
    path.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))


def _describe_size(one: SizeFigures) -> dict[str, object]:
    return {
        "passages": one.size,
        "build_seconds": one.build_seconds,
        "build_megabytes": one.build_megabytes,
        "encode_seconds_estimated": one.encode_seconds,
        "bytes_a_passage": one.bytes_a_passage,
        "start_seconds": one.start_seconds,
        "idle_megabytes": one.idle_megabytes,
        "loaded_megabytes": one.loaded_megabytes,
        "stages_ms": one.stages(),
        "recall": one.recall,
        "encoder_alone_per_second": one.encoder_alone,
        "encoder_on_all_cores_per_second": one.encoder_everywhere,
        "clients": {
            str(clients): {
                "per_second": [round_.per_second for round_ in rounds],
                "p50_ms": [round_.percentile(0.5) for round_ in rounds],
                "p99_ms": [round_.percentile(0.99) for round_ in rounds],
                "failed": sum(round_.failed for round_ in rounds),
            }
            for clients, rounds in one.answers.items()
        },
    }


def _describe_rival(one: RivalFigures) -> dict[str, object]:
    return {
        **one.quality(),
        "p50_ms": one.percentile(0.5),
        "p99_ms": one.percentile(0.99),
        "per_second": one.per_second,
        "failed": one.failed,
        "build_seconds": one.build_seconds,
        "build_core_seconds": one.build_core_seconds,
        "megabytes": one.megabytes,
    }


def _make_table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=MARKDOWN)


def _show(value: float | None, form: str) -> str:
    return "" if value is None or math.isnan(value) else format(value, form)
