"""The doctor tells what is wrong with a knowledge base, mends what a rebuild mends, and touches nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from index.build import Builder
from index.doctor.database import examine_database
from index.doctor.encoders import examine_encoders
from index.doctor.examination import examine
from index.doctor.generations import examine_generations
from index.doctor.observation import Level, Observation, Part, Repair, find_wrong
from index.doctor.repair import RepairRefused, needs_repair, repair
from index.doctor.surroundings import examine_surroundings
from index.generation import ITEMS_FILE, list_generations, read_manifest, write_manifest
from kb.articles.models import Audience
from kb.audit.models import Act, AuditAction, AuditOutcome, Caller
from kb.audit.trail import AuditTrail
from kb.checksums import file_sha256
from kb.database import Database
from kb.settings import Settings
from tests.fakes import Desk, find_faults, make_article, make_case

damaged = pytest.mark.leaves_damage


@pytest.fixture
def built(desk: Desk) -> Desk:
    """A knowledge base of an article, an internal one and a case, with one generation."""
    desk.save(make_article(), make_article(id="internal", title="内部口径", audience=Audience.INTERNAL), make_case())
    build(desk)
    return desk


def build(desk: Desk) -> Path:
    """Build a generation and return its folder."""
    manifest = Builder(desk.database, desk.encoder, desk.live.folder).build(now=desk.clock())
    return desk.live.folder / manifest.name


def look(desk: Desk) -> list[Observation]:
    """Return what the doctor says of database and index."""
    digest = desk.encoder.fingerprint.digest()
    return [
        *examine_database(desk.database),
        *examine_generations(desk.database, desk.live.folder, encoder=digest),
    ]


def mend(desk: Desk) -> None:
    """Repair what was found, as the command does."""
    observations = look(desk)
    assert needs_repair(observations)
    repair(observations, lambda: Builder(desk.database, desk.encoder, desk.live.folder), now=desk.clock())


def execute(database: Database, statement: str) -> None:
    """Change the database as nobody should: past the program."""
    with database.engine.begin() as connection:
        connection.execute(text(statement))


def test_whole_knowledge_base_is_well(built: Desk) -> None:
    observations = look(built)
    assert find_wrong(observations) == []
    assert [one.part for one in observations] == [Part.DATABASE, Part.DATABASE, Part.AUDIT, Part.INDEX]
    assert "equals the database: 3 items." in observations[-1].what


def test_what_changed_since_the_build_is_told_and_not_held_against_it(built: Desk) -> None:
    built.save(make_article(title="新标题"), make_article(id="new"))
    (index,) = (one for one in look(built) if one.part is Part.INDEX)
    assert index.level is Level.WELL
    assert "2 changed since" in index.what


def test_empty_knowledge_base_without_an_index_is_well(desk: Desk) -> None:
    (index,) = (one for one in look(desk) if one.part is Part.INDEX)
    assert (index.level, index.repair) == (Level.NOTE, None)


def test_damaged_generation_is_set_aside_and_built_anew(built: Desk) -> None:
    (folder,) = list_generations(built.live.folder)
    (folder / "passages.npy").write_bytes(b"")
    wrong = find_wrong(look(built))
    assert [one.repair for one in wrong] == [Repair.SET_ASIDE, Repair.REBUILD]
    assert "passages.npy" in wrong[0].what
    assert folder.is_dir(), "looking changes nothing"
    mend(built)
    assert find_wrong(look(built)) == []
    notes = [one for one in look(built) if one.level is Level.NOTE]
    assert [one.subject for one in notes] == [f"damaged-{folder.name}"]


def test_an_older_generation_that_is_damaged_is_wrong_though_it_does_not_serve(built: Desk) -> None:
    (older,) = list_generations(built.live.folder)
    build(built)
    (older / "words.txt").write_text("")
    assert [one.subject for one in find_wrong(look(built))] == [older.name]
    mend(built)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE article_versions SET audience = 'public' WHERE article_id = 'internal'",
        "UPDATE article_versions SET body = '别的' WHERE article_id = 'internal'",
        "UPDATE article_versions SET status = 'withdrawn' WHERE article_id = 'internal'",
        "UPDATE article_versions SET version = 7 WHERE article_id = 'internal'",
    ],
)
def test_generation_that_differs_from_the_database_is_found_and_built_anew(built: Desk, statement: str) -> None:
    execute(built.database, statement)
    (wrong,) = find_wrong(look(built))
    assert "differs from the database in 1: article internal." in wrong.what
    mend(built)


def test_generation_that_was_forged_with_right_checksums_is_found(built: Desk) -> None:
    (folder,) = list_generations(built.live.folder)
    items = folder / ITEMS_FILE
    items.write_text(items.read_text("utf-8").replace('"internal","language"', '"public","language"'), "utf-8")
    manifest = read_manifest(folder)
    write_manifest(folder, replace(manifest, files={name: file_sha256(folder / name) for name in manifest.files}))
    assert "article internal" in find_wrong(look(built))[0].what
    mend(built)


def test_state_that_the_database_was_taken_back_from_is_removed(built: Desk) -> None:
    built.save(make_article(id="lost", title="恢复后不存在"))
    lost = build(built)
    execute(built.database, "DELETE FROM article_versions WHERE article_id = 'lost'")
    execute(built.database, "DELETE FROM articles WHERE id = 'lost'")
    execute(built.database, "DELETE FROM changes WHERE item_id = 'lost'")
    assert "taken back" in find_wrong(look(built))[0].what
    mend(built)
    assert not lost.exists()


@damaged
def test_generation_of_another_encoder_or_database_is_named_and_left_alone(
    built: Desk, make_desk: Callable[[Database], Desk], make_database: Callable[[], Database]
) -> None:
    digests = examine_generations(built.database, built.live.folder, encoder="another")
    other = make_desk(make_database())
    other.save(make_article())
    strangers = examine_generations(other.database, built.live.folder, encoder=built.encoder.fingerprint.digest())
    for told, words in ((list(digests), "another encoder"), (list(strangers), "another database")):
        assert words in told[0].what
        assert (told[0].level, told[1].repair) == (Level.NOTE, Repair.REBUILD)


@damaged
def test_item_that_the_change_log_does_not_tell_of_is_wrong_and_nothing_is_rebuilt_from_it(built: Desk) -> None:
    execute(built.database, "DELETE FROM changes WHERE item_id = 'internal'")
    observations = look(built)
    assert "article internal" in find_wrong(observations)[0].what
    (folder,) = list_generations(built.live.folder)
    with pytest.raises(RepairRefused, match="not whole"):
        repair(observations, lambda: pytest.fail("no builder is needed"), now=built.clock())
    assert folder.is_dir()


@damaged
def test_damaged_database_file_is_found_and_never_repaired_over(built: Desk) -> None:
    path = Path(str(built.database.url.database))
    execute(built.database, "PRAGMA wal_checkpoint(TRUNCATE)")
    built.database.close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 6] = bytes(4096 * 3)
    path.write_bytes(content)
    (first, *_) = find_wrong(list(examine_database(built.database)))
    assert first.part is Part.DATABASE
    assert "restore" in first.remedy


@damaged
def test_orphaned_row_is_found(built: Desk) -> None:
    with built.database.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("DELETE FROM articles WHERE id = 'internal'")
    wrong = find_wrong(list(examine_database(built.database)))
    assert "1 rows belong to nothing, in article_versions" in wrong[0].what


def test_trail_that_was_changed_is_found(make_database: Callable[[], Database]) -> None:
    database = make_database()
    AuditTrail(database).note(Act(Caller("wang", None, "r1"), AuditAction.LOOKUP, "x"), AuditOutcome.NONE)
    with database.engine.begin() as connection:
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit SET actor = 'li'")
    (wrong,) = find_wrong(list(examine_database(database)))
    assert (wrong.part, "Row 1 was changed" in wrong.what) == (Part.AUDIT, True)


def test_database_of_an_older_version_is_found_and_not_migrated(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    (wrong,) = find_wrong(list(examine_database(database)))
    assert "schema" in wrong.what
    assert not database.is_migrated()
    database.close()


def test_file_that_is_no_database_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "old.db").write_bytes(b"not a database" * 400)
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    (wrong,) = find_wrong(list(examine_database(database)))
    assert "cannot be read" in wrong.what
    database.close()


def make_settings(folder: Path, **values: Any) -> Settings:
    """Return settings of a data folder, with nothing taken from the environment's file."""
    return Settings(_env_file=None, data_dir=folder, model_dir=folder / "models", **values)


