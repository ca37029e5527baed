"""The matcher: from a question and its order to ranked, explained, filled solutions; the one path all callers use."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from index.asking import ORDER_ID, Asker, ask_which_order, language_of
from index.catalogue import BoolArray, Scope, find_ordered_at
from index.cores import count_cores
from index.deadline import Deadline
from index.explanation import Explainer
from index.follower import LiveIndex, Sight
from index.found_before import FoundBefore
from index.loading import Shelf
from index.order_lookup import FoundOrder, find_order
from index.places import explain_places, fill_places
from index.precedents import make_precedents
from index.question import Question, read_question
from index.ranking import RankedCandidate, rank
from index.reading import QuestionReader, make_reader
from index.recipe import STANDARD, Recipe
from index.remedies import summarise_remedies
from index.retrieval import Retrieved, Retriever
from index.searcher import Candidates
from index.signs import SignReader
from index.snapshot import Snapshot
from index.solutions import MAX_LIMIT, MatchedNotice, MatchRequest, MatchResult, Solution
from index.stopwatch import Stopwatch
from index.synonym_table import SynonymRule
from index.turns import Turns
from index.which_order.chooser import Asked, OrderChoice, OrderChooser
from index.which_order.showing import show_choice
from index.wording import Reading, Rewording
from kb.articles.models import Audience
from kb.errors import InvalidInput
from kb.notices.models import Notice
from kb.notices.service import select_notices
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from kb.replies.guard import OrderEvidence
from kb.sources.own_tables import OwnTables
from kb.sources.ports import OrderSource

WORTH_ASKING = 0.25  # Below it the question is about something else, and no fact of an order will help.


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a match needs besides the index: the clock, the shop's zone, and when to say "I do not know".

    Only what is surer than its audience's threshold is `answered`. Without `orders` they come from our own tables.
    """

    clock: Callable[[], datetime]
    zone: ZoneInfo
    thresholds: Mapping[Audience, float]
    orders: OrderSource | None = None


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A request that can be matched: the index as it stands, what is asked, and the order that was named."""

    sight: Sight
    recipe: Recipe
    question: Question
    named: FoundOrder


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question: the candidates in their final order, and all that is needed to explain them."""

    snapshot: Snapshot
    recipe: Recipe
    shelf: Shelf
    context: OrderContext
    named: FoundOrder
    choice: OrderChoice | None
    reading: Reading
    telling: tuple[str, ...]
    candidates: Candidates
    ranked: Sequence[RankedCandidate]
    signs: SignReader


