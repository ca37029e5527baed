"""Generations on disk: what is damaged is noticed, and what does not fit is never used."""

from __future__ import annotations

import random
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from index.build import Builder
from index.catalogue import make_catalogue, make_entry
from index.columns import ARRAYS
from index.generation import (
    MANIFEST_FILE,
    GenerationDamaged,
    Manifest,
    find_newest,
    list_generations,
    name_generation,
    open_catalogue,
    read_entries,
    read_manifest,
    revision_of,
    set_aside,
    verify_generation,
    write_catalogue,
    write_manifest,
)
from kb.articles.models import Audience, Basis
from kb.changes import ItemKind
from kb.orders.likeness import OrderFacts
from tests.fakes import Desk, make_article, make_case, make_item


@pytest.fixture
def built(desk: Desk, now: datetime) -> Path:
    """The folder of a generation of three items."""
    # The name is in no dictionary: without it one of the files would be empty, and no bit of it could flip.
    named = make_article(products=["青柚极光锅"])
    desk.save(named, make_article(id="b", title="发票抬头", body="可以重开。"), make_case())
    manifest = Builder(desk.database, desk.encoder, desk.live.folder).build(now=now)
    return desk.live.folder / manifest.name


def find(folder: Path, manifest: Manifest, **fields: object) -> Path | None:
    """Return the generation that is found for the database and encoder of this manifest."""
    wanted = {"database_id": manifest.database_id, "encoder": manifest.encoder, "up_to": manifest.revision, **fields}
    found = find_newest(folder, **wanted)  # type: ignore[arg-type]
    return found[0] if found else None


def copy_generation(built: Path, folder: Path) -> Path:
    """Return a copy of the generation in a folder of its own."""
    return Path(shutil.copytree(built, folder / built.name))


def test_manifest_names_every_file_with_its_checksum(built: Path) -> None:
    manifest = read_manifest(built)
    verify_generation(built, manifest)
    files = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert files == {*manifest.files, MANIFEST_FILE}
    assert (manifest.items, manifest.headings, manifest.passages, manifest.revision) == (3, 5, 3, 3)


def test_one_flipped_bit_in_any_file_is_noticed_and_set_aside(built: Path, tmp_path: Path) -> None:
    manifest, bits = read_manifest(built), random.Random(11)
    for number, name in enumerate([MANIFEST_FILE, *manifest.files]):
        damaged = copy_generation(built, tmp_path / str(number)) / name
        content = bytearray(damaged.read_bytes())
        content[bits.randrange(len(content))] ^= 1 << bits.randrange(8)
        damaged.write_bytes(content)
        assert find(tmp_path / str(number), manifest) is None, name
        assert [path.name for path in (tmp_path / str(number)).iterdir()] == [f"damaged-{built.name}"]


@pytest.mark.leaves_damage
def test_any_flipped_bit_of_the_manifest_is_noticed(built: Path) -> None:
    path = built / MANIFEST_FILE
    content, bits = path.read_bytes(), random.Random(12)
    for place in range(len(content)):
        flipped = content[place] ^ (1 << bits.randrange(8))
        path.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        with pytest.raises(GenerationDamaged):
            read_manifest(built)


@pytest.mark.leaves_damage
@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b"\xff", b'{"name": "x"}', b"[1, 2]", b'"text"'])
def test_manifest_that_is_none_is_noticed(built: Path, content: bytes) -> None:
    (built / MANIFEST_FILE).write_bytes(content)
    with pytest.raises(GenerationDamaged):
        read_manifest(built)


def test_missing_and_truncated_files_are_noticed(built: Path, tmp_path: Path) -> None:
    manifest = read_manifest(built)
    for number, name in enumerate([MANIFEST_FILE, *manifest.files]):
        for change in ("missing", "truncated"):
            folder = tmp_path / f"{change}-{number}"
            path = copy_generation(built, folder) / name
            content = path.read_bytes()
            path.unlink()
            if change == "truncated":
                path.write_bytes(content[:-1])
            assert find(folder, manifest) is None, (name, change)


