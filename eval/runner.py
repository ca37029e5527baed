"""Run the questions of a dataset through a ranker and collect rankings, answers and times."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eval.datasets import EvalQuestion
from eval.workbench import Workbench
from index.catalogue import Scope
from index.fusion import fuse_by_rank
from index.lexical import WORDS, Terms, read_terms
from index.question import QuestionEmpty, QuestionTooLong, read_question
from index.searcher import DEPTH
from index.solutions import MAX_LIMIT, MatchRequest

RUN_DEPTH = 10


class System(StrEnum):
    """What ranks: our matcher, or the recipe that most tools use."""

    XIANZHI = "xianzhi"
    COMMON = "common"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back for one question: (corpus id, score) best first, and milliseconds by stage."""

    question: EvalQuestion
    ranking: Sequence[tuple[str, float]]
    confidence: float
    answered: bool
    timing: Mapping[str, float]
    encoder_alone_ms: float = 0.0


def run_matcher(
    bench: Workbench, questions: Sequence[EvalQuestion], *, with_order: bool, on_question: Callable[[], None]
) -> list[Outcome]:
    """Match every question as the API would, with or without its order."""
    outcomes = []
    for question in questions:
        outcomes.append(_match(bench, question, with_order=with_order))
        on_question()
    return outcomes


def run_common(
    bench: Workbench, questions: Sequence[EvalQuestion], *, on_question: Callable[[], None]
) -> list[Outcome]:
    """Rank by BM25 over jieba words and by dense passages, joined by reciprocal rank: what most tools do."""
    outcomes = []
    for question in questions:
        outcomes.append(_rank_common(bench, question))
        on_question()
    return outcomes


def _match(bench: Workbench, question: EvalQuestion, *, with_order: bool) -> Outcome:
    request = MatchRequest(
        question=question.text,
        turns=question.turns,
        order=question.order if with_order else None,
        channel=question.channel,
        audience=question.audience,
        limit=min(RUN_DEPTH, MAX_LIMIT),
        now=question.now,
        without=frozenset([question.self_id] if question.self_id else []),
    )
    try:
        started = time.perf_counter()
        bench.live.encoder.encode_questions([read_question(question.text, question.turns).text])
        alone = (time.perf_counter() - started) * 1000
        result = bench.matcher.match(request)
    except (QuestionEmpty, QuestionTooLong):
        return _refuse(question)
    ranking = [(solution.id, solution.score) for solution in result.solutions]
    return Outcome(question, ranking, result.confidence, result.answered, result.timing, alone)


def _refuse(question: EvalQuestion) -> Outcome:
    """Return the outcome of a question that cannot be searched: no ranking, which scores 0."""
    return Outcome(question, [], 0.0, False, {})


def _rank_common(bench: Workbench, question: EvalQuestion) -> Outcome:
    snapshot = bench.live.snapshot()
    catalogue = snapshot.catalogue
    scope = Scope(
        audience=question.audience,
        now=question.now or bench.now,
        without=frozenset([question.self_id] if question.self_id else []),
    )
    allowed = catalogue.select(scope)
    try:
        text = read_question(question.text).text
    except (QuestionEmpty, QuestionTooLong):
        return _refuse(question)
    vector = bench.live.encoder.encode_questions([text])[0]
    rows, _ = snapshot.passages.search(vector, limit=DEPTH, allowed=allowed[snapshot.passage_owner])
    words = Terms(counts={WORDS: read_terms(text).counts[WORDS]})
    owners, _ = snapshot.lexical_full.search(words, limit=DEPTH)
    dense = list(dict.fromkeys(snapshot.passage_owner[rows].tolist()))
    lexical = [owner for owner in owners.tolist() if allowed[owner]]
    fused = fuse_by_rank([dense, lexical])
    best = sorted(fused, key=lambda ordinal: -fused[ordinal])[:RUN_DEPTH]
    ranking = [(catalogue.entries[ordinal].key.id, fused[ordinal]) for ordinal in best]
    return Outcome(question, ranking, 0.0, True, {})
