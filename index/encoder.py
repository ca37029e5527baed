"""Turn questions and passages into vectors with ONNX Runtime; never imports torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.batching import SharedBatches
from index.cores import count_cores
from index.deadline import Deadline
from index.prepared import (
    TOKENIZER_FILE,
    EncoderDescription,
    Precision,
    find_prepared,
    read_description,
    verify_weights,
)

FloatMatrix = NDArray[np.float32]
FloatVector = NDArray[np.float32]
TokenIds = NDArray[np.int64]

BATCH_TOKENS = 1024  # Tokens, padding included, that go through the network at once; see 0002-encoder.md.
SORTED_TEXTS = 4096  # Texts that are tokenised and sorted by length together: bounds memory.
CHARACTERS_PER_TOKEN = 32  # No more is read of a text than this many for each token the model takes.


@dataclass(frozen=True, slots=True)
class EncoderFingerprint:
    """What must be equal for two vectors to be comparable."""

    model: str
    weights_sha256: str
    dimension: int
    query_prompt: str
    passage_prompt: str
    pooling: str
    normalised: bool
    precision: str

    def digest(self) -> str:
        """Return a short name of the fingerprint."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


class Encoder(Protocol):
    """Turns texts into vectors whose inner product says how alike they are."""

    @property
    def fingerprint(self) -> EncoderFingerprint:
        """What the vectors depend on."""

    def encode_questions(self, texts: Sequence[str]) -> FloatMatrix:
        """Return one vector of length 1 for each question, in order: (texts, dimension)."""

    def encode_question(
        self, text: str, *, beside: Callable[[], None], deadline: Deadline | None = None
    ) -> FloatVector:
        """Return the vector of one question; `beside` is called just before the network runs, to start other work."""

    def encode_passages(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Return one vector of length 1 for each passage, in order; `on_progress` gets the number newly done."""


class OnnxEncoder:
    """Encodes with the files of a prepared folder; up to `together` questions that arrive together share a batch."""

    def __init__(self, folder: Path, *, precision: Precision, threads: int, together: int = 1) -> None:
        self.description = read_description(folder)
        self.fingerprint = describe_fingerprint(self.description, precision)
        weights = verify_weights(folder, self.description, precision)
        self._session = open_session(weights, threads)
        self._tokenizer = open_tokenizer(folder / TOKENIZER_FILE, self.description.max_tokens)
        lanes = max(count_cores() // threads, 1)
        self._questions = SharedBatches(self.encode_tokens, lanes=lanes, most=together)

    def encode_questions(self, texts: Sequence[str]) -> FloatMatrix:
        """Return one vector of length 1 for each question, in order: (texts, dimension)."""
        return self._encode(texts, self.description.query_prompt, None)

    def encode_question(
        self, text: str, *, beside: Callable[[], None], deadline: Deadline | None = None
    ) -> FloatVector:
        """Return the vector of one question; `beside` is called just before the network runs, to start other work.

        Not earlier: while we tokenise, work in another thread would hold the interpreter and keep us from starting.
        """
        (tokens,) = self.tokenise_questions([text])
        beside()
        return self._questions.encode(tokens, deadline or Deadline())

    def encode_passages(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Return one vector of length 1 for each passage, in order; `on_progress` gets the number newly done."""
        return self._encode(texts, self.description.passage_prompt, on_progress)

    def _encode(self, texts: Sequence[str], prompt: str, on_progress: Callable[[int], None] | None) -> FloatMatrix:
        vectors = np.empty((len(texts), self.description.dimension), np.float32)
        for start in range(0, len(texts), SORTED_TEXTS):
            tokens = self._tokenise(texts[start : start + SORTED_TEXTS], prompt)
            for batch in plan_batches([len(t) for t in tokens], budget=BATCH_TOKENS):
                vectors[[start + i for i in batch]] = self.encode_tokens([tokens[i] for i in batch])
                if on_progress is not None:
                    on_progress(len(batch))
        return vectors

    def _tokenise(self, texts: Sequence[str], prompt: str) -> list[TokenIds]:
        longest = CHARACTERS_PER_TOKEN * self.description.max_tokens
        readable = [make_encodable(prompt + text[:longest]) for text in texts]
        return [np.array(e.ids, np.int64) for e in self._tokenizer.encode_batch_fast(readable)]

    def tokenise_questions(self, texts: Sequence[str]) -> list[TokenIds]:
        """Return the token ids of questions, as the network takes them."""
        return self._tokenise(texts, self.description.query_prompt)

    def encode_tokens(self, tokens: Sequence[TokenIds]) -> FloatMatrix:
        """Return one vector for each row of token ids, all run through the network at once."""
        ids, mask = pad(tokens, self.description.pad_id)
        (vectors,) = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, np.float32)


def load_encoder(*, model: str, model_dir: Path, precision: str, threads: int) -> OnnxEncoder:
    """Open the prepared encoder of a model; raises ModelNotPrepared where there is none."""
    return OnnxEncoder(find_prepared(model, model_dir), precision=Precision(precision), threads=threads)


def describe_fingerprint(description: EncoderDescription, precision: Precision) -> EncoderFingerprint:
    """Return the fingerprint of a prepared encoder in one precision."""
    return EncoderFingerprint(
        model=description.model,
        weights_sha256=description.weights[precision],
        dimension=description.dimension,
        query_prompt=description.query_prompt,
        passage_prompt=description.passage_prompt,
        pooling=description.pooling,
        normalised=description.normalised,
        precision=precision.value,
    )


def open_session(weights: Path, threads: int) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the processor."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads starve whoever shares the cores, and are starved: twenty times slower when both are busy.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])


def open_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """Open a tokenizer that cuts at `max_tokens` and takes `<s>` in a text for the letters it is."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def make_encodable(text: str) -> str:
    """Replace lone surrogates, which no byte encoding of Unicode can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def plan_batches(lengths: Sequence[int], *, budget: int) -> Iterator[list[int]]:
    """Yield positions grouped by similar length; a group's padded size stays within `budget` tokens."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        # Ascending order: the newest text is the longest, so all are padded to it.
        if batch and (len(batch) + 1) * lengths[position] > budget:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def pad(tokens: Sequence[TokenIds], pad_id: int) -> tuple[TokenIds, TokenIds]:
    """Return token ids filled up to the longest text, and the mask of what is text: both (texts, longest)."""
    shape = (len(tokens), max(len(t) for t in tokens))
    ids, mask = np.full(shape, pad_id, np.int64), np.zeros(shape, np.int64)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask
