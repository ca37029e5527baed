"""A contender in a process of its own, which is told what to do line by line: its memory is its own, and it idles
while another is measured.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from eval.bench.contenders import Contender, ContenderName, Material, open_contender
from eval.bench.served import read_megabytes
from eval.datasets import Dataset, load_dataset
from eval.termination import exit_when_terminated
from eval.workbench import fill_database
from kb.database import Database
from kb.errors import XianzhiError
from kb.settings import Settings

ANSWER_SECONDS = 900.0  # The longest is a build.
STOP_SECONDS = 10.0
# No library may look for newer models, or tell anybody that it runs.
QUIET = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "TOKENIZERS_PARALLELISM": "false"}


class ContenderFailed(XianzhiError):
    """A contender's process ended, or did not answer in time."""

    code = "contender_failed"


@dataclass(frozen=True, slots=True)
class Rival:
    """A running contender."""

    name: ContenderName
    process: subprocess.Popen[bytes]
    answers: queue.Queue[bytes]

    def tell(self, **order: object) -> Mapping[str, Any]:
        """Return its answer to an order; raises `ContenderFailed`."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(orjson.dumps(order) + b"\n")
            self.process.stdin.flush()
            answer = self.answers.get(timeout=ANSWER_SECONDS)
        except (OSError, queue.Empty) as error:
            raise ContenderFailed(f"{self.name} does not answer. Its own words are above.") from error
        if not answer:
            raise ContenderFailed(f"{self.name} ended. Its own words are above.")
        return dict(orjson.loads(answer))


@contextmanager
def start_rival(name: ContenderName, dataset: Path) -> Iterator[Rival]:
    """Yield a contender, its model loaded, nothing built."""
    command = [sys.executable, "-m", "eval.bench.contender_process", name, str(dataset)]
    # One footing: as many threads for every encoder as ours is served with.
    environment = {**os.environ, **QUIET, "OMP_NUM_THREADS": str(Settings().encoder_threads)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        answers: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_pass_on, args=(process, answers), daemon=True).start()
        try:
            yield Rival(name, process, answers)
        finally:
            dismiss(process)


def dismiss(process: subprocess.Popen[bytes]) -> None:
    """Let it end by itself, which removes its folder; whoever does not is stopped."""
    assert process.stdin is not None
    for stop in (process.stdin.close, process.terminate, process.kill):
        with suppress(BrokenPipeError):
            stop()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


def _pass_on(process: subprocess.Popen[bytes], answers: queue.Queue[bytes]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        answers.put(line)
    answers.put(b"")


def main(name: str, dataset_folder: str) -> None:
    """Obey orders from standard input until it closes; answers go to what was standard output when we started."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # Whatever a library prints must not be taken for an answer.
    dataset = load_dataset(Path(dataset_folder))
    with exit_when_terminated(), tempfile.TemporaryDirectory(prefix="xianzhi-bench-") as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        database.migrate()
        fill_database(database, dataset, dataset.now or datetime.now(UTC))
        contender = open_contender(ContenderName(name), Material(dataset, database, Path(folder), Settings()))
        for line in sys.stdin.buffer:
            order = orjson.loads(line)
            answer = ORDERS[order["do"]](contender, dataset, order)
            answers.write(orjson.dumps(answer) + b"\n")


def _build(contender: Contender, _dataset: Dataset, _order: Mapping[str, Any]) -> Mapping[str, object]:
    started, spent = time.perf_counter(), time.process_time()
    contender.build()
    return {"seconds": time.perf_counter() - started, "core_seconds": time.process_time() - spent}


def _ask(contender: Contender, dataset: Dataset, order: Mapping[str, Any]) -> Mapping[str, object]:
    started = time.perf_counter()
    found = list(contender.ask(dataset.questions[order["question"]]))
    return {"milliseconds": (time.perf_counter() - started) * 1_000, "ids": found}


def _ask_together(contender: Contender, dataset: Dataset, order: Mapping[str, Any]) -> Mapping[str, object]:
    """Let threads ask one question after the other for some seconds; what fails is counted, not retried."""
    started = time.perf_counter()
    deadline = started + order["seconds"]
    counts: list[tuple[int, int]] = []

    def work(first: int) -> None:
        answered = failed = 0
        while time.perf_counter() < deadline:
            question = dataset.questions[(first + answered + failed) % len(dataset.questions)]
            try:
                contender.ask(question)
                answered += 1
            except Exception:  # Whatever it is: libraries that are not safe in threads fail in many ways.
                failed += 1
        counts.append((answered, failed))

    threads = [
        threading.Thread(target=work, args=(number * len(dataset.questions) // order["clients"],))
        for number in range(order["clients"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    return {"per_second": sum(a for a, _ in counts) / seconds, "failed": sum(f for _, f in counts)}


def _weigh(_contender: Contender, _dataset: Dataset, _order: Mapping[str, Any]) -> Mapping[str, object]:
    return {"megabytes": read_megabytes(os.getpid())}


ORDERS: Mapping[str, Callable[[Contender, Dataset, Mapping[str, Any]], Mapping[str, object]]] = {
    "build": _build,
    "ask": _ask,
    "ask together": _ask_together,
    "weigh": _weigh,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