def test_damaged_generation_is_rebuilt_when_it_is_opened(built: Path, desk: Desk) -> None:
    path = built / "passages.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert desk.find("发票抬头")[0] == "b"
    assert (desk.live.folder / f"damaged-{built.name}").is_dir()
    (rebuilt,) = list_generations(desk.live.folder)
    verify_generation(rebuilt, read_manifest(rebuilt))


def test_older_sound_generation_stands_in_for_a_damaged_one(built: Path, desk: Desk, now: datetime) -> None:
    desk.save(make_article(id="c", title="保修"))
    newer = Builder(desk.database, desk.encoder, desk.live.folder).build(now=now)
    (desk.live.folder / newer.name / "items.jsonl").unlink()
    assert find(desk.live.folder, newer) == built
    assert desk.find("保修")[0] == "c"


def test_setting_aside_what_is_already_gone_does_nothing(tmp_path: Path) -> None:
    set_aside(tmp_path / "g0000000001-1")
    assert list(tmp_path.iterdir()) == []


def test_generation_of_another_encoder_database_or_later_revision_is_not_used(built: Path) -> None:
    manifest = read_manifest(built)
    assert find(built.parent, manifest) == built
    assert find(built.parent, manifest, up_to=99) == built
    assert find(built.parent, manifest, encoder="another") is None
    assert find(built.parent, manifest, database_id="another") is None
    assert find(built.parent, manifest, up_to=manifest.revision - 1) is None
    assert built.is_dir()


def test_scratch_and_foreign_folders_are_no_generations(built: Path) -> None:
    for name in (".g0000000009-1.abc", "damaged-g0000000009-1", "live-xyz", "going"):
        (built.parent / name).mkdir()
    (built.parent / "g0000000009-2").write_text("a file")
    assert list_generations(built.parent) == [built]


def test_name_sorts_by_revision_then_time() -> None:
    names = [name_generation(revision) for revision in (9, 10, 10, 11)]
    assert sorted(names) == names
    assert [revision_of(name) for name in names] == [9, 10, 10, 11]


def test_name_sorts_behind_those_of_its_revision_though_the_clock_was_set_back() -> None:
    others = ["g0000000010-29991231T235959000000", "g0000000010-20200101T000000000000", "g0000000011-3"]
    first = name_generation(10, others=others)
    second = name_generation(10, others=[*others, first])
    assert "g0000000010-29991231T235959000000" < first < second < "g0000000011-3"
    assert name_generation(9, others=others).startswith("g0000000009-2")


def test_folder_that_was_renamed_to_a_later_revision_is_damaged(built: Path) -> None:
    manifest = read_manifest(built)
    built.rename(built.with_name("g0000000099-20300101T000000000000"))
    assert find(built.parent, manifest) is None


def test_file_that_nobody_published_makes_a_generation_damaged(built: Path) -> None:
    manifest = read_manifest(built)
    (built / ".nfs0001").write_text("left by a file system")
    assert find(built.parent, manifest) == built
    (built / "recipe.json").write_text("{}")
    assert find(built.parent, manifest) is None


def test_entries_are_read_back_as_they_were_written(tmp_path: Path, now: datetime) -> None:
    items = [
        make_item("甲", category=("售后", "退货"), audience=Audience.INTERNAL, basis=Basis.ORDER, effective_from=now),
        make_item("b", kind=ItemKind.CASE, language="en"),
        make_item(
            "d", kind=ItemKind.CASE, outcome="reopened", remedy="换新", order_facts=OrderFacts({"is_late": ("late",)})
        ),
        make_item("c", applies_when=[{"fact": "is_late", "op": "==", "value": True}], effective_to=now),
    ]
    entries = [make_entry(item, []) for item in items]
    write_catalogue(tmp_path, entries)
    assert list(read_entries(tmp_path / "items.jsonl")) == entries
    opened, made = open_catalogue(tmp_path), make_catalogue(entries)
    assert list(opened.entries) == entries
    assert opened.order_shares == made.order_shares
    assert opened.columns.lists == made.columns.lists
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(opened.columns, name), getattr(made.columns, name))


def test_manifest_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    manifest = Manifest("g1", "db", 1, "encoder", "2026-01-01", 1, 2, 3, {"文件": "00"})
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
