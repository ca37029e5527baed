"""`xianzhi index fit` from end to end, with the real encoder: kept, undone, refused, or not worth keeping."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from eval.datasets import DatasetUnusable, load_dataset
from eval.fit_command import TooFewQuestions, fit
from eval.fitting import FEWEST_QUESTIONS, hash_datasets
from index.generation import RECIPE_FILE, list_generations, read_manifest, verify_generation
from index.learnt import read_learnt
from index.recipe import STANDARD
from kb.articles.models import Audience
from kb.errors import InvalidInput
from tests.real_encoder import skip_unless_prepared

SUBJECTS = (
    "退货运费",
    "发票抬头",
    "保修期限",
    "优惠券过期",
    "修改地址",
    "会员积分",
    "上门安装",
    "换货流程",
    "物流停滞",
    "少发配件",
)
RIGHT, UNANSWERED = ("怎么处理{}", "{}怎么办"), ("请问{}问题", "咨询{}", "想了解{}")


@dataclass(frozen=True)
class Shop:
    """A data folder of its own, and the command line on it."""

    folder: Path

    def run(self, *arguments: str | Path) -> Result:
        """Run the command."""
        app = typer.Typer()
        app.command()(fit)
        env = {"XIANZHI_DATA_DIR": str(self.folder / "var"), "XIANZHI_DATABASE_URL": "", "COLUMNS": "200"}
        return CliRunner().invoke(app, [str(argument) for argument in arguments], env=env)

    def succeed(self, *arguments: str | Path) -> str:
        """Run the command, check that it succeeds, and return what it prints."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def generations(self) -> list[Path]:
        """Return what is published, newest first."""
        return list_generations(self.folder / "var" / "generations")

    def write_dataset(self, name: str, *, answered: Sequence[str], unanswered: Sequence[str] = ()) -> Path:
        """Write a dataset of an article a subject, asked in these wordings."""
        folder = self.folder / name
        folder.mkdir()
        corpus = [
            {"id": f"a{n}", "title": subject, "text": f"{subject}请看说明书第{n}页。"}
            for n, subject in enumerate(SUBJECTS)
        ]
        queries = [
            {"id": f"q{n}-{number}", "text": wording.format(subject)}
            for n, subject in enumerate(SUBJECTS)
            for number, wording in enumerate((*answered, *unanswered))
        ]
        for file, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
            (folder / file).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        labels = (f"q{n}-{number}\ta{n}\t1\n" for n in range(len(SUBJECTS)) for number in range(len(answered)))
        (folder / "qrels.tsv").write_text("".join(labels), "utf-8")
        return folder


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An empty shop."""
    skip_unless_prepared()
    return Shop(tmp_path)


def test_what_is_better_is_kept_in_a_new_generation_and_can_be_undone(shop: Shop) -> None:
    dataset = shop.write_dataset("half", answered=RIGHT, unanswered=UNANSWERED)
    printed = shop.succeed(dataset)
    newest = shop.generations()[0]
    assert f"kept in generation {newest.name}" in printed
    assert f"{len(SUBJECTS) * 5} questions, five folds" in printed
    verify_generation(newest, read_manifest(newest))
    learnt = read_learnt(newest / RECIPE_FILE)
    assert learnt is not None
    assert (learnt.questions, learnt.data_sha256) == (50, hash_datasets([load_dataset(dataset)]))
    # Of two in five that it can answer it must not be sure.
    assert learnt.recipe.curves[Audience.INTERNAL] != STANDARD.curves[Audience.INTERNAL]

    assert "the standard weights are back" in shop.succeed("--undo")
    assert shop.generations()[0] != newest
    assert read_learnt(shop.generations()[0] / RECIPE_FILE) is None


def test_undoing_where_nothing_was_learnt_does_no_harm(shop: Shop) -> None:
    shop.succeed("--undo")
    (generation,) = shop.generations()
    assert not (generation / RECIPE_FILE).exists()


def test_nothing_is_published_when_the_standard_weights_do_as_well(shop: Shop) -> None:
    printed = shop.succeed(shop.write_dataset("right", answered=(*RIGHT, *UNANSWERED)))
    assert "not kept: the standard weights do as well" in printed
    assert shop.generations() == []


def test_too_few_questions_are_refused_and_nothing_is_published(shop: Shop) -> None:
    error = shop.run(shop.write_dataset("few", answered=RIGHT)).exception
    assert isinstance(error, TooFewQuestions)
    assert error.message == f"There are 20 labelled questions; at least {FEWEST_QUESTIONS} are needed."
    assert shop.generations() == []


def test_leaving_each_out_shows_every_dataset_and_keeps_nothing(shop: Shop) -> None:
    datasets = [
        shop.write_dataset(name, answered=RIGHT, unanswered=UNANSWERED[:count])
        for name, count in (("first", 1), ("second", 2))
    ]
    printed = shop.succeed(*datasets, "--leave-one-out", "--limit", "12")
    for name in ("first", "second"):
        assert f"{name}, standard" in printed
        assert f"{name}, learnt from others" in printed
    assert shop.generations() == []


@pytest.mark.parametrize(
    ("count", "options", "said"),
    [
        (0, [], "Name a dataset to learn from"),
        (0, ["--leave-one-out"], "Name a dataset to learn from"),
        (1, ["--leave-one-out"], "name two datasets at least"),
    ],
)
def test_datasets_that_are_not_enough_are_asked_for(shop: Shop, count: int, options: list[str], said: str) -> None:
    datasets = [shop.write_dataset(f"d{number}", answered=RIGHT) for number in range(count)]
    error = shop.run(*datasets, *options).exception
    assert isinstance(error, InvalidInput)
    assert said in error.message


def test_two_datasets_of_one_name_are_refused(shop: Shop) -> None:
    dataset = shop.write_dataset("same", answered=RIGHT)
    assert isinstance(shop.run(dataset, dataset).exception, DatasetUnusable)
