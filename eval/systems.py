"""What ranks: our matcher, and the recipes that most tools use, over the same texts, index and labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from eval.datasets import Dataset, EvalQuestion
from eval.order_line import describe_order
from eval.records import RankedItem, Record
from eval.workbench import Workbench
from index.catalogue import BoolArray, Scope
from index.fusion import fuse_by_rank
from index.lexical import WORDS, read_terms
from index.matcher import Matcher, Surroundings
from index.question import QuestionEmpty, QuestionTooLong, read_question
from index.searcher import DEPTH
from index.solutions import MatchRequest, MatchResult, Solution
from kb.conditions import Verdict, evaluate
from kb.orders.context import OrderContext, derive_context

RUN_DEPTH = 20  # Ranked for every question: `map` and the TREC file go this deep.


class System(StrEnum):
    """A way of ranking; all but the first are there to be compared with."""

    XIANZHI = "xianzhi"
    COMMON = "common"  # The next two joined by reciprocal rank: what most tools do.
    WORDS = "words"  # BM25 over jieba words.
    DENSE = "dense"  # The nearest vectors, of headings or passages.


Ranking = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class _Search:
    """What a baseline needs to rank: a question's text, and who is allowed."""

    bench: Workbench
    text: str
    allowed: BoolArray


def rank_question(system: System, bench: Workbench, question: EvalQuestion) -> Record:
    """Return what a system ranks for a question; one that cannot be searched has no ranking, which scores 0."""
    if system is System.XIANZHI:
        return match_question(bench.matcher, bench.dataset, question)
    context = _derive(bench.matcher.surroundings, question)
    try:
        text = read_question(question.text).text
    except (QuestionEmpty, QuestionTooLong):
        return make_record(bench.dataset, question, context)
    allowed = bench.live.snapshot().catalogue.select(_make_scope(bench, question))
    ranking = BASELINES[system](_Search(bench, text, allowed))
    items = tuple(_describe(bench, context, ordinal, score) for ordinal, score in ranking[:RUN_DEPTH])
    return make_record(bench.dataset, question, context, items)


def match_question(matcher: Matcher, dataset: Dataset, question: EvalQuestion, *, with_order: bool = True) -> Record:
    """Match a question as the API would, with or without its order."""
    # Ranking is what is measured: a right answer that says the same as a better one keeps the rank it earned.
    request = replace(make_request(question, limit=RUN_DEPTH, with_order=with_order), fold_copies=False)
    context = _derive(matcher.surroundings, question)
    try:
        result = matcher.match(request)
    except (QuestionEmpty, QuestionTooLong):
        return make_record(dataset, question, context)
    return make_record(dataset, question, context, tuple(map(_keep, result.solutions)), result)


def make_request(question: EvalQuestion, *, limit: int, with_order: bool = True) -> MatchRequest:
    """Return the request that the API would make of a question."""
    return MatchRequest(
        question=question.text,
        turns=question.turns,
        order=question.order if with_order else None,
        channel=question.channel,
        audience=question.audience,
        limit=limit,
        now=question.now,
        without=frozenset([question.self_id] if question.self_id else []),
    )


def make_record(
    dataset: Dataset,
    question: EvalQuestion,
    context: OrderContext,
    ranking: tuple[RankedItem, ...] = (),
    result: MatchResult | None = None,
) -> Record:
    """Return the record of a question: what was ranked beside what is right."""
    labels = dict(dataset.qrels.get(question.id, {}))
    return Record(
        id=question.id,
        text=question.text,
        turns=question.turns,
        order=describe_order(context),
        slices=_slice(dataset, question),
        labels=labels,
        titles={item: dataset.titles[item] for item in labels if item in dataset.titles},
        right_from=dataset.right_from,
        confidence=result.confidence if result else 0.0,
        answered=result.answered if result else False,
        ranking=ranking,
    )


def _slice(dataset: Dataset, question: EvalQuestion) -> Mapping[str, str]:
    """Return what the dataset says of who asks, and what can be seen of every question."""
    return {
        "order": "with order" if question.order else "without order",
        "turns": "with turns" if question.turns else "alone",
        "answer": "has answer" if dataset.has_answer(question.id) else "no answer",
        "audience": question.audience.value,
        **{name: str(value) for name, value in question.slice.items() if value is not None},
    }


def _keep(solution: Solution) -> RankedItem:
    return RankedItem(
        id=solution.id,
        score=solution.score,
        kind=solution.kind.value,
        version=solution.version,
        title=solution.title,
        confidence=solution.confidence,
        applies=solution.applies,
        reasons=tuple(f"{reason.state}: {reason.text}" for reason in solution.conditions),
        scores=dict(solution.scores),
    )


def _derive(surroundings: Surroundings, question: EvalQuestion) -> OrderContext:
    return derive_context(question.order, now=question.now or surroundings.clock(), zone=surroundings.zone)


def _make_scope(bench: Workbench, question: EvalQuestion) -> Scope:
    return Scope(
        audience=question.audience,
        now=question.now or bench.now,
        without=frozenset([question.self_id] if question.self_id else []),
    )


def _describe(bench: Workbench, context: OrderContext, ordinal: int, score: float) -> RankedItem:
    catalogue = bench.live.snapshot().catalogue
    condition = catalogue.find_condition(ordinal)
    key = catalogue.entries[ordinal].key
    return RankedItem(
        id=key.id,
        score=score,
        kind=key.kind.value,
        version=key.version,
        title=bench.dataset.titles.get(key.id, ""),
        applies=(Verdict.MET if condition is None else evaluate(condition, context)).value,
    )


def _rank_by_words(search: _Search) -> Ranking:
    lexical = search.bench.live.snapshot().lexical_full
    owners, scores = lexical.search(read_terms(search.text, weights={WORDS: 1.0}), limit=DEPTH)
    hits = zip(owners.tolist(), scores.tolist(), strict=True)
    return [(owner, score) for owner, score in hits if search.allowed[owner]]


def _rank_by_vectors(search: _Search) -> Ranking:
    snapshot = search.bench.live.snapshot()
    vector = search.bench.live.encoder.encode_questions([search.text])[0]
    best: dict[int, float] = {}
    for index, owners in (
        (snapshot.headings, snapshot.heading_owner),
        (snapshot.passages, snapshot.passage_owner),
    ):
        rows, scores = index.search(vector, limit=DEPTH, allowed=search.allowed[owners])
        for owner, score in zip(owners[rows].tolist(), scores.tolist(), strict=True):
            best[owner] = max(score, best.get(owner, score))
    return sorted(best.items(), key=lambda pair: -pair[1])


def _rank_by_both(search: _Search) -> Ranking:
    rankings: Sequence[Ranking] = (_rank_by_vectors(search), _rank_by_words(search))
    fused = fuse_by_rank([[owner for owner, _ in ranking] for ranking in rankings])
    return sorted(fused.items(), key=lambda pair: -pair[1])


BASELINES: Mapping[System, Callable[[_Search], Ranking]] = {
    System.COMMON: _rank_by_both,
    System.WORDS: _rank_by_words,
    System.DENSE: _rank_by_vectors,
}
