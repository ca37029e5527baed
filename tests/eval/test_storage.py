"""A run in a folder: read back exactly as it was, refused when it is damaged, and a TREC file others can read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import measure_records
from eval.records import RankedItem, Record, Run
from eval.storage import FIGURES, QUESTIONS, RANKINGS, RunUnusable, find_runs, read_run, to_data, write_run, write_trec
from eval.summary import summarise
from tests.eval.run_makers import make_ranking, make_record, make_run

FULL = make_run(
    Record(
        id="q1",
        text="七天\u2028无理由\r\n“退货” \x00 😀",
        turns=("在吗", ""),
        order="已发货 · 超时 1/3 小时",
        slices={"intent": "退货", "empty": ""},
        labels={"a": 3, "b": 0, "c": -1},
        right_from=2,
        titles={"a": "标题 <b>"},
        confidence=1 / 3,
        answered=True,
        ranking=(
            RankedItem("a", 0.1 + 0.2, "case", 4, "标题 <b>", 2 / 3, "unmet", ("unmet: 已付款",), {"dense": 1e-17}),
            RankedItem("b", -4.000000000000001),
        ),
        stages={"encode": 0.125, "rank": 1e-3},
    ),
    make_record("q2"),
    timing={"build_seconds": 0.1, "match_p50_ms": 1 / 7},
)


def store(run: Run, folder: Path) -> Path:
    """Write a run and return its folder."""
    write_run(folder, summarise(run))
    return folder


def test_run_is_read_back_exactly(tmp_path: Path) -> None:
    assert read_run(store(FULL, tmp_path / "new" / "folder")) == FULL


def test_run_of_no_questions_is_read_back(tmp_path: Path) -> None:
    empty = make_run(judges=False)
    assert read_run(store(empty, tmp_path)) == empty


def test_run_takes_the_place_of_one_that_stood_there(tmp_path: Path) -> None:
    store(FULL, tmp_path)
    shorter = make_run(make_record("other"))
    assert read_run(store(shorter, tmp_path)) == shorter
    assert "q1" not in (tmp_path / RANKINGS).read_text("utf-8")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ITEMS = st.builds(
    RankedItem,
    id=TEXTS,
    score=st.floats(allow_nan=False, allow_infinity=False),
    title=TEXTS,
    confidence=st.floats(0, 1),
    reasons=st.lists(TEXTS, max_size=2).map(tuple),
    scores=st.dictionaries(TEXTS, st.floats(-1e6, 1e6), max_size=2),
)


@given(text=TEXTS, items=st.lists(ITEMS, max_size=3), confidence=st.floats(0, 1), slices=st.dictionaries(TEXTS, TEXTS))
def test_whatever_a_question_holds_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    items: list[RankedItem],
    confidence: float,
    slices: dict[str, str],
) -> None:
    record = Record(id="q", text=text, confidence=confidence, ranking=tuple(items), slices=slices)
    run = make_run(record, judges=False)
    assert read_run(store(run, tmp_path_factory.mktemp("run"))) == run


def damage_figures(folder: Path) -> None:
    (folder / FIGURES).write_bytes((folder / FIGURES).read_bytes()[:40])


def drop_header(folder: Path) -> None:
    (folder / FIGURES).write_bytes(b'{"system": "xianzhi"}')


def make_figures_a_list(folder: Path) -> None:
    (folder / FIGURES).write_bytes(b"[]")


def cut_last_line(folder: Path) -> None:
    (folder / QUESTIONS).write_bytes((folder / QUESTIONS).read_bytes()[:-30])


def change_a_type(folder: Path) -> None:
    (folder / QUESTIONS).write_bytes(b'{"id": "q", "text": ["not", "a", "text"]}\n')


def write_bytes_of_no_text(folder: Path) -> None:
    (folder / QUESTIONS).write_bytes(b"\xff\xfe\n")


@pytest.mark.parametrize(
    "damage",
    [damage_figures, drop_header, make_figures_a_list, cut_last_line, change_a_type, write_bytes_of_no_text],
)
def test_damaged_run_is_refused_with_the_remedy(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    damage(store(FULL, tmp_path))
    with pytest.raises(RunUnusable, match="cannot be read; write it again with `xianzhi eval run`") as caught:
        read_run(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert caught.value.code == "run_unusable"


def test_run_that_lost_whole_lines_is_refused(tmp_path: Path) -> None:
    store(FULL, tmp_path)
    first, *_ = (tmp_path / QUESTIONS).read_bytes().splitlines(keepends=True)
    (tmp_path / QUESTIONS).write_bytes(first)
    with pytest.raises(RunUnusable):
        read_run(tmp_path)


@pytest.mark.parametrize("missing", [FIGURES, QUESTIONS])
def test_folder_that_lacks_a_file_is_no_run(tmp_path: Path, missing: str) -> None:
    (store(FULL, tmp_path) / missing).unlink()
    with pytest.raises(RunUnusable, match=r"holds no run .*xianzhi eval run DATASET --out FOLDER"):
        read_run(tmp_path)


def test_runs_are_found_at_and_under_a_folder_in_order(tmp_path: Path) -> None:
    folders = [store(FULL, tmp_path / name) for name in ("b/xianzhi", "a/common", "b/common")]
    assert find_runs(tmp_path) == sorted(folders)
    assert find_runs(folders[0]) == [folders[0]]
    for empty in (tmp_path / "nowhere", tmp_path / "a" / "common" / "deeper"):
        with pytest.raises(RunUnusable, match="holds no run"):
            find_runs(empty)


def test_figures_are_plain_data_under_the_keys_of_the_contract() -> None:
    data = to_data(summarise(FULL))
    assert {"dataset", "questions", "corpus", "metrics", "timing"} <= set(data)
    assert (data["system"], data["dataset"], data["questions"], data["labelled"]) == ("xianzhi", "tiny", 2, 1)
    assert data["metrics"]["hit@1"] == data["intervals"]["hit@1"]["value"] == 1.0
    assert data["slices"]["intent"]["退货"]["hit@1"]["count"] == 1
    assert set(data["answering"]) == {"auc", "calibration_error", "area_under_risk", "curve", "bins"}
    assert "answering" not in to_data(summarise(make_run(judges=False)))


def test_figures_that_are_not_there_are_null_in_the_file(tmp_path: Path) -> None:
    store(make_run(make_record("q", "b", {"a": 1})), tmp_path)
    assert orjson.loads((tmp_path / FIGURES).read_bytes())["answering"]["auc"]["value"] is None


def read_measures(folder: Path) -> list[dict[str, float]]:
    """Return what stands beside each question."""
    return [orjson.loads(line)["measures"] for line in (folder / QUESTIONS).read_bytes().splitlines()]


def test_measures_stand_beside_each_question_that_has_an_answer(tmp_path: Path) -> None:
    first, second = read_measures(store(FULL, tmp_path))
    assert (first["hit@1"], first["map"]) == (1.0, 1.0)
    assert second == {}


def test_measure_without_a_cutoff_stands_beside_each_question_too(tmp_path: Path) -> None:
    write_run(tmp_path, summarise(FULL, ["hit@1", "mrr", "ndcg"]))
    assert set(read_measures(tmp_path)[0]) == {"hit@1", "mrr", "ndcg"}


def test_trec_file_has_a_line_of_six_columns_for_each_item(tmp_path: Path) -> None:
    ours = make_run(make_record("q1", "b a"), make_record("q2"), make_record("q3", "c"))
    theirs = make_run(make_record("q1", ranking=make_ranking("a", score=1 / 3)), system="words")
    write_trec(tmp_path / "run.trec", [ours, theirs])
    assert (tmp_path / "run.trec").read_text("utf-8").splitlines() == [
        "q1 Q0 b 1 2 xianzhi",
        "q1 Q0 a 2 1 xianzhi",
        "q3 Q0 c 1 1 xianzhi",
        "q1 Q0 a 1 1 words",
    ]


def measure_file(path: Path, run: Run) -> float:
    """Return the mean reciprocal rank that trec_eval finds in a file."""
    with path.open(encoding="utf-8") as file:
        rankings = pytrec_eval.parse_run(file)
    evaluator = pytrec_eval.RelevanceEvaluator({r.id: dict(r.labels) for r in run.records}, {"recip_rank"})
    found = evaluator.evaluate(rankings)
    return sum(values["recip_rank"] for values in found.values()) / len(run.records)


@pytest.mark.parametrize(
    "ranking",
    [
        make_ranking("b", "a", "c"),
        make_ranking("b", "a", "c", score=0.5),
    ],
    ids=["falling scores", "equal scores"],
)
def test_trec_file_measures_as_the_run_does(tmp_path: Path, ranking: tuple[RankedItem, ...]) -> None:
    run = make_run(make_record("q", labels={"b": 1}, ranking=ranking))
    write_trec(tmp_path / "run.trec", [run])
    assert measure_file(tmp_path / "run.trec", run) == measure_records(run.records, ["mrr"])["q"]["mrr"]


def test_run_whose_questions_are_of_another_run_is_refused(tmp_path: Path) -> None:
    for name, ranking in (("one", "a b"), ("other", "b a")):
        write_run(tmp_path / name, summarise(make_run(make_record("q", ranking))))
    (tmp_path / "one" / "questions.jsonl").write_bytes((tmp_path / "other" / "questions.jsonl").read_bytes())
    with pytest.raises(RunUnusable, match="write it again"):
        read_run(tmp_path / "one")
