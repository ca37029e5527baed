"""Backups: made while others write, whole or not there, verified, and restored into an empty folder only."""

from __future__ import annotations

import random
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.articles.service import save_article
from kb.backup.copying import BackupUnsupported
from kb.backup.making import TargetTaken, make_backup
from kb.backup.manifest import MANIFEST_FILE, BackupDamaged, BackupManifest, read_manifest, write_manifest
from kb.backup.restoring import FolderNotEmpty, restore_backup
from kb.changes import get_revision
from kb.database import Database
from kb.errors import InvalidInput
from kb.identity import ensure_identity
from kb.settings import Settings
from tests.fakes import make_article
from xianzhi import app as command_line

ARTICLES = 5
WRITES = 40


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite_file: Path) -> Settings:
    """Settings of a data folder with an empty database, a generation, what is being built, and an adapted encoder."""
    data = tmp_path / "data"
    files = {
        "generations/g0000000005-1/words.txt": "退货",
        "generations/.g0000000006-1.abc/words.txt": "half",
        "generations/damaged-g0000000004-1/words.txt": "?",
        "generations/.build.lock": "",
        "encoders/abc/encoder.json": "{}",
        "encoders/adopted.json": '{"folders": ["abc"]}',
        "live/live-x/words.txt": "private",
    }
    for name, text in files.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text, "utf-8")
    shutil.copyfile(empty_sqlite_file, data / "xianzhi.db")
    return Settings(_env_file=None, data_dir=data)


@pytest.fixture
def database(settings: Settings, now: datetime) -> Database:
    """The database of these settings, with some articles."""
    database = Database(settings.resolved_database_url)
    ensure_identity(database)
    for number in range(ARTICLES):
        save(database, f"a{number}", now)
    return database


def save(database: Database, article_id: str, now: datetime) -> None:
    """Store an article."""
    with database.write() as session:
        save_article(session, make_article(id=article_id), now=now)


def say_nothing(_step: str, _done: int, _total: int) -> None:
    """Take progress."""


def back_up(database: Database, settings: Settings, target: Path, now: datetime) -> BackupManifest:
    """Make a backup."""
    return make_backup(database, settings, target, now=now, on_progress=say_nothing)


def restore(source: Path, data: Path) -> Settings:
    """Restore a backup into a folder, and return the settings of that."""
    settings = Settings(_env_file=None, data_dir=data)
    restore_backup(source, settings, on_progress=say_nothing)
    return settings


def list_ids(path: Path) -> set[str]:
    """Return the ids of the articles in a database file."""
    with sqlite3.connect(path) as connection:
        found = {str(row[0]) for row in connection.execute("SELECT id FROM articles")}
    connection.close()
    return found


@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_backup_comes_back_with_all_that_was_published(
    database: Database, settings: Settings, tmp_path: Path, now: datetime, name: str
) -> None:
    manifest = back_up(database, settings, tmp_path / name, now)
    assert (manifest.tables["articles"], manifest.made_at) == (ARTICLES, now.isoformat())
    restored = restore(tmp_path / name, tmp_path / "new")
    files = {path.relative_to(restored.data_dir).as_posix() for path in restored.data_dir.rglob("*") if path.is_file()}
    assert files == {
        "xianzhi.db",
        "generations/g0000000005-1/words.txt",
        "encoders/abc/encoder.json",
        "encoders/adopted.json",
    }
    copy = Database(restored.resolved_database_url)
    assert ensure_identity(copy) == ensure_identity(database)
    save(copy, "later", now)
    with copy.read() as session:
        assert get_revision(session) == ARTICLES + 1
    copy.close()


@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_nobody_else_may_read_a_backup(
    database: Database, settings: Settings, tmp_path: Path, now: datetime, name: str
) -> None:
    back_up(database, settings, tmp_path / name, now)
    for path in (tmp_path / name, *(tmp_path / name).rglob("*")):
        assert path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) == 0


