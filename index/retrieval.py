"""From a question to scored candidates: read, encoded, searched for; nothing here depends on the order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from index.catalogue import BoolArray
from index.encoder import Encoder, FloatVector
from index.highlight import telling_terms
from index.question import Question
from index.reading import QuestionReader, list_other_writings
from index.searcher import Candidates, SideBySide, TermHits, complete_candidates, find_by_terms, find_by_vector
from index.snapshot import Snapshot
from index.stopwatch import Stopwatch
from index.wording import Reading

TERM_THREADS = 8  # As many matches as may compute at once, and more; idle threads cost nothing.


@dataclass(frozen=True, slots=True, eq=False)
class Retrieved:
    """What was found for a question among the items in scope, how it was read, and the terms that explain a match."""

    reading: Reading
    vector: FloatVector
    telling: tuple[str, ...]
    candidates: Candidates


class Retriever:
    """Reads questions and finds candidates, by vectors and terms side by side; safe to call from several threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._threads = ThreadPoolExecutor(TERM_THREADS, thread_name_prefix="terms")
        self._both = SideBySide(self._threads)

    def retrieve(
        self, snapshot: Snapshot, reader: QuestionReader, question: Question, allowed: BoolArray, watch: Stopwatch
    ) -> Retrieved:
        """Return what is found for a question among the allowed items."""
        reading = reader.read(question.text)
        watch.lap("understand")
        search = partial(_search_terms, snapshot, reader, reading, question, allowed)
        by_terms = _Beside(self._threads, search)
        searched = f"{question.before} {reading.text}".strip()
        vector = self._encoder.encode_question(searched, beside=by_terms.start, deadline=watch.deadline)
        watch.lap("encode")
        near = find_by_vector(snapshot, vector, allowed, both=self._both)
        hits = by_terms.result()
        candidates = complete_candidates(snapshot, near, hits, reader.recipe)
        watch.lap("search")
        return Retrieved(reading, vector, telling_terms(hits.terms), candidates)

    def retrieve_again(
        self, snapshot: Snapshot, reader: QuestionReader, question: Question, allowed: BoolArray, first: Retrieved
    ) -> Retrieved:
        """Return what is found for a question that was read and encoded already, among other items."""
        hits = _search_terms(snapshot, reader, first.reading, question, allowed)
        near = find_by_vector(snapshot, first.vector, allowed, both=self._both)
        candidates = complete_candidates(snapshot, near, hits, reader.recipe)
        return Retrieved(first.reading, first.vector, telling_terms(hits.terms), candidates)


class _Beside:
    """Term search in another thread while the encoder runs, which leaves the interpreter free meanwhile."""

    def __init__(self, threads: ThreadPoolExecutor, search: Callable[[], TermHits]) -> None:
        self._threads = threads
        self._search = search
        self._running: Future[TermHits] | None = None

    def start(self) -> None:
        self._running = self._threads.submit(self._search)

    def result(self) -> TermHits:
        return self._search() if self._running is None else self._running.result()


def _search_terms(
    snapshot: Snapshot, reader: QuestionReader, reading: Reading, question: Question, allowed: BoolArray
) -> TermHits:
    others = list_other_writings(reading, question.before)
    return find_by_terms(snapshot, reading.text, allowed, reader.recipe, others)
