"""Adapting a tiny encoder to a tiny shop: kept where it is better, as it was where it is not, undone on request."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from eval.adaptation.adapter import Outcome
from eval.compare import compare_runs
from index.adaptation.adopted import find_serving, undo_adoption
from index.adaptation.lessons import TooLittleToLearn
from index.follower import LiveIndex
from index.opening import open_encoder
from index.prepared import find_prepared
from kb.articles.service import save_article
from tests.eval.adaptation.tiny_shop import NOW, Shop, make_shop
from tests.fakes import make_article

ROOT = Path(__file__).parents[3]
# Where each process kills itself, in the order in which they go on from one another.
MOMENTS = (
    *(
        "mine:40",
        "train:5",
        "save:20",
        "train:35",
        "saved:40",
        "blend:2",
        "export:0",
        "export:1",
        "before:20",
    ),
    *("build", "adopt:0"),
)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop before it adapts, to be copied."""
    torch = pytest.importorskip("torch", reason="needs the `adapt` extra")
    torch.set_num_threads(1)  # For matrices this small a second thread waits more than it works.
    return make_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop(untouched: Shop, tmp_path: Path) -> Shop:
    """A shop before it adapts."""
    return copy_shop(untouched, tmp_path / "shop")


@pytest.fixture(scope="module")
def adapted(untouched: Shop, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Outcome]:
    """A shop that has adapted its encoder, and how that went."""
    shop = copy_shop(untouched, tmp_path_factory.mktemp("adapted") / "shop")
    return shop, adapt(shop)


def copy_shop(shop: Shop, target: Path) -> Shop:
    """Copy a shop's data and labels; the model stays where it is, as its place is part of its name."""
    shutil.copytree(shop.settings.data_dir, target / "data")
    shutil.copytree(shop.labels, target / "labels")
    return Shop(shop.settings.model_copy(update={"data_dir": target / "data"}), target / "labels")


def adapt(shop: Shop) -> Outcome:
    """Adapt, nothing interrupting."""
    database = shop.open()
    try:
        return shop.make_adapter(database).adapt()
    finally:
        database.close()


def test_a_better_encoder_is_kept_with_a_generation_of_its_own(adapted: tuple[Shop, Outcome]) -> None:
    shop, outcome = adapted
    assert outcome.verdict.is_kept, outcome.verdict
    (comparison,) = outcome.comparisons
    assert len(comparison.before.records) >= 30
    assert find_serving(shop.settings).parent == shop.settings.encoders_dir
    database = shop.open()
    generation = shop.find_generation(database)
    database.close()
    assert generation is not None
    assert generation.name == outcome.generation


def test_no_held_out_text_was_trained_on(adapted: tuple[Shop, Outcome], shop: Shop) -> None:
    (comparison,) = adapted[1].comparisons
    measured = {record.text for record in comparison.before.records}
    measured |= {title for record in comparison.before.records for title in record.titles.values()}
    database = shop.open()
    adapter = shop.make_adapter(database)
    with adapter.place.hold():
        adapter.place.begin({}, restart=False)
        lessons = adapter.learn(adapter.load_bases())
    database.close()
    trained = {text.partition(": ")[2] for row in lessons.rows for text in (row.question, row.right, row.wrong)}
    assert len(trained) > 100
    assert not measured & trained
    assert not {trial.question.partition(": ")[2] for trial in lessons.trials} & (measured | trained)


def test_who_serves_already_keeps_its_encoder_and_generation_until_restarted(shop: Shop) -> None:
    database = shop.open()
    live = LiveIndex(database, open_encoder(shop.settings), shop.settings.generations_dir, clock=lambda: NOW)
    before = live.open().generation
    assert adapt(shop).verdict.is_kept
    with database.write() as session:
        save_article(session, make_article(id="new", title="b3 b4", questions=[], body="c3"), now=NOW)
    after = live.snapshot()
    assert after.generation == before
    assert len(after.catalogue) == 2
    live.close()
    restarted = LiveIndex(database, open_encoder(shop.settings), shop.settings.generations_dir, clock=lambda: NOW)
    assert restarted.open().generation != before
    restarted.close()
    database.close()


