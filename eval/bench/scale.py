"""The server at bases of growing size: build, start, memory, latency by stage, throughput by clients."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np

from eval.bench.encoder_rate import measure_encoder
from eval.bench.filling import fill_database
from eval.bench.kept import (
    DATABASE_FILE,
    GENERATIONS,
    Built,
    describe_origin,
    find_built,
    get_generation,
    write_built,
)
from eval.bench.load import Answers, ask_together
from eval.bench.multiplied import MixingEncoder, Pieces, multiply
from eval.bench.recall import Recall, measure_recall
from eval.bench.served import OPEN_AND_OWN, Served, serve_folder
from index.build import Builder
from index.cores import count_cores
from index.encoder import OnnxEncoder
from kb.database import Database

WARM_UP_SECONDS = 3.0
REAL_TEXTS = 2_000  # Encoded truly; the vectors of a base are mixed of theirs.
RECALL_QUESTIONS = 200  # Different ones: forty alone gave 0.971 at a million, by chance of which forty.
ROUNDS = 3  # Each load is put on so often, in turn with the others and with the encoder alone.

# Nothing of a question is remembered: the few hundred that are asked would all be.
SERVED_WITH = {**OPEN_AND_OWN, "XIANZHI_QUESTION_VECTORS": "0", "XIANZHI_QUESTIONS_KEPT": "0"}

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: a base made of these pieces, and how many clients ask these questions for how long."""

    pieces: Pieces
    questions: Sequence[str]
    clients: Sequence[int]
    seconds: float


@dataclass(slots=True)
class SizeFigures:
    """What was measured at one size; `answers` by how many clients asked."""

    size: int
    build_seconds: float = 0.0
    build_megabytes: float = 0.0  # At most, of the process that builds; its workers are not counted.
    encode_seconds: float = 0.0  # What one core would take for every heading and passage.
    bytes_a_passage: float = 0.0
    start_seconds: float = 0.0
    idle_megabytes: float | None = None
    loaded_megabytes: float | None = None
    answers: dict[int, list[Answers]] = field(default_factory=dict)
    encoder_alone: list[float] = field(default_factory=list)
    encoder_everywhere: list[float] = field(default_factory=list)
    recall: Mapping[str, Recall] = field(default_factory=dict)

    def per_second(self, clients: int) -> float:
        """Return the median of the rounds, in answers a second."""
        return median(round_.per_second for round_ in self.answers[clients])

    def percentile(self, clients: int, share: float) -> float:
        """Return the median over the rounds of a percentile, in milliseconds."""
        return median(round_.percentile(share) for round_ in self.answers[clients])

    def stages(self) -> Mapping[str, float]:
        """Return the median milliseconds of each stage with the fewest clients."""
        rounds = [round_.stage_medians() for round_ in self.answers[min(self.answers)]]
        return {stage: median(one[stage] for one in rounds) for stage in rounds[0]}

    def failed(self) -> int:
        """Return how many requests were not answered."""
        return sum(round_.failed for rounds in self.answers.values() for round_ in rounds)


def measure_size(
    size: int, plan: Plan, encoder: OnnxEncoder, *, report: Report, bases: Path | None = None
) -> SizeFigures:
    """Build a base of so many passages, serve it, and put the loads on it in turn.

    It lies in a temporary folder, or below `bases`, where one that is there already is served as it is;
    raises `InvalidInput` where that is another one than would be built.
    """
    with _open_folder(bases, size) as folder:
        built = _build_once(folder, size, plan.pieces, encoder, report=report)
        figures = SizeFigures(size, **built.model_dump(exclude={"origin"}))
        report(f"{size:,} passages: recall")
        generation = get_generation(folder, built.origin)
        asked = list(dict.fromkeys(plan.questions))[:RECALL_QUESTIONS]
        vectors = np.vstack([encoder.encode_questions([question]) for question in asked])
        figures.recall = measure_recall(generation, vectors)
        report(f"{size:,} passages: the server starts")
        with serve_folder(folder, folder / "server.log", environment=SERVED_WITH) as served:
            figures.start_seconds, figures.idle_megabytes = served.start_seconds, served.read_megabytes()
            _load(served, plan, encoder, figures, report=report)
            figures.loaded_megabytes = served.read_megabytes()
    return figures


def find_exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Return the power of the size that the values grow by; NaN for fewer than two sizes."""
    if len(sizes) < 2:
        return float("nan")
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


@contextmanager
def _open_folder(bases: Path | None, size: int) -> Iterator[Path]:
    if bases is not None:
        folder = bases / str(size)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="xianzhi-bench-") as name:
        yield Path(name)


def _build_once(folder: Path, size: int, pieces: Pieces, encoder: OnnxEncoder, *, report: Report) -> Built:
    """Build the base, or read what building the one that is there has taken."""
    origin = describe_origin(pieces, encoder.fingerprint)
    built = find_built(folder, origin)
    if built is None:
        built = _build(folder, size, pieces, encoder, report=report)
        write_built(folder, built)
    return built


def _build(folder: Path, size: int, pieces: Pieces, encoder: OnnxEncoder, *, report: Report) -> Built:
    now = datetime.now(UTC)
    with closing(Database(f"sqlite:///{folder / DATABASE_FILE}")) as database:
        database.migrate()
        report(f"{size:,} passages: filling the database")
        fill_database(database, multiply(pieces, size), now=now)
        report(f"{size:,} passages: building")
        real = [f"{title} {sentence}" for title, sentence in zip(pieces.titles, pieces.sentences, strict=False)]
        started = time.process_time()
        mixing = MixingEncoder(encoder, real[:REAL_TEXTS])
        seconds_a_text = (time.process_time() - started) / len(real[:REAL_TEXTS])

        def show(step: str, done: int, total: int) -> None:
            report(f"{size:,} passages: building, {step} {done:,} of {total:,}")

        started = time.perf_counter()
        manifest = Builder(database, mixing, folder / GENERATIONS).build(now=now, on_progress=show)
        build_seconds = time.perf_counter() - started
    files = [path.stat().st_size for path in (folder / GENERATIONS / manifest.name).rglob("*") if path.is_file()]
    return Built(
        origin=describe_origin(pieces, encoder.fingerprint),
        build_seconds=build_seconds,
        build_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        encode_seconds=seconds_a_text * (manifest.headings + manifest.passages),
        bytes_a_passage=sum(files) / manifest.passages,
    )


def _load(served: Served, plan: Plan, encoder: OnnxEncoder, figures: SizeFigures, *, report: Report) -> None:
    ask_together(served.port, plan.questions, clients=4, seconds=WARM_UP_SECONDS)
    for number in range(1, ROUNDS + 1):
        report(f"{figures.size:,} passages: round {number} of {ROUNDS}")
        figures.encoder_alone.append(measure_encoder(encoder, plan.questions).per_second)
        lanes = count_cores()
        figures.encoder_everywhere.append(measure_encoder(encoder, plan.questions, lanes=lanes).per_second)
        for clients in plan.clients:
            answers = ask_together(served.port, plan.questions, clients=clients, seconds=plan.seconds)
            figures.answers.setdefault(clients, []).append(answers)
