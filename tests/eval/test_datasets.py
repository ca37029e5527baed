"""Reading evaluation datasets: what is taken, and what is refused with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from eval.datasets import DatasetUnusable, load_dataset
from kb.articles.models import Audience

CORPUS = '{"id": "a", "title": "退货"}\n'
QUERIES = '{"id": "q1", "text": "怎么退货"}\n'
GOOD = {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES, "qrels.tsv": "q1\ta\t1\n"}


def write_dataset(folder: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write a good dataset with some files replaced, or left out where None; return its folder."""
    for name, content in {**GOOD, **files}.items():
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("corpus.jsonl", None, "cannot be read"),
        ("queries.jsonl", None, "cannot be read"),
        ("qrels.tsv", None, "cannot be read"),
        ("corpus.jsonl", CORPUS + "{", "line 2"),
        ("corpus.jsonl", CORPUS + "[1]", "line 2"),
        ("corpus.jsonl", CORPUS + '"text"', "line 2"),
        ("corpus.jsonl", CORPUS + "\n\n{}", "line 4"),
        ("corpus.jsonl", '{"title": "没有编号"}', "line 1"),
        ("corpus.jsonl", '{"id": "a b", "title": "t"}', "line 1"),
        ("corpus.jsonl", '{"id": "a"}', "line 1"),
        (
            "corpus.jsonl",
            '{"id": "a", "title": "t", "applies_when": [{"fact": "nope", "op": "==", "value": 1}]}',
            "line 1",
        ),
        ("corpus.jsonl", '{"id": "a", "title": "t", "reply": "{{ nope }}"}', "line 1"),
        ("corpus.jsonl", '{"id": "a", "question": "", "solution": "s"}', "line 1"),
        ("corpus.jsonl", b"\xff\xfe", "UTF-8"),
        ("queries.jsonl", QUERIES + "nonsense", "line 2"),
        ("queries.jsonl", QUERIES + '{"id": "q2"}', "line 2"),
        ("queries.jsonl", QUERIES + '{"text": "t"}', "line 2"),
        ("queries.jsonl", QUERIES + '{"id": "", "text": "t"}', "line 2"),
        ("queries.jsonl", QUERIES + QUERIES, "line 2"),
        ("queries.jsonl", QUERIES + '{"id": "q2", "text": "t", "order": {"status": "gone"}}', "line 2"),
        ("queries.jsonl", QUERIES + '{"id": "q2", "text": "t", "now": "2026-11-15T00:00:00"}', "line 2"),
        ("queries.jsonl", QUERIES + '{"id": "q2", "text": "t", "audience": "everybody"}', "line 2"),
        ("queries.jsonl", QUERIES + '{"id": "q2", "text": "t", "turns": [1]}', "line 2"),
        ("queries.jsonl", QUERIES + '{"id": "q2", "text": "t", "turns": "退货"}', "line 2"),
        ("queries.jsonl", b'{"id": "q1", "text": "\xff"}', "UTF-8"),
        ("qrels.tsv", "q1\ta\t1\nq1 a 1\n", "line 2"),
        ("qrels.tsv", "q1\ta\n", "line 1"),
        ("qrels.tsv", "q1\ta\tgood\n", "line 1"),
        ("qrels.tsv", "q1\ta\t1.5\n", "line 1"),
        ("qrels.tsv", "q1\ta\t²\n", "line 1"),
        ("qrels.tsv", "q1\ta\t--1\n", "line 1"),
        ("qrels.tsv", f"q1\ta\t{'9' * 5000}\n", "line 1"),
        ("qrels.tsv", "q1\tnever\t1\n", "'never'"),
        ("qrels.tsv", "q1\ta\t1\nq1\ta\t0\n", "line 2"),
        ("qrels.tsv", "q1\ta\t1\nq9\ta\t1\n", "'q9'"),
        ("qrels.tsv", b"\xff", "UTF-8"),
        ("dataset.yaml", "name: [", "dataset.yaml"),
        ("dataset.yaml", "- a\n", "dataset.yaml"),
        ("dataset.yaml", "", "dataset.yaml"),
        ("dataset.yaml", "now: yesterday", "dataset.yaml"),
        ("dataset.yaml", "now: 2026-11-15T00:00:00", "dataset.yaml"),
        ("dataset.yaml", "corpus: [elsewhere.jsonl]", "elsewhere.jsonl"),
        ("dataset.yaml", "orders: [elsewhere.jsonl]", "elsewhere.jsonl"),
        ("dataset.yaml", "right_from: 0", "dataset.yaml"),
        ("dataset.yaml", "right_from: 10", "dataset.yaml"),
        ("dataset.yaml", "right_from: two", "dataset.yaml"),
        ("queries.jsonl", QUERIES + '{"id": "q2", "text": "t", "order_id": "SO1"}', "'SO1' is in none"),
        ("dataset.yaml", "!!python/object/apply:os.getcwd []", "dataset.yaml"),
        ("dataset.yaml", b"\xff\x00", "dataset.yaml"),
    ],
)
def test_bad_file_is_refused_by_name_and_line(
    tmp_path: Path, name: str, content: str | bytes | None, place: str
) -> None:
    with pytest.raises(DatasetUnusable) as caught:
        load_dataset(write_dataset(tmp_path, {name: content}))
    assert place in caught.value.message
    assert name in caught.value.message or place.startswith("elsewhere")
    assert caught.value.code == "dataset_unusable"


