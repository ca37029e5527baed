"""`xianzhi eval` from end to end, with the real encoder where something is run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from eval.ablation import PartUnknown
from eval.cli import app
from eval.compare import RunsDiffer
from eval.datasets import DatasetUnusable
from eval.metrics import MeasureUnknown
from eval.records import Run
from eval.storage import RunUnusable, find_runs, read_run, write_run
from eval.summary import summarise
from tests.eval.run_makers import make_record, make_run
from tests.real_encoder import skip_unless_prepared

LABELS = {"a": 1}


def write_dataset(folder: Path, *, name: str = "") -> Path:
    """Write a dataset of two articles and two questions, one of which has no answer."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = [{"id": "returns", "title": "七天无理由退货"}, {"id": "invoice", "title": "发票抬头写错了"}]
    questions = [
        {"id": "q1", "text": "不想要了能退吗", "order": {"status": "delivered"}},
        {"id": "q2", "text": "今天天气怎么样"},
    ]
    for file, rows in (("corpus.jsonl", corpus), ("queries.jsonl", questions)):
        (folder / file).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    (folder / "qrels.tsv").write_text("q1\treturns\t1\n")
    if name:
        (folder / "dataset.yaml").write_text(f"name: {name}\n", "utf-8")
    return folder


def invoke(*arguments: str | Path) -> Result:
    """Run the command line."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def succeed(*arguments: str | Path) -> str:
    """Run the command line, check that it succeeds, and return what it prints."""
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_run_of_one_dataset_writes_an_object_with_its_baselines(tmp_path: Path) -> None:
    skip_unless_prepared()
    dataset, out, page = write_dataset(tmp_path / "shop"), tmp_path / "new" / "out.json", tmp_path / "pages" / "a.html"
    printed = succeed(
        "run",
        dataset,
        "--json",
        out,
        "--baseline",
        "common",
        "--baseline",
        "words",
        "--measure",
        "ndcg@5",
        "--report",
        page,
    )
    for words in ("shop: 2 questions (1 with an answer), corpus of 2", "xianzhi", "common", "words", "hit@1", "ndcg@5"):
        assert words in printed
    assert "xianzhi beside common" in page.read_text("utf-8")
    data = json.loads(out.read_text("utf-8"))
    assert {"dataset", "questions", "corpus", "metrics", "timing"} <= set(data)
    assert (data["system"], data["dataset"], data["questions"], data["corpus"]) == ("xianzhi", "shop", 2, 2)
    assert (data["metrics"]["hit@1"], data["metrics"]["ndcg@5"]) == (1.0, 1.0)
    assert {"match_p50_ms", "build_seconds"} <= set(data["timing"])
    assert [baseline["system"] for baseline in data["baselines"]] == ["common", "words"]
    assert data["baseline"] == data["baselines"][0]
    assert {"dataset", "questions", "corpus", "metrics", "timing"} <= set(data["baseline"])
    assert data["slices"]["order"]["with order"]["hit@1"]["count"] == 1


def test_run_of_several_datasets_writes_a_list_saves_runs_and_reports_them(tmp_path: Path) -> None:
    skip_unless_prepared()
    first, second = write_dataset(tmp_path / "first"), write_dataset(tmp_path / "second", name="第二")
    json_file, trec, runs = tmp_path / "out.json", tmp_path / "out.trec", tmp_path / "runs"
    succeed("run", first, second, "--baseline", "dense", "--out", runs, "--json", json_file, "--trec", trec)
    data = json.loads(json_file.read_text("utf-8"))
    assert [figures["dataset"] for figures in data] == ["first", "第二"]
    assert [figures["baseline"]["system"] for figures in data] == ["dense", "dense"]
    lines = trec.read_text("utf-8").splitlines()
    assert lines[0].startswith("q1 Q0 returns 1 ")
    assert {line.split()[-1] for line in lines} == {"xianzhi"}
    assert len([line for line in lines if line.startswith("q1 Q0 returns")]) == 2
    names = [str(path.relative_to(runs)) for path in find_runs(runs)]
    assert names == ["first/dense", "first/xianzhi", "第二/dense", "第二/xianzhi"]
    assert [record.id for record in read_run(runs / "first" / "xianzhi").records] == ["q1", "q2"]

    page = tmp_path / "page.html"
    assert "Written" in succeed("report", runs, "--out", page)
    text = page.read_text("utf-8")
    assert all(words in text for words in ("first", "第二", "xianzhi beside dense"))
    assert invoke("compare", runs / "first" / "dense", runs / "first" / "xianzhi").exit_code == 0


def test_limit_asks_the_first_questions_only(tmp_path: Path) -> None:
    skip_unless_prepared()
    out = tmp_path / "out.json"
    succeed("run", write_dataset(tmp_path / "d"), "--limit", "1", "--json", out)
    assert json.loads(out.read_text("utf-8"))["questions"] == 1


def test_ablate_prints_what_the_parts_are_worth(tmp_path: Path) -> None:
    skip_unless_prepared()
    printed = succeed(
        "ablate", write_dataset(tmp_path), "--part", "words", "--part", "question variants", "--limit", "1"
    )
    for words in ("words", "question variants", "hit@1", "+0.0000"):
        assert words in printed
    assert "all vectors" not in printed


def test_describe_prints_what_a_dataset_holds(tmp_path: Path) -> None:
    printed = succeed("describe", write_dataset(tmp_path, name="描述"))
    for words in ("描述", "questions", "without an answer", "articles", "with order 1"):
        assert words in printed


@pytest.mark.parametrize("command", ["run", "describe", "ablate"])
def test_folder_without_a_dataset_is_refused(tmp_path: Path, command: str) -> None:
    assert isinstance(invoke(command, tmp_path).exception, DatasetUnusable)


def test_unusable_options_are_refused_before_anything_is_run(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path)
    assert invoke("run", dataset, "--limit", "0").exit_code == 2
    assert invoke("run", dataset, "--baseline", "theirs").exit_code == 2
    assert invoke("run").exit_code == 2
    assert isinstance(invoke("run", dataset, "--measure", "ndgc@10").exception, MeasureUnknown)
    assert isinstance(invoke("ablate", dataset, "--part", "theirs").exception, PartUnknown)


def store(folder: Path, right: int, *, of: int = 40, system: str = "xianzhi") -> Path:
    """Save a run that has so many questions right, and return its folder."""
    records = (make_record(f"q{n}", "a b" if n < right else "b a", LABELS) for n in range(of))
    run: Run = make_run(*records, system=system)
    write_run(folder, summarise(run))
    return folder


def test_compare_exits_with_one_where_the_second_is_significantly_worse(tmp_path: Path) -> None:
    good, bad = store(tmp_path / "good", 30), store(tmp_path / "bad", 10)
    worse = invoke("compare", good, bad)
    assert worse.exit_code == 1
    assert "significantly worse: hit@1 went from 0.7500 to 0.2500" in worse.stdout.replace("\n", " ")
    for before, after in ((bad, good), (good, good)):
        printed = succeed("compare", before, after)
        assert "significantly worse" not in printed


def test_compare_is_gated_by_the_measures_that_are_named(tmp_path: Path) -> None:
    good, bad = store(tmp_path / "good", 30), store(tmp_path / "bad", 10)
    assert invoke("compare", good, bad, "--gate", "recall@10").exit_code == 0
    failed = invoke("compare", good, bad, "--gate", "recall@10", "--gate", "map")
    assert failed.exit_code == 1
    assert "map went" in failed.stdout
    assert "hit@1 fell" not in failed.stdout


@pytest.mark.parametrize("measure", ["ndgc@10", "ndcg@5", "nonsense"])
def test_gate_by_a_measure_that_is_not_compared_is_refused(tmp_path: Path, measure: str) -> None:
    good, bad = store(tmp_path / "good", 30), store(tmp_path / "bad", 10)
    assert invoke("compare", good, bad, "--gate", measure).exit_code != 0


def test_runs_of_other_questions_are_not_compared(tmp_path: Path) -> None:
    result = invoke("compare", store(tmp_path / "a", 1, of=2), store(tmp_path / "b", 1, of=3))
    assert isinstance(result.exception, RunsDiffer)


@pytest.mark.parametrize("arguments", [["report"], ["compare"]])
def test_folder_without_a_run_is_refused(tmp_path: Path, arguments: list[str]) -> None:
    folders = [tmp_path] * (2 if arguments == ["compare"] else 1)
    assert isinstance(invoke(*arguments, *folders).exception, RunUnusable)


def test_report_tells_ours_in_full_whatever_order_the_folders_are_in(tmp_path: Path) -> None:
    common, ours = store(tmp_path / "a", 1, of=2, system="common"), store(tmp_path / "b", 2, of=2)
    succeed("report", common, ours, "--out", tmp_path / "page.html")
    assert "xianzhi beside common" in (tmp_path / "page.html").read_text("utf-8")


def test_name_of_a_dataset_leads_nowhere_outside_the_folder_of_runs(tmp_path: Path) -> None:
    skip_unless_prepared()
    dataset = write_dataset(tmp_path / "d", name="../elsewhere")
    invoke("run", dataset, "--out", tmp_path / "runs")
    assert not (tmp_path / "elsewhere").exists()


def test_datasets_of_the_same_name_do_not_replace_each_others_runs(tmp_path: Path) -> None:
    skip_unless_prepared()
    first, second = write_dataset(tmp_path / "a" / "questions"), write_dataset(tmp_path / "b" / "questions")
    result = invoke("run", first, second, "--out", tmp_path / "runs")
    assert result.exit_code != 0 or len(find_runs(tmp_path / "runs")) == 2