class Matcher:
    """Matches questions on a live index; safe to call from several threads.

    It goes by the given recipe; without one by what the index has learnt, or else by the standard one.
    """

    def __init__(
        self,
        live: LiveIndex,
        surroundings: Surroundings,
        recipe: Recipe | None = None,
        *,
        questions_kept: int = 0,
        at_once: int | None = None,
    ) -> None:
        self.live = live
        self.surroundings = surroundings
        self.given_recipe = recipe
        self._orders = surroundings.orders or OwnTables(live.database)
        self.given_synonyms: Sequence[SynonymRule] | None = None
        self._chooser = OrderChooser(live.encoder)
        self._retriever = Retriever(live.encoder)
        self._found_before = FoundBefore(questions_kept)
        self._turns = Turns(at_once or count_cores())
        self._shelf = Shelf(live.database, -1)
        self._reader: QuestionReader | None = None

    def warm_up(self) -> None:
        """Load dictionaries and tables now: they take a second, and nobody's first question should wait for them."""
        sight = self.live.look()
        self._shelf = self._shelf.at(sight.revision)
        self._find_reader(sight.snapshot, self._shelf).wording.warm_up()
        self._chooser.warm_up()

    def with_synonyms(self, synonyms: Sequence[SynonymRule]) -> Matcher:
        """Return a matcher on the same index that reads questions by these rules in place of the base's."""
        other = copy(self)
        other.given_synonyms, other._reader = synonyms, None
        other._found_before = FoundBefore(0)  # By other rules other candidates are found.
        return other

    def with_chooser(self, chooser: OrderChooser) -> Matcher:
        """Return a matcher on the same index that chooses between a customer's orders by this chooser."""
        other = copy(self)
        other._chooser = chooser
        return other

    def read(self, text: str) -> Reading:
        """Return how a question is read, before anything is searched for; raises as `match` does."""
        sight = self.live.look()
        self._shelf = shelf = self._shelf.at(sight.revision)
        return self._find_reader(sight.snapshot, shelf).read(read_question(text).text)

    def match(self, request: MatchRequest, *, deadline: Deadline | None = None) -> MatchResult:
        """Return the solutions for a question; raises `InvalidInput` or `OrderNotFound` on unusable requests.

        Between two stages it raises `DeadlinePassed` where nobody waits for the answer any more.
        """
        watch = Stopwatch(deadline or Deadline())
        asked = self._take_up(request, watch)
        with self._turns.take(watch.deadline):
            watch.lap("wait")
            return self._answer(request, self._search(request, asked, watch), watch)

    def search(self, request: MatchRequest) -> Found:
        """Return the ranked candidates for a question, before any is loaded or explained; raises as `match` does."""
        watch = Stopwatch()
        return self._search(request, self._take_up(request, watch), watch)

    def _answer(self, request: MatchRequest, found: Found, watch: Stopwatch) -> MatchResult:
        snapshot, context, ranked, recipe = found.snapshot, found.context, found.ranked, found.recipe
        notices = select_notices(found.shelf.notices(), context, audience=request.audience)
        explainer = Explainer(
            snapshot,
            found.candidates,
            context,
            found.reading,
            found.telling,
            found.signs,
            recipe.curves[request.audience],
            notices,
            OrderEvidence(context),
        )
        places = fill_places(found.shelf, explainer, ranked, request)
        solutions = explain_places(explainer, places[: request.limit])
        confidence = solutions[0].confidence if solutions else 0.0
        answered = bool(solutions) and confidence > self.surroundings.thresholds[request.audience]
        ask = remedies = None
        if confidence >= WORTH_ASKING:
            precedents = make_precedents(snapshot.catalogue, context, recipe)
            remedies = summarise_remedies(ranked, found.candidates, snapshot.catalogue, precedents)
            asker = Asker(snapshot.catalogue, context, audience=request.audience, recipe=recipe)
            ask = asker.choose([place.candidate for place in places], request.question)
        is_unclear = found.choice is not None and found.choice.clear is None
        if is_unclear and (ask is None or ask.fact != ORDER_ID):
            ask = ask_which_order(request.question)
        watch.lap("explain")
        return MatchResult(
            request_id=uuid.uuid4().hex,
            generation=snapshot.generation,
            confidence=confidence,
            answered=answered,
            hand_over=request.audience is Audience.PUBLIC and not answered,
            solutions=solutions,
            ask=[] if ask is None else [ask],
            notices=[_show_notice(notice, request.audience) for notice in notices],
            order_id=context.order.id if context.order else None,
            order_source=found.named.report,
            orders=show_choice(found.choice, language_of(request.question)),
            remedies=remedies,
            rewordings=_list_rewordings(found.reading, solutions, request.audience),
            timing=watch.stages,
        )

    def _take_up(self, request: MatchRequest, watch: Stopwatch) -> TakenUp:
        """Take in what is new of the base and ask the source of orders, both of which may take seconds."""
        # The index before the database: what it names can then be loaded, and may be kept for its revision.
        sight = self.live.look()
        watch.deadline.check()  # What is new of the base may have been taken in first.
        recipe = self.find_recipe(sight.snapshot)
        question = read_question(request.question, request.turns if recipe.turns_count else ())
        if not 1 <= request.limit <= MAX_LIMIT:
            raise InvalidInput(f"limit must lie between 1 and {MAX_LIMIT}; it is {request.limit}.")
        named = find_order(self._orders, request)
        watch.lap("order")
        return TakenUp(sight, recipe, question, named)

    def _search(self, request: MatchRequest, asked: TakenUp, watch: Stopwatch) -> Found:
        snapshot, recipe, question, named = asked.sight.snapshot, asked.recipe, asked.question, asked.named
        context = self._make_context(named.order, request)
        self._shelf = shelf = self._shelf.at(asked.sight.revision)
        reader = self._find_reader(snapshot, shelf)
        allowed = snapshot.catalogue.select(_make_scope(request, context))
        retrieved = self._retrieve(snapshot, reader, question, allowed, watch)
        choice = None
        if named.customer_orders:
            contexts = [self._make_context(order, request) for order in named.customer_orders]
            about = Asked(retrieved.reading.text, question.before, retrieved.vector)
            choice = self._chooser.choose(about, contexts, snapshot.segmenter)
            watch.lap("choose")
        if choice is not None and choice.clear is not None:
            context, before = choice.clear, allowed
            allowed = snapshot.catalogue.select(_make_scope(request, context))
            if not np.array_equal(allowed, before):  # Another version was in force when this order was placed.
                retrieved = self._retriever.retrieve_again(snapshot, reader, question, allowed, retrieved)
        reading, candidates = retrieved.reading, retrieved.candidates
        ranked = rank(candidates, snapshot.catalogue, context, audience=request.audience, recipe=recipe)
        watch.lap("rank")
        return Found(
            snapshot=snapshot,
            recipe=recipe,
            shelf=shelf,
            context=context,
            named=named,
            choice=choice,
            reading=reading,
            telling=retrieved.telling,
            candidates=candidates,
            ranked=ranked,
            signs=SignReader(candidates, ranked, characters=len(reading.text), items=len(snapshot.lexical_full)),
        )

    def _retrieve(
        self, snapshot: Snapshot, reader: QuestionReader, question: Question, allowed: BoolArray, watch: Stopwatch
    ) -> Retrieved:
        found = self._found_before.recall(snapshot, question, allowed)
        if found is None:
            found = self._retriever.retrieve(snapshot, reader, question, allowed, watch)
            self._found_before.remember(snapshot, question, allowed, found)
        else:
            watch.lap("understand")
        return found

    def find_recipe(self, snapshot: Snapshot) -> Recipe:
        """Return the recipe that questions are matched by."""
        if self.given_recipe is not None:
            return self.given_recipe
        return STANDARD if snapshot.learnt is None else snapshot.learnt.recipe

    def _find_reader(self, snapshot: Snapshot, shelf: Shelf) -> QuestionReader:
        reader = self._reader
        if reader is None or reader.revision != snapshot.revision:
            synonyms = shelf.synonyms() if self.given_synonyms is None else self.given_synonyms
            self._reader = reader = make_reader(snapshot, synonyms, self.find_recipe(snapshot))
        return reader

    def _make_context(self, order: Order | None, request: MatchRequest) -> OrderContext:
        return derive_context(
            order,
            now=request.now or self.surroundings.clock(),
            zone=self.surroundings.zone,
            channel=request.channel,
            audience=request.audience,
        )


def _make_scope(request: MatchRequest, context: OrderContext) -> Scope:
    return Scope(
        audience=request.audience,
        now=context.now,
        ordered_at=find_ordered_at(context),
        without=request.without,
        kind=request.filters.kind,
        category=request.filters.category,
        language=request.filters.language,
    )


def _list_rewordings(reading: Reading, solutions: Sequence[Solution], audience: Audience) -> Sequence[Rewording]:
    """Return what was read otherwise than written: to customers only what stands in an answer they are shown.

    Words are also learnt from texts that only agents may see; naming such a word would tell of it.
    """
    if audience is Audience.INTERNAL:
        return reading.rewordings
    return [one for one in reading.rewordings if any(one in solution.found_by for solution in solutions)]


def _show_notice(notice: Notice, audience: Audience) -> MatchedNotice:
    return MatchedNotice(
        id=notice.id,
        title=notice.title,
        kind=notice.kind,
        priority=notice.priority,
        body=notice.body if audience is Audience.INTERNAL else None,
        wording=notice.wording,
    )
