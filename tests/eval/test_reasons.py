"""Measuring how well reasons are told: folds, ranks and the command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from eval.reasons import (
    FOLDS,
    Level,
    System,
    _rank,
    group_orders,
    measure_reasons,
    split_folds,
)
from index.reasons.learning import Experience
from kb.errors import InvalidInput
from tests.index.reasons.makers import DELIVERED, LARGE, SHIPPED, having, make_experience
from xianzhi import app


def test_orders_with_the_same_marks_are_one_group() -> None:
    orders = [having(SHIPPED), having(DELIVERED, LARGE), having(SHIPPED), having(LARGE, DELIVERED)]
    assert group_orders(orders).tolist() == [0, 1, 0, 1]


def test_a_group_is_never_torn_apart_and_folds_are_of_a_size() -> None:
    groups = np.repeat(np.arange(40), 3)
    folds = split_folds(groups, repeat=0)
    assert all(len(set(folds[groups == group].tolist())) == 1 for group in range(40))
    assert np.bincount(folds, minlength=FOLDS).tolist() == [12] * FOLDS
    assert folds.tolist() == split_folds(groups, repeat=0).tolist() != split_folds(groups, repeat=1).tolist()


def test_a_rank_counts_what_is_likelier_and_half_of_the_ties() -> None:
    shares = np.array([0.5, 0.2, 0.1, 0.1, 0.1])
    assert [_rank(shares, place) for place in (0, 1, 2)] == [0.0, 1.0, 3.0]
    assert _rank(shares, None) == float("inf")


def test_marks_that_tell_everything_are_told_apart_from_rates() -> None:
    # Every order is its own group by a tag of its own; the status alone decides the reason.
    made = make_experience(each=40)
    own = type(LARGE)
    cases = [
        type(case)(case.intent, having(*case.order.marks, own(LARGE.fact, LARGE.op, f"t{n}")))
        for n, case in enumerate(made.cases)
        if case.order is not None
    ]
    figures = measure_reasons(Experience(cases, made.reasons, made.donors))
    assert (figures.cases, figures.reasons, figures.intents) == (120, 2, 3)
    model, rates = (figures.shares[Level.REASON, system, 1] for system in System)
    assert model.value == 1.0
    assert rates.value == pytest.approx(2 / 3)
    assert rates.low < rates.value < rates.high
    # Both intents of a parcel look the same: half of them at most can be told.
    assert figures.shares[Level.INTENT, System.MODEL, 1].value < 0.8
    assert figures.by_reason[0].cases in (40, 80)


def test_too_few_cases_are_a_sentence() -> None:
    with pytest.raises(InvalidInput, match="Import at least a hundred"):
        measure_reasons(make_experience(each=3))


def test_the_command_reads_a_folder_and_prints_both_levels(tmp_path: Path) -> None:
    rows = []
    for place in range(60):
        at = f"2026-11-{1 + place % 28:02d}T{place % 24:02d}:00:00+08:00"
        late = {"status": "shipped", "shipped_at": "2026-10-30T10:00:00+08:00", "payment": {"amount": 10 + place}}
        back = {"status": "delivered", "delivered_at": "2026-10-30T10:00:00+08:00"}
        rows.append({"id": f"a{place}", "question": "到哪了", "solution": "已催", "intent": "late", "order": late})
        rows.append({"id": f"b{place}", "question": "想退", "solution": "已退", "intent": "back", "order": back})
        rows[-1]["closed_at"] = rows[-2]["closed_at"] = at
    (tmp_path / "cases.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    shown = CliRunner().invoke(app, ["eval", "reasons", str(tmp_path)], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    as_written = CliRunner().invoke(app, ["eval", "reasons", str(tmp_path), "--as-written"], env={"COLUMNS": "200"})
    assert (as_written.exit_code, as_written.stdout) == (0, shown.stdout)  # There are no orders to complete them from.
    for part in ("120 cases with an order", "first 3, rates", "reason", "intent", "told worst", "late", "back"):
        assert part in shown.stdout
