"""The matcher: from a question and its order to ranked, explained, filled solutions; the one path all callers use."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from index.asking import ask_which_order, choose_questions
from index.catalogue import Scope
from index.explanation import Explainer
from index.follower import LiveIndex
from index.highlight import telling_terms
from index.loading import Shelf
from index.question import read_question
from index.ranking import RankedCandidate, rank
from index.recipe import STANDARD, Recipe
from index.searcher import TermHits, complete_candidates, find_by_terms
from index.solutions import MAX_LIMIT, Ask, MatchedNotice, MatchRequest, MatchResult, Solution
from kb.articles.models import Audience
from kb.database import Database
from kb.errors import InvalidInput
from kb.notices.models import Notice
from kb.notices.service import select_notices
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from kb.orders.repository import find_order_by_number, get_order, list_customer_orders, require_customer
from kb.text.identifiers import IdentifierKind, find_identifiers

NAMES_AN_ORDER = frozenset({IdentifierKind.ORDER_NUMBER, IdentifierKind.TRACKING_NUMBER})
WORTH_ASKING = 0.25  # Below it the question is about something else, and no fact of an order will help.
TERM_THREADS = 8  # As many matches as are ever under way at once; idle threads cost nothing.


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a match needs besides the index: the clock, the shop's zone, and when to say "I do not know"."""

    clock: Callable[[], datetime]
    zone: ZoneInfo
    answer_threshold: float


class Matcher:
    """Matches questions on a live index; safe to call from several threads."""

    def __init__(self, live: LiveIndex, surroundings: Surroundings, recipe: Recipe = STANDARD) -> None:
        self.live = live
        self.surroundings = surroundings
        self.recipe = recipe
        self._threads = ThreadPoolExecutor(TERM_THREADS, thread_name_prefix="terms")
        self._shelf = Shelf(live.database, -1)

    def match(self, request: MatchRequest) -> MatchResult:
        """Return the solutions for a question; raises `InvalidInput` or `OrderNotFound` on unusable requests."""
        watch = _Stopwatch()
        question = read_question(request.question, request.turns if self.recipe.turns_count else ())
        if not 1 <= request.limit <= MAX_LIMIT:
            raise InvalidInput(f"limit must lie between 1 and {MAX_LIMIT}; it is {request.limit}.")
        # The index before the database: what it names can then be loaded, and may be kept for its revision.
        snapshot = self.live.snapshot()
        context, ask = self._find_context(request)
        watch.lap("understand")
        allowed = snapshot.catalogue.select(_make_scope(request, context))
        by_terms = _Beside(self._threads, partial(find_by_terms, snapshot, question.text, allowed, self.recipe))
        vector = self.live.encoder.encode_question(question.text, beside=by_terms.start)
        watch.lap("encode")
        hits = by_terms.result()
        candidates = complete_candidates(snapshot, vector, hits, allowed, self.recipe)
        watch.lap("search")
        ranked = rank(candidates, snapshot.catalogue, context, audience=request.audience, recipe=self.recipe)
        watch.lap("rank")
        explainer = Explainer(snapshot, candidates, context, telling_terms(hits.terms))
        self._shelf = shelf = self._shelf.at(snapshot.revision)
        solutions = _load_solutions(shelf, explainer, ranked, request)
        notices = _select_notices(shelf, context, request.audience)
        confidence = solutions[0].confidence if solutions else 0.0
        if confidence >= WORTH_ASKING:
            ask = ask or choose_questions(ranked, snapshot.catalogue, context, question.raw)
        watch.lap("explain")
        return MatchResult(
            request_id=uuid.uuid4().hex,
            generation=snapshot.generation,
            confidence=confidence,
            answered=bool(solutions) and confidence >= self.surroundings.answer_threshold,
            solutions=solutions,
            ask=ask,
            notices=notices,
            order_id=context.order.id if context.order else None,
            timing=watch.stages,
        )

    def _find_context(self, request: MatchRequest) -> tuple[OrderContext, list[Ask]]:
        order, ask = _find_order(self.live.database, request)
        context = derive_context(
            order,
            now=request.now or self.surroundings.clock(),
            zone=self.surroundings.zone,
            channel=request.channel,
            audience=request.audience,
        )
        return context, ask


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


@dataclass(slots=True)
class _Stopwatch:
    """Milliseconds by stage of one match."""

    stages: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.stages[stage] = round((now - self.started) * 1000, 3)
        self.started = now


def _find_order(database: Database, request: MatchRequest) -> tuple[Order | None, list[Ask]]:
    """Return the order the request is about; where a customer has several, ask which one."""
    if request.order is not None:
        return request.order, []
    if request.order_id is not None:
        with database.read() as session:
            return get_order(session, request.order_id), []
    if request.customer_id is not None:
        with database.read() as session:
            orders = list_customer_orders(session, request.customer_id, limit=2)
            if not orders:
                require_customer(session, request.customer_id)
        if len(orders) == 1:
            return orders[0], []
        return None, [ask_which_order(request.question)] if orders else []
    return _find_named_order(database, request), []


def _find_named_order(database: Database, request: MatchRequest) -> Order | None:
    """Return the order whose number, or whose parcel's, stands in an agent's question.

    Never for the public: whoever asks there has not shown whose order it is.
    """
    if request.audience is Audience.PUBLIC:
        return None
    numbers = [found.value for found in find_identifiers(request.question) if found.kind in NAMES_AN_ORDER]
    if not numbers:
        return None
    with database.read() as session:
        return find_order_by_number(session, numbers)


def _make_scope(request: MatchRequest, context: OrderContext) -> Scope:
    return Scope(
        audience=request.audience,
        now=context.now,
        ordered_at=context.order.placed_at if context.order else None,
        without=request.without,
        kind=request.filters.kind,
        category=request.filters.category,
        language=request.filters.language,
    )


def _load_solutions(
    shelf: Shelf, explainer: Explainer, ranked: Sequence[RankedCandidate], request: MatchRequest
) -> list[Solution]:
    """Turn the best candidates into solutions; one that may not be shown makes room for the next."""
    entries = explainer.snapshot.catalogue.entries
    solutions: list[Solution] = []
    for start in range(0, len(ranked), request.limit):
        page = ranked[start : start + request.limit]
        keys = [entries[candidate.ordinal].key for candidate in page]
        loaded = shelf.load(keys, audience=request.audience)
        for key, candidate in zip(keys, page, strict=True):
            if key in loaded and len(solutions) < request.limit:
                solutions.append(explainer.make_solution(loaded[key], candidate, rank=len(solutions) + 1))
        if len(solutions) == request.limit:
            break
    return solutions


def _select_notices(shelf: Shelf, context: OrderContext, audience: Audience) -> list[MatchedNotice]:
    if context.order is None:
        return []
    return [_show_notice(n, audience) for n in select_notices(shelf.notices(), context, audience=audience)]


def _show_notice(notice: Notice, audience: Audience) -> MatchedNotice:
    return MatchedNotice(
        id=notice.id,
        title=notice.title,
        kind=notice.kind,
        priority=notice.priority,
        body=notice.body if audience is Audience.INTERNAL else None,
        wording=notice.wording,
    )
