"""The shop's own knowledge, and what people said about its use, as a dataset."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.datasets import Dataset, load_dataset
from eval.use_dataset import Window, export_use
from index.encoder import Encoder
from kb.database import Database

OWN_NAME = "own-base"


def load_own_base(database: Database, encoder: Encoder, window: Window) -> Dataset:
    """Return the knowledge base with the questions that were judged in use; customers' words leave no file behind."""
    with TemporaryDirectory(prefix="xianzhi-adapt-") as name:
        folder = Path(name) / "use"
        export_use(database, folder, encoder.encode_questions, window=window)
        return replace(load_dataset(folder), name=OWN_NAME)