def test_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnusable):
        load_dataset(tmp_path / "nowhere")


def test_orders_of_the_shop_are_read_and_a_bad_one_is_refused(tmp_path: Path) -> None:
    orders = {"dataset.yaml": "orders: [orders.jsonl]", "orders.jsonl": '{"id": "SO1", "status": "paid"}\n'}
    assert [order.id for order in load_dataset(write_dataset(tmp_path, orders)).orders] == ["SO1"]
    (tmp_path / "orders.jsonl").write_text('\n{"id": "SO1"}')
    with pytest.raises(DatasetUnusable, match=r"orders\.jsonl, line 2: status"):
        load_dataset(tmp_path)


def test_question_names_one_of_the_shops_orders_or_brings_its_own(tmp_path: Path) -> None:
    queries = [
        {"id": "named", "text": "t", "order_id": "SO1"},
        {"id": "own", "text": "t", "order_id": "elsewhere", "order": {"status": "shipped"}},
        {"id": "bare", "text": "t"},
    ]
    files = {
        "dataset.yaml": "orders: [orders.jsonl]",
        "orders.jsonl": '{"id": "SO1", "status": "paid"}\n',
        "queries.jsonl": "".join(json.dumps(row) + "\n" for row in queries),
        "qrels.tsv": "",
    }
    questions = load_dataset(write_dataset(tmp_path, files)).questions
    assert [question.order and question.order.status.value for question in questions] == ["paid", "shipped", None]


def test_lowest_right_grade_decides_which_questions_have_an_answer(tmp_path: Path) -> None:
    files = {"qrels.tsv": "q1\ta\t1\nq2\ta\t2\n", "queries.jsonl": QUERIES + '{"id": "q2", "text": "t"}'}
    dataset = load_dataset(write_dataset(tmp_path, files))
    assert (dataset.right_from, dataset.has_answer("q1"), dataset.has_answer("q2")) == (1, True, True)
    (tmp_path / "dataset.yaml").write_text("right_from: 2")
    dataset = load_dataset(tmp_path)
    assert (dataset.right_from, dataset.has_answer("q1"), dataset.has_answer("q2")) == (2, False, True)
    assert not dataset.has_answer("nobody asked this")


def test_rows_of_title_or_text_or_both_are_articles(tmp_path: Path) -> None:
    rows = [
        {"id": "title", "title": "退货"},
        {"id": "text", "text": "签收后七天内可以退货。超过不退。"},
        {"id": "both", "title": "发票", "text": "可以重开。"},
        {"id": "a", "title": "全", "questions": ["问"], "audience": "internal", "category": ["售后"], "unknown": 1},
    ]
    corpus = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    articles = {a.id: a for a in load_dataset(write_dataset(tmp_path, {"corpus.jsonl": corpus})).articles}
    assert (articles["title"].title, articles["title"].body) == ("退货", "")
    assert (articles["text"].title, articles["text"].body) == (
        "签收后七天内可以退货。",
        "签收后七天内可以退货。超过不退。",
    )
    assert (articles["both"].title, articles["both"].body) == ("发票", "可以重开。")
    assert (articles["a"].questions, articles["a"].audience) == (["问"], Audience.INTERNAL)


