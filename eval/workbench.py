"""A temporary knowledge base and index of one dataset, searched by the very matcher that the API uses."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from eval.datasets import Dataset
from index.build import Builder, Progress
from index.deadline import Deadline
from index.encoder import Encoder, EncoderFingerprint, FloatMatrix, FloatVector
from index.follower import LiveIndex
from index.matcher import Matcher, Surroundings
from index.recipe import Recipe
from index.threshold import read_thresholds
from kb.articles.service import save_article
from kb.cases.service import save_case
from kb.database import Database
from kb.orders.repository import save_order
from kb.settings import Settings
from kb.synonyms.service import save_synonym


class TimedEncoder:
    """An encoder that counts the seconds and texts that go through it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.seconds = 0.0
        self.texts = 0

    @property
    def fingerprint(self) -> EncoderFingerprint:
        """The fingerprint of the encoder behind."""
        return self._encoder.fingerprint

    def encode_questions(self, texts: Sequence[str]) -> FloatMatrix:
        """Encode and count."""
        return self._count(texts, lambda: self._encoder.encode_questions(texts))

    def encode_question(
        self, text: str, *, beside: Callable[[], None], deadline: Deadline | None = None
    ) -> FloatVector:
        """Encode and count."""
        return self._count([text], lambda: self._encoder.encode_question(text, beside=beside, deadline=deadline))

    def encode_passages(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Encode and count."""
        return self._count(texts, lambda: self._encoder.encode_passages(texts, on_progress=on_progress))

    def _count(self, texts: Sequence[str], encode: Callable[[], FloatMatrix]) -> FloatMatrix:
        started = time.perf_counter()
        vectors = encode()
        self.seconds += time.perf_counter() - started
        self.texts += len(texts)
        return vectors


@dataclass(frozen=True, slots=True)
class BuildTiming:
    """How long the build took, and how much of it the encoder; `texts` are the headings and passages encoded."""

    texts: int
    build_seconds: float
    encode_seconds: float


@dataclass(frozen=True, slots=True)
class Workbench:
    """A built dataset, ready to be asked."""

    dataset: Dataset
    matcher: Matcher
    live: LiveIndex
    timing: BuildTiming
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def open_matcher(self, recipe: Recipe) -> Matcher:
        """Return a matcher on the same index that goes by another recipe."""
        return Matcher(self.live, self.matcher.surroundings, recipe)


@contextmanager
def open_workbench(
    dataset: Dataset, encoder: Encoder, settings: Settings, *, on_progress: Progress
) -> Iterator[Workbench]:
    """Build a dataset in a temporary folder, and remove it afterwards."""
    now = dataset.now or datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="xianzhi-eval-") as folder:
        database = Database(f"sqlite:///{folder}/eval.db")
        database.migrate()
        fill_database(database, dataset, now)
        timed = TimedEncoder(encoder)
        started = time.perf_counter()
        Builder(database, timed, Path(folder) / "generations").build(now=now, on_progress=on_progress)
        timing = BuildTiming(timed.texts, time.perf_counter() - started, timed.seconds)
        live = LiveIndex(database, encoder, Path(folder) / "generations", clock=lambda: now)
        live.open()
        surroundings = Surroundings(clock=lambda: now, zone=settings.zone, thresholds=read_thresholds(settings))
        try:
            yield Workbench(dataset, Matcher(live, surroundings), live, timing, now)
        finally:
            live.close()
            database.close()


def fill_database(database: Database, dataset: Dataset, now: datetime) -> None:
    """Store all that a dataset holds."""
    with database.write() as session:
        for article in dataset.articles:
            save_article(session, article, now=now)
        for case in dataset.cases:
            save_case(session, case, now=now)
        for order in dataset.orders:
            save_order(session, order)
        for synonym in dataset.synonyms:
            save_synonym(session, synonym, now=now)