def test_backup_made_while_others_write_is_one_moment(
    database: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    writer = Database(settings.resolved_database_url)
    told: list[str] = []

    def write() -> None:
        for number in range(WRITES):
            save(writer, f"w{number}", now)
            told.append(f"w{number}")

    thread = threading.Thread(target=write)
    thread.start()
    for number in range(3):
        before = set(told)
        back_up(database, settings, tmp_path / f"backup-{number}", now)
        held = {name for name in list_ids(tmp_path / f"backup-{number}" / "xianzhi.db") if name.startswith("w")}
        # Whatever was acknowledged before it began is in it, and nothing without what came before.
        assert before <= held == {f"w{n}" for n in range(len(held))}
    thread.join()
    writer.close()


def test_a_name_that_is_taken_is_refused_and_left_alone(
    database: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    (tmp_path / "taken.tar").write_text("mine")
    for name in ("taken.tar", "data"):
        with pytest.raises(TargetTaken):
            back_up(database, settings, tmp_path / name, now)
    assert (tmp_path / "taken.tar").read_text() == "mine"


@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_backup_that_fails_half_way_leaves_nothing(
    database: Database, settings: Settings, tmp_path: Path, now: datetime, name: str
) -> None:
    def fail(step: str, _done: int, _total: int) -> None:
        if step == "verify":
            raise OSError(28, "No space left on device")

    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(OSError, match="No space"):
        make_backup(database, settings, tmp_path / name, now=now, on_progress=fail)
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.postgres
def test_postgres_is_refused_with_the_tool_to_use(
    postgres_database: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(BackupUnsupported, match="pg_dump"):
        back_up(postgres_database, settings, tmp_path / "backup", now)
    assert not (tmp_path / "backup").exists()


def test_any_damage_of_a_backup_is_noticed_and_nothing_is_restored(
    database: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    manifest, choices = back_up(database, settings, tmp_path / "backup", now), random.Random(3)
    damages: list[Callable[[Path], object]] = [
        Path.unlink,
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(flip_bit(path.read_bytes(), choices)),
    ]
    for number, (name, damage) in enumerate((n, d) for n in [MANIFEST_FILE, *manifest.files] for d in damages):
        copy = Path(shutil.copytree(tmp_path / "backup", tmp_path / f"copy-{number}"))
        damage(copy / name)
        with pytest.raises(BackupDamaged):
            restore(copy, tmp_path / "new")
        assert list((tmp_path / "new").iterdir()) == [], name


def test_files_that_a_backup_does_not_name_are_not_restored(
    database: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    back_up(database, settings, tmp_path / "backup", now)
    (tmp_path / "backup" / "foreign").write_text("?")
    assert not (restore(tmp_path / "backup", tmp_path / "new").data_dir / "foreign").exists()


def test_manifest_that_names_files_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    for name in ("/etc/hostname", "../outside", "generations/../../outside"):
        write_manifest(tmp_path / "backup", BackupManifest("2026-11-15", None, {}, {name: "0" * 64}))
        with pytest.raises(BackupDamaged, match="outside"):
            read_manifest(tmp_path / "backup")


def flip_bit(content: bytes, choices: random.Random) -> bytes:
    """Return the content with one bit turned."""
    changed = bytearray(content)
    changed[choices.randrange(len(changed))] ^= 1 << choices.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_archive_that_was_cut_off_is_noticed(
    database: Database, settings: Settings, tmp_path: Path, now: datetime, share: float
) -> None:
    back_up(database, settings, tmp_path / "backup.tar", now)
    content = (tmp_path / "backup.tar").read_bytes()
    (tmp_path / "backup.tar").write_bytes(content[: int(share * len(content))])
    with pytest.raises(BackupDamaged):
        restore(tmp_path / "backup.tar", tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_archive_that_reaches_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("?")
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.add(tmp_path / "x", arcname="../../outside")
    with pytest.raises(BackupDamaged):
        restore(tmp_path / "evil.tar", tmp_path / "new")
    assert not (tmp_path.parent / "outside").exists()


def test_restoring_over_anything_is_refused(
    database: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    back_up(database, settings, tmp_path / "backup", now)
    with pytest.raises(FolderNotEmpty, match="encoders"):
        restore(tmp_path / "backup", settings.data_dir)
    assert len(list_ids(settings.data_dir / "xianzhi.db")) == ARTICLES


def test_a_restore_that_was_killed_is_swept_away_by_the_next(
    database: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    back_up(database, settings, tmp_path / "backup", now)
    # The generations had been moved in, the database had not.
    for name in (".restore-abc/whole/xianzhi.db", "generations/g0000000001-1/half"):
        (tmp_path / "new" / name).parent.mkdir(parents=True)
        (tmp_path / "new" / name).write_text("?")
    restored = restore(tmp_path / "backup", tmp_path / "new")
    assert sorted(path.name for path in restored.data_dir.iterdir()) == ["encoders", "generations", "xianzhi.db"]
    assert [path.name for path in restored.generations_dir.iterdir()] == ["g0000000005-1"]


def test_what_is_no_backup_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no backup"):
        restore(tmp_path / "nothing.tar", tmp_path / "new")
    (tmp_path / "text.tar").write_text("hello")
    for source in (tmp_path / "text.tar", tmp_path):
        with pytest.raises(BackupDamaged):
            restore(source, tmp_path / "other")


def test_restoring_beside_a_database_that_is_set_elsewhere_is_refused(
    database: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    back_up(database, settings, tmp_path / "backup", now)
    other = Settings(_env_file=None, data_dir=tmp_path / "new", database_url="sqlite:////elsewhere/x.db")
    with pytest.raises(BackupUnsupported, match="XIANZHI_DATABASE_URL"):
        restore_backup(tmp_path / "backup", other, on_progress=say_nothing)


def test_the_commands_back_up_and_restore(database: Database, settings: Settings, tmp_path: Path) -> None:
    runner = CliRunner()

    def run(data: Path, *words: str) -> str:
        return runner.invoke(
            command_line, list(words), env={"XIANZHI_DATA_DIR": str(data), "XIANZHI_DATABASE_URL": ""}
        ).output

    target = str(tmp_path / "backup")
    assert f"{ARTICLES} articles" in run(settings.data_dir, "backup", target)
    assert f"{ARTICLES} articles" in run(tmp_path / "new", "restore", target)
    result = runner.invoke(command_line, ["backup", target + "2"], env={"XIANZHI_DATA_DIR": str(tmp_path / "none")})
    assert "There is no database" in str(result.exception)
    assert not (tmp_path / "none").exists()
