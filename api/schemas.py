"""What the routes take, and the answers that are not plain values of the other packages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from api.validation import StrictModel
from index.question import MAX_TURNS
from index.solutions import DEFAULT_LIMIT, MAX_LIMIT, Filters, MatchRequest
from kb.articles.models import Article, ArticleStatus, Audience, ItemId
from kb.changes import ItemKind, SaveResult
from kb.errors import InvalidInput
from kb.feedback.models import MAX_AGENT, MAX_REQUEST_ID, FeedbackVerdict, SolutionRef
from kb.feedback.service import NewJudgement
from kb.orders.order import Identifier, Moment, Order, OrderStatus, PathParts
from kb.synonyms.models import Synonym
from kb.text.clean import CleanText

MAX_TURN_CHARACTERS = 10_000
MAX_REPLY_CHARACTERS = 5_000
LONGEST_HTML = 1_000_000  # As long as any body of a request.
REQUEST_ID = rf"^[A-Za-z0-9_-]{{1,{MAX_REQUEST_ID}}}$"
LONGEST_QUESTION_READ = 100_000  # The matcher refuses less than this, with a better message.


def _plain_turn(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


def _plain_customer(value: object) -> object:
    return {"id": value} if isinstance(value, str | int) else value


class TurnBody(StrictModel):
    """Something said earlier in the conversation."""

    role: Literal["customer", "agent"] = "customer"
    text: Annotated[str, CleanText, Field(max_length=MAX_TURN_CHARACTERS)]


class CustomerBody(StrictModel):
    """The customer asking: of their orders the one that the question is clearly about is taken."""

    id: Identifier


class FiltersBody(StrictModel):
    """What may be shown; a filter that nothing passes shows nothing."""

    kind: Literal["article", "case"] | None = None
    category: PathParts = Field((), description='A list, or one text with slashes: "配送/发货".')
    language: Literal["zh", "en"] | None = None


Turn = Annotated[TurnBody, BeforeValidator(_plain_turn, json_schema_input_type=str | TurnBody)]
CustomerRef = Annotated[CustomerBody, BeforeValidator(_plain_customer, json_schema_input_type=str | CustomerBody)]


class MatchBody(StrictModel):
    """A question with all that is known about its order; at most one of `order`, `order_id` and `customer`."""

    question: Annotated[str, CleanText, Field(max_length=LONGEST_QUESTION_READ)] = Field(
        description="The customer's last message, as it was written."
    )
    turns: list[Turn] = Field(
        default_factory=list,
        max_length=MAX_TURNS,
        description="What was said before, oldest first: texts, or objects with `role` and `text`.",
    )
    order: Order | None = Field(None, description="The order itself; only `status` is required in it.")
    order_id: Identifier | None = Field(None, description="The id of an order that the source of orders knows.")
    customer: CustomerRef | None = Field(None, description="The customer, as an id or as an object with an id.")
    channel: Annotated[str, CleanText, Field(max_length=50)] | None = Field(
        None,
        description="Where the customer asks, such as app, web or phone: the fact `channel` of conditions.",
    )
    audience: Audience = Field(
        Audience.INTERNAL, description="Who reads the answer; `public` never sees internal items."
    )
    limit: Annotated[int, Field(strict=True, ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    filters: FiltersBody = Field(default_factory=FiltersBody)
    now: Moment | None = Field(
        None, description="Answer as of this moment (ISO 8601 with zone) instead of the present."
    )
    replaces: Annotated[str, Field(pattern=REQUEST_ID)] | None = Field(
        None,
        description="The `request_id` of the match that this question was typed on from, at most ten minutes ago: its "
        "record is dropped unless something was said of it.",
    )

    @model_validator(mode="after")
    def _name_one_order(self) -> MatchBody:
        named = [name for name in ("order", "order_id", "customer") if getattr(self, name) is not None]
        if len(named) > 1:
            raise ValueError(f"Send only one of order, order_id and customer; this has {' and '.join(named)}")
        return self

    def to_request(self) -> MatchRequest:
        """Return the request as the matcher takes it."""
        return MatchRequest(
            question=self.question,
            turns=[turn.text for turn in self.turns],
            order=self.order,
            order_id=self.order_id,
            customer_id=self.customer.id if self.customer else None,
            channel=self.channel,
            audience=self.audience,
            limit=self.limit,
            filters=Filters(
                kind=ItemKind(self.filters.kind) if self.filters.kind else None,
                category=self.filters.category,
                language=self.filters.language,
            ),
            now=self.now,
        )


class ArticleAnswer(Article):
    """An article, and its body as HTML that may be shown as it is."""

    body_html: str = Field(description="The body, rendered through an allow list: no script, style, picture or frame.")


class ArticleBody(StrictModel, Article):
    """An article as it is to be from now on; its id is the one in the address."""

    id: ItemId = Field("", description="May be left out; where it is sent, it must equal the address.")
    body_html: Annotated[str, Field(max_length=LONGEST_HTML)] | None = Field(
        None, description="Not taken: so that an article may be sent back as it was read."
    )

    def to_article(self, article_id: str) -> Article:
        """Return the article with its id from the address."""
        if self.id not in ("", article_id):
            raise InvalidInput("The id in the body is not the one in the address. Leave it out of the body.")
        fields = {name: getattr(self, name) for name in Article.model_fields}
        return Article.model_construct(**fields | {"id": article_id})


class SavedAnswer(BaseModel):
    """What saving or withdrawing did; the next match already goes by it."""

    id: str
    version: int
    result: SaveResult
    status: ArticleStatus


RequestId = Annotated[str, Field(pattern=REQUEST_ID)]


class SolutionBody(StrictModel):
    """Names a solution of the match."""

    kind: Literal["article", "case"]
    id: ItemId

    def to_ref(self) -> SolutionRef:
        """Return the name as it is stored."""
        return SolutionRef(ItemKind(self.kind), self.id)


class FeedbackBody(StrictModel):
    """What came of a solution, or of the whole answer."""

    request_id: RequestId = Field(description="The `request_id` of the match.")
    verdict: FeedbackVerdict = Field(
        description="`used` as it is, `edited` before it was sent, `dismissed`: did not fit, `solved` the customer's "
        "problem, `wrong`: should not have been shown."
    )
    solution: SolutionBody | None = Field(
        None, description="The solution; without it the whole answer: solved, wrong, or dismissed (nothing fitted)."
    )
    reply: Annotated[str, CleanText, Field(max_length=MAX_REPLY_CHARACTERS)] | None = Field(
        None, description="What was sent in the end; personal data is masked before it is stored."
    )
    agent: Annotated[str, Field(pattern=rf"^[A-Za-z0-9._-]{{1,{MAX_AGENT}}}$")] | None = Field(
        None, description="An opaque id of who judged; not a name, not a number that others know them by."
    )
    at: Moment | None = Field(None, description="When it was judged (ISO 8601 with zone); the present without it.")

    def to_judgement(self) -> NewJudgement:
        """Return the judgement as it is saved."""
        return NewJudgement(
            request_id=self.request_id,
            verdict=self.verdict,
            solution=self.solution.to_ref() if self.solution else None,
            reply=self.reply or None,
            agent=self.agent,
            at=self.at,
        )


class SynonymBody(StrictModel, Synonym):
    """A rule of synonyms as it is to be from now on; its id is the one in the address."""

    id: ItemId = Field("", description="May be left out; where it is sent, it must equal the address.")
    updated_at: Moment | None = Field(None, description="Not taken: so that a rule may be sent back as it was listed.")

    def to_synonym(self, synonym_id: str) -> Synonym:
        """Return the rule with its id from the address."""
        if self.id not in ("", synonym_id):
            raise InvalidInput("The id in the body is not the one in the address. Leave it out of the body.")
        return Synonym(id=synonym_id, terms=self.terms, means=self.means, note=self.note)


class SynonymPreviewBody(SynonymBody):
    """A rule of synonyms to be tried."""

    id: ItemId = Field("", description="The rule that it would replace, or its own; a new rule may have none.")


class SynonymLine(Synonym):
    """A rule, and when it was last changed."""

    updated_at: datetime


class SynonymList(BaseModel):
    """Rules in order of id; `next_cursor` leads to the next page, and is null on the last one."""

    items: list[SynonymLine]
    next_cursor: str | None


class SynonymSaved(BaseModel):
    """What saving a rule did; the next match already goes by it."""

    id: str
    result: SaveResult


class SynonymDeleted(BaseModel):
    """The rule is gone."""

    id: str
    deleted: Literal[True] = True


class UndoneAnswer(BaseModel):
    """How many judgements were taken back."""

    request_id: str
    undone: int


class StatusWords(BaseModel):
    """A status as people read it."""

    zh: str
    en: str


class OrderLine(BaseModel):
    """An order to choose from: nothing in it says whose it is."""

    id: str
    status: OrderStatus
    status_words: StatusWords
    item_names: list[str]


class OrderList(BaseModel):
    """The newest orders; `next_cursor` is null, for there is no second page."""

    items: list[OrderLine]
    next_cursor: str | None = None
    time_zone: str = Field(description="The shop's time zone: times are shown to people in it.")


class HealthAnswer(BaseModel):
    """The process is alive."""

    status: Literal["alive"] = "alive"


class ReadyAnswer(BaseModel):
    """The service can answer; `revision` is the newest change of the knowledge base that matches see."""

    status: Literal["ready"] = "ready"
    generation: str
    revision: int
