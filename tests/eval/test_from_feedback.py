"""The dataset made from use is one that evaluation takes, holds nobody's data, and never replaces another's labels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from typer import Typer
from typer.testing import CliRunner

from eval.datasets import load_dataset
from eval.from_feedback import from_feedback
from eval.use_dataset import FILES, FolderTaken, UseReport, Window, export_use
from kb.articles.models import ArticleStatus, Audience
from kb.articles.service import save_article, withdraw_article
from kb.cases.service import save_case
from kb.changes import ItemKind
from kb.database import Database
from kb.feedback.models import FeedbackVerdict, SolutionRef
from kb.feedback.repository import insert_matches
from kb.feedback.service import NewJudgement, save_judgement
from kb.orders.order import Order
from kb.orders.repository import save_order
from tests.fakes import FakeEncoder, make_article, make_case, make_order
from tests.kb.feedback_makers import AT, make_answered, show

ZONE = ZoneInfo("Asia/Shanghai")
RETURNS = SolutionRef(ItemKind.ARTICLE, "returns-7-days")
PARCEL = SolutionRef(ItemKind.CASE, "case-1")
GONE = SolutionRef(ItemKind.ARTICLE, "gone")
USED, WRONG, SOLVED = FeedbackVerdict.USED, FeedbackVerdict.WRONG, FeedbackVerdict.SOLVED


@pytest.fixture
def base(make_database: Callable[[], Database], now: datetime) -> Database:
    """An article, a case and an order."""
    database = make_database()
    with database.write() as session:
        save_article(session, make_article(), now=now)
        save_case(session, make_case(), now=now)
        save_order(session, make_order())
    return database


def use(
    database: Database, request_id: str, said: dict[SolutionRef | None, FeedbackVerdict] | None = None, **fields: Any
) -> None:
    """Record a match that showed the article, the case and one that is gone, and what was said about it."""
    with database.write() as session:
        insert_matches(session, [make_answered(request_id, **{"shown": show(RETURNS, PARCEL, GONE), **fields})])
        for solution, verdict in (said or {}).items():
            save_judgement(session, NewJudgement(request_id, verdict, solution), now=AT)


def export(database: Database, out: Path, *, since: datetime | None = None) -> UseReport:
    """Write the dataset."""
    return export_use(database, out, FakeEncoder().encode_questions, window=Window(AT, ZONE, since))


def test_dataset_of_a_days_use_is_taken_by_evaluation(base: Database, tmp_path: Path) -> None:
    use(base, "r1", {RETURNS: USED}, question="能退吗", order=make_order(), channel="app", turns=["在吗"])
    use(base, "r2", {PARCEL: SOLVED}, question="怎么还没到", audience=Audience.PUBLIC, now=AT + timedelta(days=1))
    report = export(base, tmp_path / "out")
    assert (report.matches, report.judged, report.questions, report.labels) == (2, 2, 2, 3)
    dataset = load_dataset(tmp_path / "out")
    by_text = {question.text: question for question in dataset.questions}
    returns, parcel = by_text["能退吗"], by_text["怎么还没到"]
    assert dataset.qrels[returns.id] == {"returns-7-days": 2}
    assert dataset.qrels[parcel.id] == {"case-1": 3, "returns-7-days": 0}
    assert isinstance(returns.order, Order)
    assert (returns.order.status, returns.order.id, returns.channel, returns.turns) == (
        "shipped",
        None,
        "app",
        ("在吗",),
    )
    assert (parcel.order, parcel.audience, parcel.now) == (None, Audience.PUBLIC, AT + timedelta(days=1))
    assert [order.id for order in dataset.orders] == ["order-001"]
    assert (dataset.corpus_size, dataset.now) == (2, AT)


def test_question_keeps_its_id_from_one_export_to_the_next(base: Database, tmp_path: Path) -> None:
    use(base, "r1", {RETURNS: USED})
    export(base, tmp_path / "out")
    before = (tmp_path / "out" / "queries.jsonl").read_bytes()
    export(base, tmp_path / "out")
    assert (tmp_path / "out" / "queries.jsonl").read_bytes() == before


def test_no_file_names_an_order_a_customer_or_a_parcel(base: Database, tmp_path: Path) -> None:
    use(base, "r1", {RETURNS: USED}, question="我叫张建国，13812345678，能退吗", order=make_order())
    use(base, "r2", answered=False, question="我叫张建国，13812345678，收不到")
    export(base, tmp_path / "out")
    written = "".join((tmp_path / "out" / name).read_text("utf-8") for name in FILES)
    for word in ("SO2026111500017", "C0042", "QY7306518138", "张建国", "13812345678", "昆山"):
        assert word not in written


def test_question_without_a_right_answer_is_left_out_and_is_a_gap(base: Database, tmp_path: Path) -> None:
    use(base, "r1", {None: FeedbackVerdict.DISMISSED}, question="能开店吗")
    use(base, "r2", {RETURNS: USED}, question="能退吗")
    use(base, "r3", {RETURNS: WRONG, PARCEL: WRONG}, question="能退吗")
    report = export(base, tmp_path / "out")
    assert (report.questions, report.unclear, report.disputed) == (0, 2, 1)
    lines = [orjson.loads(line) for line in (tmp_path / "out" / "gaps.jsonl").read_bytes().splitlines()]
    assert {line["question"] for line in lines} == {"能开店吗", "能退吗"}
    assert lines[0]["nearest"] == {"kind": "article", "id": "returns-7-days", "times": 1}
    assert lines[0]["reasons"] == {"judged_wrong": 1}
    assert lines[0]["first_seen"] == "2026-11-15T10:00:00+08:00"


def test_labels_of_items_that_are_gone_or_withdrawn_are_left_out(base: Database, tmp_path: Path) -> None:
    use(base, "r1", {GONE: USED}, question="能退吗")
    use(base, "r2", {PARCEL: USED}, question="怎么还没到")
    with base.write() as session:
        withdraw_article(session, "returns-7-days", now=AT)
    report = export(base, tmp_path / "out")
    assert (report.questions, report.labels, report.labels_of_gone_items) == (1, 1, 3)
    dataset = load_dataset(tmp_path / "out")
    assert [article.status for article in dataset.articles] == [ArticleStatus.WITHDRAWN]


@pytest.mark.parametrize("status", ["published", "draft"])
def test_article_and_case_of_one_id_are_told_apart(base: Database, tmp_path: Path, status: str) -> None:
    with base.write() as session:
        save_article(session, make_article(id="case-1", status=status), now=AT)
    use(base, "r1", {PARCEL: SOLVED})
    export(base, tmp_path / "out")
    (labels,) = load_dataset(tmp_path / "out").qrels.values()
    assert labels == {"case:case-1": 3, "returns-7-days": 0}


def test_what_was_asked_earlier_can_be_left_out(base: Database, tmp_path: Path) -> None:
    use(base, "r1", {RETURNS: USED}, at=AT - timedelta(days=2))
    use(base, "r2", {RETURNS: USED}, question="能退吗")
    assert export(base, tmp_path / "out", since=AT - timedelta(days=1)).matches == 1


def test_base_that_nobody_used_gives_an_empty_dataset(base: Database, tmp_path: Path) -> None:
    report = export(base, tmp_path / "out")
    assert (report.matches, report.questions, report.gaps) == (0, 0, [])
    assert load_dataset(tmp_path / "out").questions == ()


def test_labels_made_by_hand_are_never_written_over(base: Database, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "dataset.yaml").write_text("name: ours\n", "utf-8")
    file = tmp_path / "file"
    file.touch()
    for out in (taken, file):
        with pytest.raises(FolderTaken, match="Name a new folder"):
            export(base, out)
    assert [path.name for path in taken.iterdir()] == ["dataset.yaml"]


def test_command_writes_the_folder_and_prints_what_it_found(base: Database, tmp_path: Path) -> None:
    use(base, "r1", {RETURNS: USED})
    app = Typer()
    app.command()(from_feedback)
    where = {"XIANZHI_DATABASE_URL": base.url.render_as_string()}
    done = CliRunner().invoke(app, [str(tmp_path / "out"), "--since", "2026-11-01"], env=where)
    assert done.exit_code == 0
    assert "questions with a right answer" in done.output
    assert load_dataset(tmp_path / "out").questions
