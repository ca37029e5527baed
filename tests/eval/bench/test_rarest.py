"""What the rarest terms find is measured in every way, on a dataset that is searched as if it were large."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from eval.bench.rarest import SHARES, measure_rarest, show_rarest
from eval.datasets import Dataset, EvalQuestion
from kb.settings import Settings
from tests.fakes import FakeEncoder, make_article

DATASET = Dataset(
    name="tiny",
    articles=tuple(make_article(id=f"a{n}", title=f"第 {n} 种商品怎么退", questions=[]) for n in range(20)),
    cases=(),
    questions=(EvalQuestion(id="q1", text="第 7 种商品怎么退"),),
    qrels={"q1": {"a7": 1}},
    orders=(),
)


def test_every_way_is_asked_the_same_questions() -> None:
    said: list[str] = []
    figures = measure_rarest(DATASET, FakeEncoder(), Settings(_env_file=None), report=said.append)
    assert [one.share for one in figures] == [None, *SHARES]
    assert all(0 < mean <= 1 for one in figures for mean in one.means)
    assert figures[0].means[0] == 1.0
    assert len(said) == len(figures)
    console = Console(width=120, record=True, file=StringIO())
    console.print(show_rarest(figures))
    assert console.export_text().count("| tiny") == len(figures)
