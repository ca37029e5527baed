"""What was found for the last questions: the same is found for the same question until the base changes."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from index.catalogue import BoolArray
from index.question import Question
from index.retrieval import Retrieved
from index.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that the candidates of a question depend on within one snapshot."""

    text: str
    before: str
    allowed: bytes  # A digest of which items are in scope: of audience, filters, validity and the order's time.


class FoundBefore:
    """Keeps the candidates of the last `kept` questions on one snapshot of the index; any change forgets them all.

    Only what does not depend on the order is kept. What the order, the moment and the notices make of the candidates
    is worked out for every asker anew, and so are the texts that are shown, with whether this asker may see them.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._snapshot: Snapshot | None = None
        self._found: OrderedDict[_Asked, Retrieved] = OrderedDict()
        self._mutex = threading.Lock()

    def recall(self, snapshot: Snapshot, question: Question, allowed: BoolArray) -> Retrieved | None:
        """Return what was found for this question among these items on this snapshot."""
        if not self._kept:
            return None
        asked = _describe(question, allowed)
        with self._mutex:
            found = self._found.get(asked) if snapshot is self._snapshot else None
            if found is not None:
                self._found.move_to_end(asked)
            return found

    def remember(self, snapshot: Snapshot, question: Question, allowed: BoolArray, found: Retrieved) -> None:
        """Keep what was found."""
        if not self._kept:
            return
        asked = _describe(question, allowed)
        with self._mutex:
            if snapshot is not self._snapshot:
                self._snapshot = snapshot
                self._found.clear()
            self._found[asked] = found
            while len(self._found) > self._kept:
                self._found.popitem(last=False)


def _describe(question: Question, allowed: BoolArray) -> _Asked:
    return _Asked(
        question.text, question.before, hashlib.blake2b(np.packbits(allowed).tobytes(), digest_size=16).digest()
    )
