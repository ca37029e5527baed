"""Vectors of items: headings encoded as questions, passages as passages, nothing encoded twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder, FloatMatrix
from kb.items import Item

FloatVector = NDArray[np.float32]
DIGEST_BYTES = 16
PROGRESS_STEP = 256  # Headings encoded between two reports of progress.
Known = Mapping[bytes, FloatVector]
Count = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class EmbeddedItems:
    """The vectors of some items, a row a heading and a row a passage, in the items' order."""

    headings: FloatMatrix
    passages: FloatMatrix
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """Texts that are encoded the same way, and their digests."""

    texts: Sequence[str]
    digests: Sequence[bytes]

    def list_new(self, known: Known) -> list[int]:
        """Return one row for each text that is not known, the first that holds it."""
        rows: dict[bytes, int] = {}
        for row, digest in enumerate(self.digests):
            if digest not in known:
                rows.setdefault(digest, row)
        return list(rows.values())


def embed_items(
    items: Sequence[Item], encoder: Encoder, *, known: Known, on_progress: Callable[[int, int], None]
) -> EmbeddedItems:
    """Return the vectors of all items; those whose digest is known are taken over, not encoded.

    Headings are put as customers would put them, so they are encoded with the question prompt: a question and
    its variant then lie closer (docs/decisions/0003-ranking.md). `on_progress` gets (texts encoded, texts to encode).
    """
    headings = _make_task("question", [heading for item in items for heading in item.headings])
    passages = _make_task("passage", [passage.text for item in items for passage in item.passages])
    total = len(headings.list_new(known)) + len(passages.list_new(known))
    done = 0

    def count(newly: int) -> None:
        nonlocal done
        done += newly
        on_progress(done, total)

    on_progress(0, total)
    dimension = encoder.fingerprint.dimension
    return EmbeddedItems(
        headings=_embed(headings, lambda texts: _encode_headings(encoder, texts, count), known, dimension),
        passages=_embed(passages, lambda texts: encoder.encode_passages(texts, on_progress=count), known, dimension),
        digests=(*headings.digests, *passages.digests),
    )


def digest_text(prompt: str, text: str) -> bytes:
    """Return a short digest of a text as it is encoded under a prompt."""
    return hashlib.blake2b(f"{prompt}\n{text}".encode(), digest_size=DIGEST_BYTES).digest()


def _make_task(prompt: str, texts: Sequence[str]) -> _Task:
    return _Task(texts, [digest_text(prompt, text) for text in texts])


def _embed(task: _Task, encode: Callable[[Sequence[str]], FloatMatrix], known: Known, dimension: int) -> FloatMatrix:
    new = task.list_new(known)
    encoded = encode([task.texts[row] for row in new]) if new else np.zeros((0, dimension), np.float32)
    found = {task.digests[row]: vector for row, vector in zip(new, encoded, strict=True)}
    vectors = np.empty((len(task.texts), dimension), np.float32)
    for row, digest in enumerate(task.digests):
        vectors[row] = found[digest] if digest in found else known[digest]
    return vectors


def _encode_headings(encoder: Encoder, texts: Sequence[str], count: Count) -> FloatMatrix:
    by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    vectors = np.empty((len(texts), encoder.fingerprint.dimension), np.float32)
    for start in range(0, len(texts), PROGRESS_STEP):
        rows = by_length[start : start + PROGRESS_STEP]
        vectors[rows] = encoder.encode_questions([texts[row] for row in rows])
        count(len(rows))
    return vectors
