"""A server on a base of so many passages, for what is measured over HTTP alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eval.bench.multiplied import MixingEncoder, Pieces, multiply
from eval.bench.served import OPEN_AND_OWN, Served, serve_folder
from index.build import Builder
from index.encoder import OnnxEncoder
from kb.articles.service import save_article
from kb.database import Database

REAL_TEXTS = 2_000  # Encoded truly; the vectors of a base are mixed of theirs.


@dataclass(frozen=True, slots=True)
class Ground:
    """What servers are measured on: a base of so many passages made of these pieces, and what is asked."""

    pieces: Pieces
    questions: Sequence[str]
    encoder: OnnxEncoder
    size: int


@contextmanager
def serve_base(ground: Ground, *, environment: Mapping[str, str]) -> Iterator[Served]:
    """Yield a server, a process of its own, of a new base in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="xianzhi-bench-") as name:
        folder = Path(name)
        _build(folder, ground)
        with serve_folder(folder, folder / "server.log", environment={**OPEN_AND_OWN, **environment}) as served:
            yield served


def _build(folder: Path, ground: Ground) -> None:
    now, pieces = datetime.now(UTC), ground.pieces
    database = Database(f"sqlite:///{folder / 'xianzhi.db'}")
    try:
        database.migrate()
        with database.write() as session:
            for article in multiply(pieces, ground.size):
                save_article(session, article, now=now)
        real = [f"{title} {sentence}" for title, sentence in zip(pieces.titles, pieces.sentences, strict=False)]
        Builder(database, MixingEncoder(ground.encoder, real[:REAL_TEXTS]), folder / "generations").build(now=now)
    finally:
        database.close()