def test_undoing_serves_the_old_generation_again(adapted: tuple[Shop, Outcome], tmp_path: Path) -> None:
    shop = copy_shop(adapted[0], tmp_path / "shop")
    database = shop.open()
    new = shop.find_generation(database)
    undo_adoption(shop.settings)
    old = shop.find_generation(database)
    database.close()
    assert find_serving(shop.settings) == find_prepared(shop.settings.model, shop.settings.model_dir)
    assert None not in (old, new)
    assert old != new


def test_an_encoder_that_is_not_better_is_discarded_and_everything_stays(
    shop: Shop, adapted: tuple[Shop, Outcome]
) -> None:
    (better,) = adapted[1].comparisons
    worse = compare_runs(better.after, better.before)
    database = shop.open()
    before = shop.find_generation(database)
    adapter = shop.make_adapter(database)
    folder = shop.settings.encoders_dir / "worse"
    folder.mkdir(parents=True)
    adapter.place.begin({}, restart=False)
    outcome = adapter.decide(adapted[1].trained, folder, (worse,))
    assert outcome.generation is None
    assert outcome.verdict.losses
    assert not folder.exists()
    assert shop.find_generation(database) == before
    assert find_serving(shop.settings) == find_prepared(shop.settings.model, shop.settings.model_dir)
    database.close()


def test_too_few_questions_are_refused_before_anything_is_trained(shop: Shop) -> None:
    lines = (shop.labels / "queries.jsonl").read_text().splitlines()[:20]
    (shop.labels / "queries.jsonl").write_text("\n".join(lines))
    labels = (shop.labels / "qrels.tsv").read_text().splitlines()[:20]
    (shop.labels / "qrels.tsv").write_text("\n".join(labels))
    with pytest.raises(TooLittleToLearn, match="30 are needed"):
        adapt(shop)


@pytest.mark.crash
def test_killed_at_every_step_the_old_generation_serves_and_the_next_run_goes_on(shop: Shop) -> None:
    database = shop.open()
    generation, base = shop.find_generation(database), find_serving(shop.settings)
    for moment in MOMENTS:
        killed = run_child(shop, moment)
        assert killed.returncode == -signal.SIGKILL, (moment, killed.stderr)
        assert ("going on" in killed.stdout) == (moment != MOMENTS[0])
        assert find_serving(shop.settings) == base
        assert shop.find_generation(database) == generation
    killed = run_child(shop, "adopt:1")  # The very last moment: all is done, and no note of it.
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    # All that was left was to compare, to build and to keep.
    assert [line for line in killed.stdout.splitlines() if line in {"training", "exporting"}] == []
    finished = run_child(shop, "never")
    assert finished.returncode == 0, finished.stderr
    assert "kept True" in finished.stdout
    assert find_serving(shop.settings) != base
    assert list(shop.settings.encoders_dir.glob(".*")) == []
    database.close()


def run_child(shop: Shop, moment: str) -> subprocess.CompletedProcess[str]:
    """Adapt in a process of its own that kills itself at a moment."""
    settings = shop.settings
    command = [sys.executable, "-m", "tests.eval.adaptation.child", settings.model, str(settings.model_dir)]
    command += [str(settings.data_dir), str(shop.labels), moment]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_an_encoder_that_serves_is_never_removed_as_not_better(adapted: tuple[Shop, Outcome], tmp_path: Path) -> None:
    shop, (better,) = copy_shop(adapted[0], tmp_path / "shop"), adapted[1].comparisons
    serving = find_serving(shop.settings)
    database = shop.open()
    adapter = shop.make_adapter(database)
    adapter.place.begin({}, restart=True)
    # Trained again on the same lessons, the same encoder came out: no better than itself.
    outcome = adapter.decide(adapted[1].trained, serving, (compare_runs(better.after, better.after),))
    database.close()
    assert outcome.generation is None
    assert find_serving(shop.settings) == serving
    assert (serving / "model.onnx").is_file()
