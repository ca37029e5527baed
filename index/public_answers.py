"""What a customer may read: public articles in force, told with the facts of their own order where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from index.catalogue import Catalogue, Scope, find_ordered_at
from index.deadline import Deadline
from index.matcher import Matcher
from index.solutions import MatchRequest, MatchResult
from index.threshold import find_threshold
from kb.articles.models import ArticleStatus, ArticleVersionRow, Audience
from kb.articles.repository import find_versions
from kb.changes import ItemKind
from kb.conditions import Verdict, evaluate, parse_condition
from kb.customer_token import Visitor
from kb.customers.own_orders import OwnOrderNotFound, find_own_order, list_own_orders
from kb.errors import NotFound
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from kb.orders.words import Language
from kb.replies.guard import OrderEvidence, find_unsupported, read_statements
from kb.replies.slot_table import SLOTS
from kb.replies.slots import FilledReply, fill_reply
from kb.sources.own_tables import OwnTables
from kb.sources.ports import OrderSource

CHANNEL = "web"
MOST_ANSWERS = 3
# Beside an answer that is sure: another line to look over costs a customer a ninth of what one that helps is worth.
LIKELY_ENOUGH = find_threshold(1 / 9)
Version = tuple[str, int]


class PublicArticleNotFound(NotFound):
    """No public article in force has this id: whether another has is not told."""

    code = "article_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such answer any more. Search again.")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the asker's orders: theirs, and the one that is meant where that is clear."""

    customer_id: str | None = None
    orders: tuple[Order, ...] = ()
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """An article as a customer reads it: its `public_body`, which nobody has to have done anything for.

    Where there is none, its `reply` if that fits their order and nothing is missing: what an agent writes who has acted
    on it; else its body. `missing` names, in the article's language, what the order would have to tell for the reply.
    `applies` is whether the order meets the article's conditions; `fits_order`, that it does and there are any, or that
    facts of it stand in the reply.
    """

    id: str
    version: int
    title: str
    body: str
    reply: str | None
    applies: Verdict
    fits_order: bool
    missing: tuple[str, ...]
    source: str | None
    valid_from: datetime | None
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class PublicMatch:
    """The answers to a question, best first, and the order they are about; `open_orders` may each be the one meant."""

    request: MatchRequest
    result: MatchResult
    answers: tuple[PublicAnswer, ...]
    order: Order | None
    open_orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class PublicReading:
    """An article that was opened, and the order it is told for."""

    generation: str
    answer: PublicAnswer
    order: Order | None


class PublicDesk:
    """Answers customers, by the one matcher that answers agents, and from nothing but what is theirs to see."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._surroundings = matcher.surroundings
        self._database = matcher.live.database
        self._orders: OrderSource = matcher.surroundings.orders or OwnTables(self._database)

    def find_orders(self, visitor: Visitor | None, order_id: str | None) -> Known:
        """Return what is known of a visitor's orders; raises `OwnOrderNotFound` where `order_id` is none of them.

        Where an order is named, here or by the page, and cannot be had, none is told: never another in its place.
        """
        if visitor is None:
            return Known()
        customer_id = visitor.customer_id
        orders = list_own_orders(self._orders, customer_id)
        named = order_id or visitor.order_id
        if named is None:
            return Known(customer_id, orders, orders[0] if len(orders) == 1 else None)
        try:
            found = find_own_order(self._orders, customer_id, named, orders)
        except OwnOrderNotFound:
            if order_id is not None:
                raise
            found = None
        return Known(customer_id) if found is None else Known(customer_id, orders, found)

    def ask(
        self, question: str, turns: Sequence[str], known: Known, *, deadline: Deadline | None = None
    ) -> PublicMatch:
        """Return the answers to a question; raises `InvalidInput` where it cannot be asked, or `DeadlinePassed`."""
        request = MatchRequest(
            question=question,
            turns=turns,
            order=known.order,
            customer_id=known.customer_id if known.order is None and known.orders else None,
            channel=CHANNEL,
            audience=Audience.PUBLIC,
            limit=MOST_ANSWERS,
        )
        result = _drop_unlikely(self._matcher.match(request, deadline=deadline))
        order = next((one for one in (*known.orders, known.order) if one and one.id == result.order_id), known.order)
        versions = [(s.id, s.version) for s in result.solutions if s.kind is ItemKind.ARTICLE]
        open_ids = [possible.id for possible in result.orders] if order is None else []
        return PublicMatch(
            request=request,
            result=result,
            answers=tuple(self._load(versions, self._derive(order))),
            order=order,
            open_orders=tuple(order for order_id in open_ids for order in known.orders if order.id == order_id),
        )

    def read(self, article_id: str, known: Known) -> PublicReading:
        """Return an article; raises `PublicArticleNotFound` for all but public ones in force."""
        context = self._derive(known.order)
        snapshot = self._matcher.live.snapshot()
        answers = self._load(_find_in_force(snapshot.catalogue, article_id, context), context)
        if not answers:
            raise PublicArticleNotFound
        return PublicReading(snapshot.generation, answers[0], known.order)

    def list_readable(self, article_ids: Sequence[str]) -> list[PublicAnswer]:
        """Return those of the named articles that are public and in force, as nobody in particular reads them."""
        context = self._derive(None)
        catalogue = self._matcher.live.snapshot().catalogue
        versions = [
            v for article_id in dict.fromkeys(article_ids) for v in _find_in_force(catalogue, article_id, context)
        ]
        return self._load(versions, context)

    def _derive(self, order: Order | None) -> OrderContext:
        return derive_context(
            order,
            now=self._surroundings.clock(),
            zone=self._surroundings.zone,
            channel=CHANNEL,
            audience=Audience.PUBLIC,
        )

    def _load(self, versions: Sequence[Version], context: OrderContext) -> list[PublicAnswer]:
        """Return the versions as they are read, in this order, looking once more whether everybody may see them."""
        if not versions:
            return []
        with self._database.read() as session:
            return _make_answers(session, versions, context)


def _drop_unlikely(result: MatchResult) -> MatchResult:
    """Leave out what is unlikely to help beside a sure answer; where nothing is sure all are the nearest there is."""
    if not result.answered:
        return result
    first, *others = result.solutions
    return replace(result, solutions=[first, *(other for other in others if other.confidence >= LIKELY_ENOUGH)])


def _find_in_force(catalogue: Catalogue, article_id: str, context: OrderContext) -> list[Version]:
    ordinals = catalogue.find_ordinals(ItemKind.ARTICLE, article_id)
    if not ordinals:
        return []
    allowed = catalogue.select(Scope(Audience.PUBLIC, context.now, find_ordered_at(context), kind=ItemKind.ARTICLE))
    return [(article_id, catalogue.entries[ordinal].key.version) for ordinal in ordinals if allowed[ordinal]]


def _make_answers(session: Session, versions: Sequence[Version], context: OrderContext) -> list[PublicAnswer]:
    rows = find_versions(session, versions)
    return [_tell(rows[version], context) for version in versions if version in rows and _is_public(rows[version])]


def _is_public(row: ArticleVersionRow) -> bool:
    return row.status == ArticleStatus.PUBLISHED and row.audience == Audience.PUBLIC


def _tell(row: ArticleVersionRow, context: OrderContext) -> PublicAnswer:
    language: Language = "en" if row.language == "en" else "zh"
    filled = fill_reply(row.reply, context, language=language) if row.reply and not row.public_body else None
    missing = filled.missing if filled else ()
    applies = evaluate(parse_condition(row.applies_when), context)
    fits = applies is Verdict.MET
    is_told = filled is not None and not missing and fits and _is_supported(row, filled, context, language)
    return PublicAnswer(
        id=row.article_id,
        version=row.version,
        title=row.title,
        body=row.public_body or row.body or row.title,
        reply=filled.text if filled and is_told else None,
        applies=applies,
        fits_order=bool((fits and row.applies_when and context.order) or (is_told and filled and filled.filled)),
        missing=tuple(SLOTS[name].label.say(language) for name in missing),
        source=row.source,
        valid_from=row.effective_from,
        valid_to=row.effective_to,
    )


def _is_supported(row: ArticleVersionRow, filled: FilledReply, context: OrderContext, language: Language) -> bool:
    """Tell whether order or article say every figure of a reply: nobody reads it over before the customer."""
    stated = read_statements(f"{row.title}\n{row.body}", language)
    return not find_unsupported(filled.text, OrderEvidence(context), (stated,), language)
