"""Which encoder serves: the adapted one of the configured model, until that is undone or the model changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.adaptation.adopted import adopt, find_serving, sweep_encoders, undo_adoption
from index.prepared import (
    DESCRIPTION_FILE,
    EncoderDescription,
    ModelDamaged,
    ModelNotPrepared,
    find_prepared,
    folder_name,
    pointer_path,
)
from kb.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose model is prepared."""
    made = Settings(_env_file=None, data_dir=tmp_path / "data", model="shop/model", model_dir=tmp_path / "models")
    prepare(made, "first")
    return made


def prepare(settings: Settings, weights: str, *, int8: str | None = None) -> None:
    """Prepare the configured model with these weights."""
    folder = settings.model_dir / f"{folder_name(settings.model)}-{weights}-{int8}"
    write_encoder(folder, weights, int8=int8)
    pointer_path(settings.model, settings.model_dir).write_text(f'{{"folder": "{folder.name}"}}')


def write_encoder(folder: Path, weights: str, *, int8: str | None = None) -> Path:
    """Write what a prepared folder says about itself."""
    folder.mkdir(parents=True)
    sums = {"float32": weights, "int8": int8 or weights}
    description = EncoderDescription("model", 2, "", "", "mean", True, 8, 0, sums)
    (folder / DESCRIPTION_FILE).write_text(description.to_json())
    return folder


def adopt_new(settings: Settings, name: str) -> Path:
    """Adopt an encoder of this name."""
    folder = write_encoder(settings.encoders_dir / name, name)
    adopt(settings, folder)
    return folder


def test_without_an_adopted_encoder_the_configured_one_serves(settings: Settings) -> None:
    assert find_serving(settings) == find_prepared(settings.model, settings.model_dir)
    assert undo_adoption(settings) is None


def test_the_adopted_encoder_serves_until_that_is_undone(settings: Settings) -> None:
    adapted = adopt_new(settings, "one")
    assert find_serving(settings) == adapted
    assert undo_adoption(settings) == adapted
    assert find_serving(settings) == find_prepared(settings.model, settings.model_dir)


def test_undoing_goes_back_to_the_encoder_adopted_before(settings: Settings) -> None:
    first, second = (adopt_new(settings, name) for name in ("one", "two"))
    assert find_serving(settings) == second
    undo_adoption(settings)
    assert find_serving(settings) == first
    undo_adoption(settings)
    assert find_serving(settings) == find_prepared(settings.model, settings.model_dir)


def test_the_last_two_encoders_are_kept_and_leftovers_swept(settings: Settings) -> None:
    for name in ("one", "two", "three"):
        adopt_new(settings, name)
    (settings.encoders_dir / ".four.scratch").mkdir()
    (settings.encoders_dir / "five").mkdir()
    sweep_encoders(settings.encoders_dir, spare="five")
    assert sorted(path.name for path in settings.encoders_dir.iterdir()) == [
        "adopted.json",
        "five",
        "three",
        "two",
    ]


def test_another_configured_model_serves_itself(settings: Settings) -> None:
    adopt_new(settings, "one")
    other = settings.model_copy(update={"model": "shop/other"})
    with pytest.raises(ModelNotPrepared):
        find_serving(other)


def test_a_model_that_was_replaced_under_its_name_serves_itself(settings: Settings) -> None:
    adopt_new(settings, "one")
    prepare(settings, "second")
    assert find_serving(settings) == find_prepared(settings.model, settings.model_dir)


def test_a_base_whose_int8_file_was_made_anew_keeps_the_adapted_encoder(settings: Settings) -> None:
    adapted = adopt_new(settings, "one")
    prepare(settings, "first", int8="made by a newer program")
    assert find_serving(settings) == adapted


def test_a_replica_needs_the_adapted_encoder_alone(settings: Settings) -> None:
    adapted = adopt_new(settings, "one")
    replica = settings.model_copy(update={"model_dir": settings.model_dir.with_name("empty")})
    assert find_serving(replica) == adapted


def test_an_adopted_encoder_that_is_gone_is_named_with_the_way_back(settings: Settings) -> None:
    adopt_new(settings, "one").rename(settings.encoders_dir / "moved")
    with pytest.raises(ModelDamaged, match="xianzhi index adapt --undo"):
        find_serving(settings)
