"""An evaluation that is told to end leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from eval.termination import TERMINATED, exit_when_terminated
from tests.eval.test_cli import write_dataset

ROOT = Path(__file__).parents[2]
# A command of its own, as the bundled encoder may not be there: it opens a workbench, says so, and waits to be ended.
WAITING_COMMAND = """
import sys
from pathlib import Path

from eval.cli import app
from eval.datasets import load_dataset
from eval.workbench import open_workbench
from kb.settings import Settings
from tests.fakes import FakeEncoder


@app.command()
def wait(dataset: Path) -> None:
    with open_workbench(load_dataset(dataset), FakeEncoder(), Settings(), on_progress=lambda *step: None):
        print("open", flush=True)
        sys.stdin.read()


app()
"""


@pytest.mark.parametrize("signals", [1, 2])
def test_terminated_run_removes_its_folder(tmp_path: Path, signals: int) -> None:
    dataset, temporary = write_dataset(tmp_path / "shop"), tmp_path / "tmp"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", WAITING_COMMAND, "wait", str(dataset)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        assert [path.name.startswith("xianzhi-eval-") for path in temporary.iterdir()] == [True]
        for _ in range(signals):
            process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (TERMINATED, b"")
    assert list(temporary.iterdir()) == []


def test_handler_of_before_is_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with exit_when_terminated():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_termination_is_an_exit_and_the_handler_is_back_after_it() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as exit_, exit_when_terminated():
        signal.raise_signal(signal.SIGTERM)
    assert (exit_.value.code, signal.getsignal(signal.SIGTERM)) == (143, before)


def test_another_thread_leaves_signals_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen: list[object] = []

    def look() -> None:
        with exit_when_terminated():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]
