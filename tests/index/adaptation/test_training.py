"""Training a tiny random BERT: what moves, what stays, and what a run that is taken up again does."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from index.adaptation.lessons import Lessons, Row, TooLittleToLearn, Trial, read_lessons, write_lessons
from index.adaptation.schedule import MODEL_FOLDER, Schedule, Trained, read_trained
from index.adaptation.workplace import Workplace
from tests.index.adaptation.tiny_bert import write_tiny_bert

# In this language a5 is asked for where b5 is told.
NAMES = [f"{first} {second}" for first, second in combinations(range(8), 2)]
TRAINED, HELD_OUT = NAMES[:20], NAMES[20:]
SCHEDULE = Schedule(epochs=10, batch=8, learning_rate=5e-3, check_steps=3, patience=9)


def say(prompt: str, letter: str, name: str) -> str:
    """Return a text of two words."""
    return prompt + " ".join(letter + number for number in name.split())


LESSONS = Lessons(
    rows=tuple(
        Row(say("ask: ", "a", name), say("tell: ", "b", name), say("tell: ", "b", TRAINED[place - 1]), name)
        for place, name in enumerate(TRAINED)
    ),
    trials=tuple(Trial(say("ask: ", "a", name), (number,), ()) for number, name in enumerate(HELD_OUT)),
    pool=tuple((number, say("tell: ", "b", name)) for number, name in enumerate([*HELD_OUT, *TRAINED])),
    trained=frozenset(TRAINED),
)


class Stopped(Exception):
    """The power went off."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model before it learns."""
    return write_tiny_bert(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def finished(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, Trained]:
    """A training that nothing interrupted."""
    place = Workplace(tmp_path_factory.mktemp("finished"))
    return place, run(source, place)


def run(
    source: Path, place: Workplace, *, stop_at: tuple[str, int] | None = None, steps: list[int] | None = None
) -> Trained:
    """Train until the power goes off, noting every step."""
    from index.adaptation.training import train

    def report(step: str, done: int, total: int) -> None:
        if step == "train" and steps is not None:
            steps.append(done)
        if (step, done) == stop_at:
            raise Stopped

    return train(str(source), LESSONS, SCHEDULE, place, on_progress=report)


def test_training_finds_what_was_never_trained_on(finished: tuple[Workplace, Trained]) -> None:
    trained = finished[1]
    assert trained.is_better
    assert trained.blends[trained.alpha] == max(trained.blends.values())
    assert set(trained.blends) == {0.3, 0.5, 0.7, 1.0}


def test_the_curves_hold_losses_and_every_check(finished: tuple[Workplace, Trained]) -> None:
    checks = finished[1].checks
    assert [check.step for check in checks if check.ndcg is not None][:3] == [3, 6, 9]
    losses = [check.loss for check in checks if check.loss is not None]
    assert losses[-1] < losses[0]
    assert read_trained(finished[0].trained) == finished[1]


def test_the_table_of_words_stays_and_the_rest_moves(source: Path, finished: tuple[Workplace, Trained]) -> None:
    from safetensors.numpy import load_file

    before = load_file(str(source / "model.safetensors"))
    after = load_file(str(finished[0].trained / MODEL_FOLDER / "model.safetensors"))
    moved = {name for name in before if (before[name] != after[name]).any()}
    assert not any("word_embeddings" in name for name in moved)
    assert any("attention" in name for name in moved)


def test_a_killed_training_goes_on_and_ends_as_if_nothing_had_happened(
    source: Path, finished: tuple[Workplace, Trained], tmp_path: Path
) -> None:
    place = Workplace(tmp_path)
    with pytest.raises(Stopped):
        run(source, place, stop_at=("train", 11))
    steps: list[int] = []
    again = run(source, place, steps=steps)
    assert steps[0] == 10
    assert again.checks == finished[1].checks
    assert again.blends == finished[1].blends


def test_a_checkpoint_cut_off_while_it_was_written_is_not_taken_up(source: Path, tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    with pytest.raises(Stopped):
        run(source, place, stop_at=("save", 6))
    assert (place.checkpoints / "checkpoint-6").is_dir()
    assert run(source, place).is_better


def test_lessons_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_lessons(tmp_path / "lessons.json", LESSONS)
    assert read_lessons(tmp_path / "lessons.json") == LESSONS


def test_joined_lessons_keep_their_items_apart() -> None:
    joined = LESSONS.join(LESSONS)
    assert len({item for item, _ in joined.pool}) == 2 * len(NAMES)
    first = joined.trials[len(HELD_OUT)]
    assert joined.pool[[item for item, _ in joined.pool].index(first.right[0])][1] == LESSONS.pool[0][1]


def test_too_few_pairs_are_refused() -> None:
    with pytest.raises(TooLittleToLearn, match="20 pairs to train on and 0 questions"):
        Lessons(LESSONS.rows, (), (), frozenset()).check()
