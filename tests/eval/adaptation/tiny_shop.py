"""A shop whose customers ask a5 where its articles say b5: an encoder can learn that, and words alone cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import orjson

from eval.adaptation.adapter import Adapter, Say, Wishes
from index.adaptation.schedule import Schedule
from index.build import Builder, Progress, report_nothing
from index.export import prepare_model
from index.generation import find_newest
from index.opening import open_encoder
from kb.articles.service import save_article
from kb.database import Database
from kb.identity import ensure_identity
from kb.settings import Settings
from tests.fakes import make_article
from tests.index.adaptation.tiny_bert import write_tiny_bert

NOW = datetime(2026, 11, 15, tzinfo=UTC)
SCHEDULE = Schedule(epochs=24, batch=16, learning_rate=5e-3, patience=24)


@dataclass(frozen=True, slots=True)
class Shop:
    """A database, its settings, and a labelled dataset beside it."""

    settings: Settings
    labels: Path

    def open(self) -> Database:
        """Return the database."""
        return Database(self.settings.resolved_database_url)

    def make_adapter(
        self, database: Database, *, on_progress: Progress = report_nothing, say: Say = lambda _: None
    ) -> Adapter:
        """Return what adapts the encoder to the labels."""
        return Adapter(database, self.settings, Wishes(self.labels, schedule=SCHEDULE), on_progress, say)

    def find_generation(self, database: Database) -> Path | None:
        """Return the generation that a process started now would serve."""
        digest = open_encoder(self.settings).fingerprint.digest()
        found = find_newest(
            self.settings.generations_dir, database_id=ensure_identity(database), encoder=digest, up_to=10**9
        )
        return found[0] if found else None


def make_shop(folder: Path) -> Shop:
    """Write a shop of one article with a built index, and labels to learn from."""
    model, models = write_tiny_bert(folder), folder / "models"
    settings = Settings(_env_file=None, data_dir=folder / "data", model=str(model), model_dir=models, now=NOW)
    shop = Shop(settings, folder / "labels")
    prepare_model(shop.settings.model, shop.settings.model_dir)
    shop.settings.data_dir.mkdir()
    database = shop.open()
    database.migrate()
    with database.write() as session:
        save_article(session, make_article(title="b1 b2", questions=[], body="c1 c2"), now=NOW)
    Builder(database, open_encoder(shop.settings), shop.settings.generations_dir).build(now=NOW)
    database.close()
    write_labels(shop.labels)
    return shop


def write_labels(folder: Path) -> None:
    """Write a dataset: for every two numbers a text, and a question that shares no word with it."""
    folder.mkdir()
    names = list(combinations(range(24), 2))
    corpus = [{"id": f"t{a}-{b}", "text": f"b{a} b{b}"} for a, b in names]
    questions = [{"id": f"q{a}-{b}", "text": f"a{a} a{b}"} for a, b in names]
    (folder / "corpus.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in corpus))
    (folder / "queries.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in questions))
    (folder / "qrels.tsv").write_text("".join(f"q{a}-{b}\tt{a}-{b}\t1\n" for a, b in names))
