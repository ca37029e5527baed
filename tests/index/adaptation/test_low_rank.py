"""Training a low-rank change of a tiny random BERT."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import numpy as np

from index.adaptation.sayings import Intent
from index.weights_change import read_change, write_change
from tests.index.adaptation.tiny_bert import write_tiny_bert

# In this language a5, b5 and c5 mean the same.
INTENTS = [
    Intent(
        topic=f"topic {n % 4}", title=f"a{n}", answer=f"b{n} c{n}", says=(f"a{n} b{n}", f"b{n}", f"c{n} a{n}", f"c{n}")
    )
    for n in range(16)
]


def find_partners(model: Path) -> float:
    """Return how many of the words `a` have the `b` of their own number as the nearest one."""
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(model), device="cpu")
    asked = encoder.encode([f"query: a{n}" for n in range(16)], normalize_embeddings=True)
    others = encoder.encode([f"query: b{n}" for n in range(16)], normalize_embeddings=True)
    return float(np.mean(np.argmax(asked @ others.T, axis=1) == np.arange(16)))


def test_a_change_that_was_trained_apart_brings_what_means_the_same_together(tmp_path: Path) -> None:
    model = write_tiny_bert(tmp_path)
    from safetensors.numpy import load_file, save_file

    from index.adaptation.low_rank import Tuition, train_change

    seen: list[tuple[int, int]] = []
    tuition = Tuition(epochs=12, batch=8, rank=8, learning_rate=2e-2)
    layers = train_change(
        str(model), INTENTS, tuition, on_progress=lambda step, done, total: seen.append((done, total))
    )
    write_change(tmp_path / "change.safetensors", layers)
    weights = load_file(model / "model.safetensors")
    changed = copytree(model, tmp_path / "changed")
    save_file(
        read_change(tmp_path / "change.safetensors").apply(weights), changed / "model.safetensors", {"format": "pt"}
    )

    assert len(layers) == 6
    assert seen[-1][0] == seen[-1][1] == len(seen)
    assert find_partners(changed) >= find_partners(model) + 0.3


def test_the_same_seed_learns_the_same(tmp_path: Path) -> None:
    model = write_tiny_bert(tmp_path)
    from index.adaptation.low_rank import Tuition, train_change

    tuition = Tuition(epochs=1, batch=8, rank=2)
    first, second = (train_change(str(model), INTENTS, tuition, on_progress=lambda *_: None) for _ in range(2))
    assert all(np.array_equal(first[name][0], second[name][0]) for name in first)
