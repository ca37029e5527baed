"""A dataset of four items and six questions, each there for something that can go wrong when it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from eval.datasets import Dataset, EvalQuestion
from eval.workbench import Workbench, open_workbench
from index.build import report_nothing
from kb.settings import Settings
from tests.fakes import FakeEncoder, make_article, make_case, make_order

SHIPPED = [{"fact": "order.status", "op": "==", "value": "shipped"}]
PAID = [{"fact": "order.status", "op": "==", "value": "paid"}]


def make_question(question_id: str, text: str, **fields: object) -> EvalQuestion:
    """Return a question."""
    return EvalQuestion.model_validate({"id": question_id, "text": text, **fields})


TINY = Dataset(
    name="tiny",
    articles=(
        make_article(id="shipped", title="怎么改地址", questions=[], body="联系快递员。", applies_when=SHIPPED),
        make_article(id="paid", title="怎么改地址", questions=[], body="在订单里改。", applies_when=PAID),
        make_article(id="secret", title="改地址的内部说明", questions=[], body="", audience="internal"),
    ),
    cases=(make_case(id="case", question="地址写错了怎么改"),),
    questions=(
        make_question("with", "怎么改地址", order=make_order(), slice={"intent": "改地址", "hard": 1, "gone": None}),
        make_question("self", "地址写错了怎么改", self="case"),
        make_question("public", "改地址的内部说明", audience="public"),
        make_question("empty", "？？？"),
        make_question("long", "退" * 10_001),
        make_question("none", "今天天气"),
    ),
    qrels={
        "with": {"shipped": 1},
        "self": {"paid": 1},
        "public": {"paid": 1},
        "empty": {"paid": 1},
        "long": {"paid": 1},
    },
    now=datetime.fromisoformat("2026-11-15T10:00:00+08:00"),
)


@contextmanager
def open_tiny(*questions: EvalQuestion) -> Iterator[Workbench]:
    """Open the dataset, with other questions if any are given, on the fake encoder."""
    dataset = replace(TINY, questions=questions or TINY.questions)
    with open_workbench(dataset, FakeEncoder(), Settings(), on_progress=report_nothing) as bench:
        yield bench
