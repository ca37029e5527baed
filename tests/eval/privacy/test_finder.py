"""Values are found however they are grouped, escaped, encoded or packed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval.privacy.finder import Finder

FINDER = Finder({"phone": ["13800138000"], "name": ["李晓娜", "王伟"], "email": ["a.b@qq.com"]})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("打13800138000", "phone"),
        ("打138-0013 8000", "phone"),
        ("打１３８００１３８０００", "phone"),
        ("我是李晓娜", "name"),
        (json.dumps("我是李晓娜"), "name"),
        ("A.B@QQ.com", "email"),
    ],
)
def test_a_value_is_found_in_any_writing(text: str, kind: str) -> None:
    assert {found for found, _ in FINDER.find(text)} == {kind}


def test_what_is_not_there_is_not_found() -> None:
    assert not FINDER.find("打[手机号]，我是李小娜，13800138001")


@pytest.mark.parametrize(
    "content",
    [
        "李晓娜".encode(),
        "李晓娜".encode("utf-16-le"),
        b"x" + "李晓娜".encode("utf-16-be"),
        gzip.compress("李晓娜".encode(), mtime=0),
    ],
)
def test_a_value_is_found_in_a_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    assert FINDER.find_in_file(path) == {("name", "李晓娜"): 1}
