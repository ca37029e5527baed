"""What was measured is shown, written and drawn; figures worked out by hand."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import orjson
import pytest
from rich.console import Console
from rich.table import Table

from eval.bench.contenders import ContenderName
from eval.bench.encoder_rate import MachineUse
from eval.bench.load import Answers
from eval.bench.peers import RivalFigures
from eval.bench.plot import draw_plot
from eval.bench.scale import SizeFigures, find_exponent
from eval.bench.showing import BenchFigures, show_load, show_machine, show_peers, show_sizes, write_json
from eval.records import RankedItem, Record


def make_size(size: int, milliseconds: float) -> SizeFigures:
    """Return figures of two rounds with 1 and with 32 clients."""
    rounds = [
        Answers(seconds=1.0, milliseconds=[milliseconds] * count, stages={"encode": [4.0], "search": [2.0]})
        for count in (40, 60)
    ]
    return SizeFigures(
        size, answers={1: rounds, 32: rounds}, encoder_alone=[100.0, 100.0], encoder_everywhere=[200.0, 200.0]
    )


def make_rival(*found: str) -> RivalFigures:
    """Return the figures of who ranked these for a question that `a` answers."""
    ranking = tuple(RankedItem(id=item, score=1.0) for item in found)
    record = Record(id="q", text="怎么退货", labels={"a": 1}, ranking=ranking)
    return RivalFigures(milliseconds=[1.0, 2.0, 9.0], per_second=[10.0, 30.0, 20.0], records=[record])


def read_rows(table: Table) -> list[str]:
    """Return the lines of a table as they are printed."""
    console = Console(width=250, record=True, file=StringIO())
    console.print(table)
    return [line for line in console.export_text().splitlines() if line.startswith("| ")]


def test_throughput_is_the_median_of_the_rounds_beside_the_encoder_alone() -> None:
    row = read_rows(show_load([make_size(1_000, 8.0)]))[1]
    assert [cell.strip() for cell in row.strip("| ").split("|")] == (
        ["1,000", "1", "50.0", "8.0", "8.0", "1.0", "0.50", "0.25", "0"]
    )


def test_growth_is_the_slope_between_logarithms() -> None:
    assert find_exponent([1_000, 10_000, 100_000], [2.0, 4.0, 8.0]) == pytest.approx(0.30103)
    assert "growth exponent of p50 with 1 client(s): 0.30" in str(
        show_load([make_size(1_000, 2.0), make_size(10_000, 4.0)]).caption
    )


def test_one_size_has_no_growth() -> None:
    assert "growth" not in str(show_load([make_size(1_000, 2.0)]).caption)


def test_stages_are_those_with_the_fewest_clients() -> None:
    assert "encode ms" in read_rows(show_sizes([make_size(1_000, 2.0)]))[0]


def test_a_contender_is_shown_with_quality_and_the_median_of_its_loads() -> None:
    figures = {ContenderName.XIANZHI: make_rival("a", "b"), ContenderName.TXTAI: make_rival("b", "a")}
    rows = read_rows(show_peers({"tiny": figures}))
    assert [row.split("|")[3].strip() for row in rows[1:]] == ["1.000", "0.000"]
    assert figures[ContenderName.TXTAI].quality()["mrr@10"] == 0.5
    assert figures[ContenderName.TXTAI].throughput == 20.0


def test_everything_is_written_and_drawn(tmp_path: Path) -> None:
    figures = BenchFigures(
        [make_size(1_000, 2.0)], {"tiny": {ContenderName.XIANZHI: make_rival("a")}}, MachineUse(50.0, 100.0)
    )
    write_json(figures, tmp_path / "bench.json")
    draw_plot(figures, tmp_path / "bench.png")
    written = orjson.loads((tmp_path / "bench.json").read_bytes())
    assert written["sizes"][0]["clients"]["32"]["per_second"] == [40.0, 60.0]
    assert written["peers"]["tiny"]["xianzhi"]["hit@1"] == 1.0
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")


def test_the_share_of_the_machine_is_one_rate_over_the_other() -> None:
    assert read_rows(show_machine(MachineUse(50.0, 100.0)))[1].split("|")[3].strip() == "0.50"
