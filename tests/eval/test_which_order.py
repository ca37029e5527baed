"""Measuring which of a customer's orders is told, and fitting the weights that tell it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from eval.datasets import DatasetUnusable
from eval.which_order import (
    FITTED,
    SAYING_SHARE,
    START,
    LabelledRow,
    ReadRow,
    fit_choice,
    fit_weights,
    list_questions,
    read_rows,
    tally,
    weigh_rows,
)
from eval.which_order_command import show_kinds, which_order
from eval.workbench import open_workbench
from index.build import report_nothing
from index.which_order.evidence import Signal
from index.which_order.situations import Situation
from index.which_order.weights import WEIGHTS
from kb.settings import Settings
from tests.eval.tiny_dataset import TINY, make_question
from tests.fakes import RETURNS, SHIPPED_ORDER, FakeEncoder, make_order
from tests.real_encoder import skip_unless_prepared

OLD = make_order(id="SO2026111000001", placed_at="2026-11-10T10:00:00+08:00", payment={"amount": 299.0})
NEW = make_order(id="SO2026111200002", placed_at="2026-11-12T10:00:00+08:00", payment={"amount": 599.0})
ALONE = make_order(id="SO2026111200003", customer={"id": "C0001"})
SHOP = replace(
    TINY,
    orders=(OLD, NEW, ALONE),
    questions=(make_question("a", "到哪了", order=OLD), make_question("b", "到哪了", order=ALONE)),
    qrels={},
)


def make_row(**fields: object) -> LabelledRow:
    """Return a row whose order can be told by its sum."""
    values = {"id": "w1", "customer_id": "C0042", "text": "299那单到哪了", "order_id": OLD.id, "kind": "amount"}
    return LabelledRow.model_validate({**values, **fields})


def make_read(right: int | None, values: tuple[float, float], *, customer: str, signal: Signal) -> ReadRow:
    """Return a row of two orders that one signal tells apart."""
    features = np.zeros((2, len(FITTED)))
    features[:, FITTED.index(signal)] = values
    order_id = None if right is None else str(right)
    return ReadRow(make_row(customer_id=customer, order_id=order_id), ("0", "1"), features, (0.5, 0.5))


def write(path: Path, *rows: object) -> Path:
    """Write one JSON object a line."""
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def test_rows_are_read_with_the_turns_texts(tmp_path: Path) -> None:
    row = {"id": "w1", "customer_id": "C1", "text": "到哪了", "turns": [{"role": "customer", "text": "你好"}, "在吗"]}
    (read,) = read_rows(write(tmp_path / "rows.jsonl", row))
    assert (read.turns, read.order_id, read.kind) == (("你好", "在吗"), None, "question")


@pytest.mark.parametrize("content", ["", "{", '{"id": "w1"}', "[]"])
def test_unusable_rows_are_refused_with_what_to_write(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(DatasetUnusable, match=r"rows\.jsonl"):
        read_rows(path)
    with pytest.raises(DatasetUnusable, match="cannot be read"):
        read_rows(tmp_path / "none.jsonl")


def test_questions_whose_order_is_one_of_several_are_rows_too() -> None:
    assert [(row.id, row.customer_id, row.order_id) for row in list_questions(SHOP)] == [("a", "C0042", OLD.id)]


def test_rows_are_asked_as_their_customers_and_orders_stand_newest_first() -> None:
    with open_workbench(SHOP, FakeEncoder(), Settings(), on_progress=report_nothing) as bench:
        rows = [make_row(), make_row(id="w2", text="？？"), make_row(id="w3", customer_id="C0001")]
        (read,) = weigh_rows(bench, rows)
        assert read.order_ids == (NEW.id, OLD.id)
        assert read.right == 1
        assert read.features[:, FITTED.index(Signal.AMOUNT)].tolist() == [0.0, 1.0]
        assert read.probabilities[1] > 0.9
        with pytest.raises(DatasetUnusable, match="none of the newest"):
            weigh_rows(bench, [make_row(order_id="SO-other")])


def test_tally_counts_chosen_wrongly_chosen_asked_and_the_newest() -> None:
    told = make_read(1, (0.0, 1.0), customer="a", signal=Signal.TIME)
    newest = make_read(0, (1.0, 0.0), customer="a", signal=Signal.TIME)
    counted = tally([(told, (0.1, 0.9)), (told, (0.9, 0.1)), (told, (0.6, 0.4)), (newest, (0.9, 0.1))], threshold=0.8)
    assert (counted.rows, counted.right, counted.wrong, counted.asked, counted.newest) == (4, 2, 1, 1, 1)
    assert (counted.right_share, counted.asked_share) == (0.5, 0.25)
    assert tally([]).right_share == 0


def test_weight_rises_for_what_tells_and_falls_for_what_misleads() -> None:
    telling = [make_read(1, (0.0, 1.0), customer=str(n), signal=Signal.TIME) for n in range(20)]
    misled = [make_read(1, (1.0, 0.0), customer=str(n), signal=Signal.AMOUNT) for n in range(20)]
    undecided = [make_read(None, (0.0, 1.0), customer=str(n), signal=Signal.TRACE) for n in range(20)]
    weights = dict(zip(FITTED, fit_weights([*telling, *misled, *undecided]), strict=True))
    started = dict(zip(FITTED, START, strict=True))
    assert weights[Signal.TIME] > started[Signal.TIME]
    assert 0 <= weights[Signal.AMOUNT] < started[Signal.AMOUNT]
    assert 0 <= weights[Signal.TRACE] < started[Signal.TRACE]
    assert weights[Signal.STATE] == pytest.approx(started[Signal.STATE])


def test_fit_is_measured_on_customers_it_was_not_fitted_to() -> None:
    rows = [make_read(1, (0.0, 1.0), customer=str(n), signal=Signal.TIME) for n in range(10)]
    rows += [make_read(None, (0.0, 0.0), customer=str(n), signal=Signal.TIME) for n in range(10)]
    fitted = fit_choice(rows, [], [replace(read, share=SAYING_SHARE) for read in rows[:4]])
    (told, untold), (of_sayings, _), (of_things, _) = fitted.rows, fitted.sayings, fitted.things
    assert (told.right_share, untold.asked_share, of_sayings.rows, of_things.rows) == (1.0, 1.0, 4, 0)
    assert fitted.weights.keys() == set(FITTED)
    assert [read.least for read in fitted.judged] == [pytest.approx(fitted.threshold)] * 20


def test_threshold_is_higher_where_the_likeliest_order_is_often_the_wrong_one() -> None:
    surely = [make_read(1, (0.0, 0.5), customer=str(n), signal=Signal.TIME) for n in range(30)]
    misled = [make_read(0, (0.0, 0.5), customer=str(n), signal=Signal.TIME) for n in range(16)]
    assert fit_choice([*surely, *misled], []).threshold > fit_choice(surely, []).threshold


def test_every_signal_has_a_weight_and_those_of_situations_and_things_need_a_reader() -> None:
    assert WEIGHTS.keys() == set(Signal)
    assert [signal for signal, weight in WEIGHTS.items() if weight <= 0] == [Signal.SITUATION, Signal.THING]


def test_table_has_a_line_a_kind_and_one_for_all() -> None:
    table = show_kinds([make_read(1, (0.0, 1.0), customer="a", signal=Signal.TIME)])
    assert table.row_count == 3
    assert list(table.columns[0].cells) == ["amount", "all that could be told", "all that nobody could tell"]


def test_command_prints_how_often_the_order_is_told(tmp_path: Path) -> None:
    skip_unless_prepared()
    write(tmp_path / "corpus.jsonl", RETURNS)
    write(tmp_path / "queries.jsonl", {"id": "q", "text": "退货", "order_id": OLD.id})
    (tmp_path / "qrels.tsv").write_text("", "utf-8")
    (tmp_path / "dataset.yaml").write_text('now: "2026-11-15T10:00:00+08:00"\norders: [orders.jsonl]\n', "utf-8")
    orders = [
        {**SHIPPED_ORDER, "id": order.id, "payment": {"amount": amount}}
        for order, amount in ((OLD, 299.0), (NEW, 599.0))
    ]
    write(tmp_path / "orders.jsonl", *orders)
    rows = write(
        tmp_path / "rows.jsonl", make_row().model_dump(), make_row(id="w2", order_id=None, text="你好").model_dump()
    )
    app = typer.Typer()
    app.command()(which_order)
    said = write(tmp_path / "sayings.jsonl", *({"situation": one, "says": [one, f"{one}吗"]} for one in Situation))
    named = (
        {"name": f"{word}机 X{n}", "sayings": [f"那台{word}机", f"{word}的"]} for n, word in enumerate("洗炒烤扫吹打")
    )
    things = tmp_path / "things"
    things.mkdir()
    write(things / "sayings.jsonl", *named)
    write(things / "kinds.jsonl", {"categories": ["家电"], "called": ["电器"]})
    for arguments, printed in (([], "all that could be told"), (["--fit"], "1 rows that nobody could tell: asked")):
        options = ["--base", str(tmp_path), "--sayings", str(said), "--things", str(things), *arguments]
        result = CliRunner().invoke(app, [str(rows), *options], env={"COLUMNS": "160"})
        assert result.exit_code == 0, result.output
        assert printed in result.stdout
