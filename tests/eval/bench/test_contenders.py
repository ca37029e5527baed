"""Contenders get the same passages and are asked alike; one that fails in threads is counted, not hidden."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eval.bench.contender_process import ORDERS, dismiss
from eval.bench.contenders import ContenderName, Material, keep_items, list_texts, open_contender
from eval.datasets import Dataset, EvalQuestion
from eval.workbench import fill_database
from kb.database import Database
from kb.errors import XianzhiError
from kb.settings import Settings
from tests.fakes import make_article, make_case

DATASET = Dataset(
    name="tiny",
    articles=(make_article(), make_article(id="old", status="withdrawn")),
    cases=(make_case(),),
    questions=(EvalQuestion(id="q1", text="怎么退货"), EvalQuestion(id="q2", text="fail")),
    qrels={},
)


class Clerk:
    """Answers every question but one."""

    def __init__(self) -> None:
        self.is_built = False

    def build(self) -> None:
        self.is_built = True

    def ask(self, question: EvalQuestion) -> Sequence[str]:
        if question.text == "fail":
            raise RuntimeError("Already borrowed")
        return ["a", "b"]


@pytest.fixture
def material(make_database: Callable[[], Database], tmp_path: Path) -> Material:
    database = make_database()
    fill_database(database, DATASET, datetime(2026, 11, 15, tzinfo=UTC))
    return Material(DATASET, database, tmp_path, Settings(_env_file=None))


def test_everybody_gets_the_passages_that_our_index_holds(material: Material) -> None:
    texts = list_texts(material)
    assert sorted({item for item, _ in texts}) == ["case-1", "returns-7-days"]
    assert all("\n" in text for _, text in texts)  # Each under its title.


def test_an_item_counts_once_and_never_for_itself() -> None:
    question = EvalQuestion.model_validate({"id": "q", "text": "怎么退货", "self": "b"})
    assert keep_items(iter(["a", "a", "b", "c", "a"]), question) == ["a", "c"]


@pytest.mark.parametrize("name", [ContenderName.HAYSTACK, ContenderName.TXTAI])
def test_a_library_that_is_missing_is_named_with_the_remedy(name: ContenderName, material: Material) -> None:
    try:
        __import__(name.value)
    except ModuleNotFoundError:
        with pytest.raises(XianzhiError, match=r"xianzhi\[peers\]"):
            open_contender(name, material)


def test_a_build_tells_its_time_and_the_processors() -> None:
    clerk = Clerk()
    assert set(ORDERS["build"](clerk, DATASET, {})) == {"seconds", "core_seconds"}
    assert clerk.is_built


def test_an_answer_tells_what_was_found() -> None:
    assert ORDERS["ask"](Clerk(), DATASET, {"question": 0})["ids"] == ["a", "b"]


def test_failures_under_load_are_counted() -> None:
    load = ORDERS["ask together"](Clerk(), DATASET, {"clients": 2, "seconds": 0.05})
    assert isinstance(load["failed"], int)
    assert load["failed"] > 0


def test_a_process_that_is_let_go_ends_by_itself_and_leaves_no_folder(tmp_path: Path) -> None:
    program = (
        "import sys, tempfile\n"
        f"with tempfile.TemporaryDirectory(dir={str(tmp_path)!r}):\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        dismiss(process)
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []
