"""What is carried from elsewhere is what it says it is."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from api.routers.pages import WEB

LIT = WEB / "vendor" / "lit"
AXE = Path(__file__).parent / "vendor" / "axe"


def hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_file_of_lit_has_the_checksum_that_is_written_down() -> None:
    listed = dict(
        re.findall(r"^\| `(.+?)` \| `([0-9a-f]{64})` \|$", (LIT / "README.md").read_text("utf-8"), re.MULTILINE)
    )
    assert {path.name: hash_file(path) for path in LIT.glob("*.js")} == listed


@pytest.mark.parametrize(("folder", "licence"), [(LIT, "BSD 3-Clause"), (AXE, "Mozilla Public License")])
def test_licences_are_carried(folder: Path, licence: str) -> None:
    assert licence in (folder / "LICENSE").read_text("utf-8")


def test_axe_has_the_checksum_that_is_written_down() -> None:
    assert hash_file(AXE / "axe.min.js") in (AXE / "README.md").read_text("utf-8")


def test_lit_loads_nothing_but_itself() -> None:
    for path in LIT.glob("*.js"):
        for name in re.findall(r'(?:from|import)\s*"([^"]+)"', path.read_text("utf-8")):
            assert name.startswith("./")
            assert (LIT / name).is_file()
