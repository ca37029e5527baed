"""The measurement itself: every condition is met as it says, and none fails a match."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from eval.bench.shop_server import Trouble
from eval.bench.source_command import show_figures
from eval.bench.source_trouble import AFTER_PAUSE, Condition, Measured, TroubleBench, list_conditions
from eval.datasets import Dataset, EvalQuestion
from eval.workbench import Workbench, open_workbench
from index.build import report_nothing
from kb.settings import Settings
from tests.fakes import FakeEncoder, make_article, make_order

DATASET = Dataset(
    name="tiny",
    articles=(make_article(),),
    cases=(),
    questions=(EvalQuestion(id="q1", text="七天无理由退货"),),
    qrels={},
    orders=(make_order(),),
    now=datetime(2026, 11, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai")),
)
CONDITIONS = {condition.name: condition for condition in list_conditions()}


def measure(condition: Condition, *, timeout_ms: int = 10_000) -> Measured:
    with open_workbench(DATASET, FakeEncoder(), Settings(_env_file=None), on_progress=report_nothing) as bench:
        return make_bench(bench, timeout_ms).measure(condition)


def make_bench(bench: Workbench, timeout_ms: int) -> TroubleBench:
    return TroubleBench(bench, ZoneInfo("Asia/Shanghai"), timeout_ms, 2)


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("no order named", {"none": 2}),
        ("own tables", {"ok": 2}),
        ("shop's system, well", {"ok": 2}),
        ("refusing", {"unavailable (not_reached)": 2}),
        ("refusing, breaker open", {"unavailable (suspended)": 2}),
        ("not json", {"unavailable (not_json)": 2}),
        ("garbage, breaker open", {"unavailable (suspended)": 2}),
    ],
)
def test_each_condition_is_as_it_says(name: str, states: dict[str, int]) -> None:
    measured = measure(CONDITIONS[name])
    assert (dict(measured.states), measured.failed, len(measured.milliseconds)) == (states, 0, 2)


def test_a_system_that_hangs_is_waited_for_as_long_as_was_said() -> None:
    hanging = Condition("hanging", trouble=Trouble.HANGING)
    assert dict(measure(hanging, timeout_ms=50).states) == {"unavailable (timed_out)": 2}


def test_every_trouble_is_measured() -> None:
    measured = {condition.trouble for condition in CONDITIONS.values()}
    assert measured == {None, *Trouble}
    assert not all(condition.listens for condition in CONDITIONS.values())


def test_the_table_shows_the_bound_beside_the_figures() -> None:
    figures = [
        Measured("no order named", [10.0] * 9, {"none": 9}, 0),
        Measured(AFTER_PAUSE, [20.0] * 9, {"none": 9}, 0),
        Measured("hanging", [], {}, 3),
    ]
    table = show_figures(figures, timeout_ms=800)
    assert str(table.caption).startswith("allowed at p99: 815.0 ms")
    assert "830.0 ms by what one takes after a pause" in str(table.caption)
    assert table.row_count == 3
