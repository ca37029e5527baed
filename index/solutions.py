"""What a match returns: ranked solutions with their reasons, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from index.wording import Rewording
from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.orders.order import Order
from kb.sources.ports import NOT_ASKED, SourceReport

DEFAULT_LIMIT = 5
MAX_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What the asker wants to see only; a filter that nothing passes shows nothing."""

    kind: ItemKind | None = None
    category: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class MatchRequest:
    """A question with all that is known about its order; `now` None means the clock's.

    With `fold_copies` solutions that say the same take one place; without it each has its own.
    """

    question: str
    turns: Sequence[str] = ()
    order: Order | None = None
    order_id: str | None = None
    customer_id: str | None = None
    channel: str | None = None
    audience: Audience = Audience.INTERNAL
    limit: int = DEFAULT_LIMIT
    filters: Filters = Filters()
    now: datetime | None = None
    without: frozenset[str] = frozenset()
    fold_copies: bool = True


@dataclass(frozen=True, slots=True)
class Highlight:
    """A matched stretch of the title or the snippet: `text[start:end]`, in characters."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition in words, and whether this order meets it."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text: `text[start:end]`, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What to tell the customer: `filled` maps slots to words, `missing` names what the order does not tell.

    `unsupported` are figures and dates that neither the order nor the article says; `notice` is what to say first.
    """

    text: str
    filled: Mapping[str, str]
    missing: Sequence[str]
    unsupported: Sequence[Stretch] = ()
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer comes from."""

    kind: ItemKind
    id: str
    version: int
    title: str
    text: str
    source: str | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """An article or a case ranked for a question; `copies` are the ids of others that say the same.

    `found_by` are the words of the question that it holds in another writing than the customer's.
    """

    rank: int
    kind: ItemKind
    id: str
    version: int
    title: str
    snippet: str
    highlights: Sequence[Highlight]
    score: float
    confidence: float
    scores: Mapping[str, float]
    applies: str
    conditions: Sequence[Reason]
    reply: Reply
    citations: Sequence[Citation]
    audience: Audience
    outcome: str | None = None
    copies: Sequence[str] = ()
    found_by: Sequence[Rewording] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """The one fact worth asking for, and how to ask for it.

    `gain` is by how much the likeliest solution's probability is expected to rise with the answer; `separates` are the
    ids of those of which one or another is the likeliest then.
    """

    fact: str
    question: str
    gain: float = 0.0
    separates: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Remedies:
    """What was done in most past cases like this one: in `count` of `total`, of which `solved` were settled.

    `case_ids` are the cases in which it was done, best first.
    """

    remedy: str
    count: int
    total: int
    solved: int
    case_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class PossibleOrder:
    """One of the customer's orders, how likely it is the one that is meant, and why, in the question's language."""

    id: str | None
    probability: float
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class MatchedNotice:
    """An announcement that touches this order; `wording` is what a customer may be told."""

    id: str
    title: str
    kind: str
    priority: int
    body: str | None
    wording: str


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The answer to a match request; `timing` is milliseconds by stage.

    Where a customer has several orders, `orders` are those most likely meant; the first is taken if it is clear.

    Where nothing is sure enough, an agent still sees the nearest solutions, and a customer is to be handed over.
    """

    request_id: str
    generation: str
    confidence: float
    answered: bool
    solutions: Sequence[Solution]
    ask: Sequence[Ask]
    notices: Sequence[MatchedNotice]
    order_id: str | None = None
    order_source: SourceReport = NOT_ASKED
    orders: Sequence[PossibleOrder] = ()
    hand_over: bool = False
    remedies: Remedies | None = None
    rewordings: Sequence[Rewording] = ()
    timing: Mapping[str, float] = field(default_factory=dict)
