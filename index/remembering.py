"""An encoder that remembers the vectors of the last questions: customers ask the same things."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from index.deadline import Deadline
from index.embedding import digest_text
from index.encoder import Encoder, EncoderFingerprint, FloatMatrix, FloatVector


class RememberingEncoder:
    """Encodes as another encoder does, and no question twice while it is among the last `kept`.

    A vector depends on nothing that changes, so that none is ever out of date: not on the order, the moment, the
    audience or the state of the base, on all of which a result depends. (In int8, where questions share batches, it
    depends a little on those that were encoded beside it.) Texts are kept as digests only.
    """

    def __init__(self, encoder: Encoder, *, kept: int) -> None:
        self._encoder = encoder
        self._kept = kept
        self._vectors: OrderedDict[bytes, FloatVector] = OrderedDict()
        self._mutex = threading.Lock()

    @property
    def fingerprint(self) -> EncoderFingerprint:
        """The fingerprint of the encoder behind."""
        return self._encoder.fingerprint

    def encode_question(
        self, text: str, *, beside: Callable[[], None], deadline: Deadline | None = None
    ) -> FloatVector:
        """Return the vector of one question; `beside` is called before the network would run."""
        digest = digest_text("question", text)
        vector = self._recall(digest)
        if vector is None:
            vector = self._encoder.encode_question(text, beside=beside, deadline=deadline)
            self._remember(digest, vector)
        else:
            beside()
        return vector

    def encode_questions(self, texts: Sequence[str]) -> FloatMatrix:
        """Encode several questions, which are not remembered."""
        return self._encoder.encode_questions(texts)

    def encode_passages(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Encode passages, which are not remembered."""
        return self._encoder.encode_passages(texts, on_progress=on_progress)

    def _recall(self, digest: bytes) -> FloatVector | None:
        with self._mutex:
            vector = self._vectors.get(digest)
            if vector is not None:
                self._vectors.move_to_end(digest)
            return vector

    def _remember(self, digest: bytes, vector: FloatVector) -> None:
        own = vector.copy()  # A row of a batch would keep the whole batch.
        own.flags.writeable = False
        with self._mutex:
            self._vectors[digest] = own
            while len(self._vectors) > self._kept:
                self._vectors.popitem(last=False)
