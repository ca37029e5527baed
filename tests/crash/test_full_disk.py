"""A disk that runs full loses nothing, stops no match, and all goes on once there is room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.crash

MOUNT = 'mount -t tmpfs -o size=8m tmpfs "$1"'
WORK = '&& exec "$2" -m tests.crash.full_disk_child "$1"'
ROOT = Path(__file__).parents[2]


def run_on_small_disk(folder: Path, work: str) -> subprocess.CompletedProcess[str]:
    """Run a shell line with a disk of eight megabytes mounted on a folder, which no other process sees."""
    command = ["unshare", "--mount", "sh", "-c", f"{MOUNT} {work}", "sh", str(folder), sys.executable]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


def test_full_disk_refuses_writes_and_goes_on_matching(tmp_path: Path) -> None:
    try:
        can_mount = run_on_small_disk(tmp_path, "").returncode == 0
    except FileNotFoundError:
        can_mount = False
    if not can_mount:
        pytest.skip("mounting a small disk needs rights that this user does not have")
    done = run_on_small_disk(tmp_path, WORK)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "all well"
