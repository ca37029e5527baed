"""A base that is kept is served again only where it is the one that would be built."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from eval.bench.kept import (
    BUILT_FILE,
    DATABASE_FILE,
    GENERATIONS,
    Built,
    Origin,
    describe_origin,
    find_built,
    get_generation,
    write_built,
)
from eval.bench.multiplied import Pieces
from index.build import Builder
from kb.articles.service import save_article
from kb.database import Database
from kb.errors import InvalidInput
from tests.fakes import FakeEncoder, make_article

PIECES = Pieces(titles=("怎么退货",), sentences=("七天内可以退货。",))
ORIGIN = describe_origin(PIECES, FakeEncoder.fingerprint)
BUILT = Built(origin=ORIGIN, build_seconds=1.5, build_megabytes=800.0, encode_seconds=9.0, bytes_a_passage=4_096.0)


def test_what_building_took_is_read_again(tmp_path: Path) -> None:
    assert find_built(tmp_path, ORIGIN) is None
    write_built(tmp_path, BUILT)
    assert find_built(tmp_path, ORIGIN) == BUILT


def test_another_sentence_makes_another_base() -> None:
    more = Pieces(PIECES.titles, (*PIECES.sentences, "运费15元。"))
    assert describe_origin(more, FakeEncoder.fingerprint).texts != ORIGIN.texts
    assert describe_origin(PIECES, FakeEncoder.fingerprint) == ORIGIN


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"texts": "another"}, "texts of another dataset"),
        ({"encoder": "another"}, "vectors of another encoder"),
        ({"format": -1}, "files of another format"),
        ({"texts": "another", "format": -1}, "texts of another dataset and files of another format"),
    ],
)
def test_a_base_of_another_origin_is_refused(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    write_built(tmp_path, BUILT)
    with pytest.raises(InvalidInput, match=f"holds {said}. Remove this folder"):
        find_built(tmp_path, ORIGIN.model_copy(update=changes))


def test_a_base_that_does_not_say_what_it_is_made_of_is_refused(tmp_path: Path) -> None:
    (tmp_path / BUILT_FILE).write_text('{"build_seconds": 1.5}', encoding="utf-8")
    with pytest.raises(InvalidInput, match="does not say"):
        find_built(tmp_path, ORIGIN)


def test_a_base_that_was_never_finished_is_refused(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).touch()
    with pytest.raises(InvalidInput, match="never finished"):
        find_built(tmp_path, ORIGIN)


def test_the_newest_of_several_generations_is_measured_and_none_of_another_encoder(
    tmp_path: Path, now: datetime
) -> None:
    database = Database(f"sqlite:///{tmp_path / DATABASE_FILE}")
    try:
        database.migrate()
        with database.write() as session:
            save_article(session, make_article(), now=now)
        builder = Builder(database, FakeEncoder(), tmp_path / GENERATIONS)
        builder.build(now=now)
        newest = builder.build(now=now).name
    finally:
        database.close()
    assert get_generation(tmp_path, ORIGIN) == tmp_path / GENERATIONS / newest
    with pytest.raises(InvalidInput, match="no generation"):
        get_generation(tmp_path, Origin(texts="", encoder="another", format=ORIGIN.format))