def test_looking_at_a_folder_without_a_database_makes_none(tmp_path: Path) -> None:
    told = list(examine(make_settings(tmp_path)))
    assert [one.part for one in find_wrong(told)] == [Part.ENCODER, Part.DATABASE]
    assert list(tmp_path.iterdir()) == []


def test_encoder_whose_pointer_is_damaged_is_found(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    settings.encoders_dir.mkdir()
    (settings.encoders_dir / "adopted.json").write_text("{")
    assert "cannot be read" in find_wrong(list(examine_encoders(settings)))[0].what


def test_dangerous_settings_and_rights_are_found(tmp_path: Path) -> None:
    (tmp_path / "xianzhi.db").touch()
    (tmp_path / ".env").touch()
    os.chmod(tmp_path / "xianzhi.db", 0o666)
    os.chmod(tmp_path / ".env", 0o644)
    settings = make_settings(
        tmp_path,
        now="2026-11-20T10:00:00+08:00",
        api_key="short",
        host_origins="http://desk.example.com http://localhost:3000",
    )
    wrong = find_wrong(list(examine_surroundings(settings, environment_file=tmp_path / ".env")))
    assert [one.part for one in wrong] == [Part.SETTINGS] * 5
    said = " ".join(one.what for one in wrong)
    for words in ("write to", ".env", "stands still", "can be guessed", "http://desk.example.com"):
        assert words in said


@pytest.mark.parametrize(
    ("settings", "has_stored_key", "expected"),
    [
        ({}, False, [(Level.NOTE, "No key is set")]),
        ({"keys_required": True}, False, [(Level.WRONG, "XIANZHI_KEYS_REQUIRED is set")]),
        ({}, True, [(Level.NOTE, "The keys are in the database alone")]),
        ({"keys_required": True}, True, []),
        ({"api_keys": "wang:agent:0123456789abcdef"}, True, []),
    ],
)
def test_where_nobody_would_be_asked_for_a_key_it_is_said(
    tmp_path: Path, settings: dict[str, Any], has_stored_key: bool, expected: list[tuple[Level, str]]
) -> None:
    nowhere = tmp_path / ".env"
    surroundings = make_settings(tmp_path, **settings)
    told = list(examine_surroundings(surroundings, environment_file=nowhere, has_stored_key=has_stored_key))
    of_keys = [one for one in told if one.part is Part.SETTINGS]
    assert [one.level for one in of_keys] == [level for level, _ in expected]
    assert all(one.what.startswith(said) for one, (_, said) in zip(of_keys, expected, strict=True))


def test_usual_settings_of_a_locked_folder_are_well(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o700)
    settings = make_settings(tmp_path, api_keys="wang:agent:0123456789abcdef")
    told = list(examine_surroundings(settings, environment_file=tmp_path / ".env"))
    assert [(one.part, one.level) for one in told] == [(Part.DISK, Level.WELL)]


def test_every_test_that_builds_an_index_is_followed_by_this_look(built: Desk) -> None:
    assert find_faults(built) == []
    (folder,) = list_generations(built.live.folder)
    content = (folder / "texts.bin").read_bytes()
    (folder / "texts.bin").write_bytes(content[:-1])
    assert len(find_faults(built)) == 2
    (folder / "texts.bin").write_bytes(content)
