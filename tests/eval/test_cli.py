"""`xianzhi eval run` from end to end, with the real encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.datasets import DatasetUnusable
from tests.real_encoder import skip_unless_prepared


def write_dataset(folder: Path) -> Path:
    """Write a dataset of two articles and two questions, one of which has no answer."""
    corpus = [{"id": "returns", "title": "七天无理由退货"}, {"id": "invoice", "title": "发票抬头写错了"}]
    questions = [
        {"id": "q1", "text": "不想要了能退吗", "order": {"status": "delivered"}},
        {"id": "q2", "text": "今天天气怎么样"},
    ]
    for name, rows in (("corpus.jsonl", corpus), ("queries.jsonl", questions)):
        (folder / name).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    (folder / "qrels.tsv").write_text("q1\treturns\t1\n")
    return folder


def test_run_prints_a_table_and_writes_json_and_trec(tmp_path: Path) -> None:
    skip_unless_prepared()
    dataset = write_dataset(tmp_path)
    arguments = ["run", str(dataset), "--json", str(tmp_path / "out.json"), "--trec", str(tmp_path / "out.trec")]
    result = CliRunner().invoke(app, [*arguments, "--baseline", "common"])
    assert result.exit_code == 0, result.output
    assert "hit@1" in result.stdout
    data = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (data["questions"], data["corpus"], data["metrics"]["hit@1"]) == (2, 2, 1.0)
    assert {"dataset", "questions", "corpus", "metrics", "timing"} <= set(data["baseline"])
    assert data["baseline"]["system"] == "common"
    assert data["order"]["questions"] == 1
    assert (tmp_path / "out.trec").read_text().startswith("q1 Q0 returns 1 ")


def test_folder_without_a_dataset_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["run", str(tmp_path)])
    assert isinstance(result.exception, DatasetUnusable)


@pytest.mark.parametrize("arguments", [["--limit", "0"], ["--baseline", "theirs"]])
def test_unusable_options_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["run", str(write_dataset(tmp_path)), *arguments]).exit_code == 2