def test_row_of_question_and_solution_is_a_case(tmp_path: Path) -> None:
    corpus = '{"id": "a", "question": "怎么退", "solution": "这样退。"}\n'
    corpus += '{"id": "b", "question": "Where?", "solution": "Here."}'
    dataset = load_dataset(write_dataset(tmp_path, {"corpus.jsonl": corpus}))
    assert [(case.id, case.language) for case in dataset.cases] == [("a", "zh"), ("b", "en")]
    assert (dataset.articles, dataset.corpus_size) == ((), 2)
    assert dataset.titles == {"a": "怎么退", "b": "Where?"}


def test_id_of_both_an_article_and_a_case_is_refused(tmp_path: Path) -> None:
    corpus = CORPUS + '{"id": "a", "question": "怎么退", "solution": "这样退。"}'
    with pytest.raises(DatasetUnusable, match="'a' names an article and a case"):
        load_dataset(write_dataset(tmp_path, {"corpus.jsonl": corpus}))


@pytest.mark.parametrize(
    "row",
    ['{"id": "a", "title": "别的"}', '{"id": "a", "version": 1, "title": "别的"}', CORPUS],
)
def test_id_of_two_texts_is_refused_but_for_versions_of_one(tmp_path: Path, row: str) -> None:
    with pytest.raises(DatasetUnusable, match="'a' twice"):
        load_dataset(write_dataset(tmp_path, {"corpus.jsonl": CORPUS + row}))
    versions = CORPUS + '{"id": "a", "version": 2, "title": "怎么退，新规"}'
    assert load_dataset(write_dataset(tmp_path, {"corpus.jsonl": versions})).corpus_size == 1


def test_question_carries_turns_order_self_and_time(tmp_path: Path) -> None:
    question = {
        "id": "q1",
        "text": "怎么退",
        "turns": [{"role": "customer", "text": "你好"}, "在吗"],
        "order": {"status": "shipped"},
        "now": "2026-11-15T10:00:00+08:00",
        "self": "a",
        "audience": "public",
        "slice": {"intent": "return"},
        "something": "else",
    }
    (read,) = load_dataset(write_dataset(tmp_path, {"queries.jsonl": json.dumps(question)})).questions
    assert (read.turns, read.self_id, read.audience, read.slice) == (
        ("你好", "在吗"),
        "a",
        "public",
        {"intent": "return"},
    )
    assert read.order is not None
    assert read.now is not None
    assert read.now.utcoffset() is not None


def test_question_without_a_row_in_the_labels_has_no_answer(tmp_path: Path) -> None:
    files = {"queries.jsonl": QUERIES + '{"id": "q2", "text": "天气"}', "qrels.tsv": "\nq1\ta\t2\r\n\n"}
    dataset = load_dataset(write_dataset(tmp_path, files))
    assert [question.id for question in dataset.questions] == ["q1", "q2"]
    assert dataset.qrels == {"q1": {"a": 2}}


def test_limit_takes_the_first_questions_and_their_labels(tmp_path: Path) -> None:
    files = {"queries.jsonl": QUERIES + '{"id": "q2", "text": "t"}', "qrels.tsv": "q1\ta\t1\nq2\ta\t1\n"}
    dataset = load_dataset(write_dataset(tmp_path, files), limit=1)
    assert [question.id for question in dataset.questions] == ["q1"]
    assert dataset.qrels == {"q1": {"a": 1}}


def test_files_with_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    files = {name: b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode() for name, content in GOOD.items()}
    dataset = load_dataset(write_dataset(tmp_path, files))
    assert dataset.qrels == {"q1": {"a": 1}}


def test_dataset_is_named_after_its_folder_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert load_dataset(write_dataset(tmp_path, {})).name == tmp_path.name
    dataset = load_dataset(write_dataset(tmp_path, {"dataset.yaml": 'name: 样本\nnow: "2026-11-20T10:00:00+08:00"'}))
    assert dataset.name == "样本"
    assert dataset.now is not None


def test_line_separators_inside_texts_do_not_cut_a_row(tmp_path: Path) -> None:
    corpus = '{"id": "a", "title": "退\u2028货\u0085"}'
    assert load_dataset(write_dataset(tmp_path, {"corpus.jsonl": corpus})).corpus_size == 1
