"""What the widget's routes take and answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from api.schemas import RequestId, Turn, TurnBody
from api.validation import StrictModel
from kb.articles.models import ItemId
from kb.conditions import Verdict
from kb.customers.order_card import OrderCard
from kb.handovers.models import ReadArticle
from kb.orders.order import Identifier
from kb.text.clean import CleanText

MAX_QUESTION = 2_000
MAX_TURNS = 20
MAX_TURN = 2_000
MAX_CONVERSATION = 10_000  # Anybody may send one, and all of it is masked and kept.
MAX_SHOWN = 10

Question = Annotated[str, CleanText, Field(min_length=1, max_length=MAX_QUESTION)]


def _refuse_long(turns: list[TurnBody]) -> list[TurnBody]:
    sizes = [len(turn.text) for turn in turns]
    if max(sizes, default=0) > MAX_TURN or sum(sizes) > MAX_CONVERSATION:
        raise ValueError(
            f"a turn has at most {MAX_TURN:,} characters, and all of them together {MAX_CONVERSATION:,}; "
            "send the newest ones only"
        )
    return turns


Turns = Annotated[list[Turn], Field(max_length=MAX_TURNS), AfterValidator(_refuse_long)]


class WidgetQuestion(StrictModel):
    """What a customer asks."""

    question: Question = Field(description="As it was written.")
    turns: Turns = Field(
        default_factory=list, description="What was said before, oldest first: texts, or objects with `role`, `text`."
    )
    order_id: Identifier | None = Field(
        None, description="An order of the customer's own; needs the token that says who it is."
    )


class WidgetJudgement(StrictModel):
    """Whether an answer solved the problem."""

    request_id: RequestId = Field(description="The `request_id` of the answer.")
    article_id: ItemId
    solved: bool


class HandoverBody(WidgetQuestion):
    """What an agent has to know who takes over."""

    request_id: RequestId | None = Field(None, description="The `request_id` of the last answer.")
    shown: Annotated[list[ItemId], Field(max_length=MAX_SHOWN)] = Field(
        default_factory=list, description="The ids of the articles that were read already."
    )


class AnswerSource(BaseModel):
    """Where an answer comes from, and when it holds."""

    title: str
    version: int
    valid_from: datetime | None
    valid_to: datetime | None


class WidgetAnswer(BaseModel):
    """An article as a customer reads it."""

    id: str
    version: int
    title: str
    html: str = Field(description="The answer, rendered through an allow list of tags: may be shown as it is.")
    text: str = Field(description="The same without markup.")
    applies: Verdict = Field(description="Whether the order meets its conditions; one without any is met.")
    fits_order: bool = Field(description="Whether the order meets its conditions, or facts of it stand in it.")
    missing: Sequence[str] = Field(description="What the order would have to tell for a reply that is filled from it.")
    source: AnswerSource


class WidgetAsk(BaseModel):
    """The one thing that is worth asking back."""

    fact: str
    question: str


class WidgetNotice(BaseModel):
    """An announcement that touches the order."""

    id: str
    title: str
    text: str


class WidgetAnswers(BaseModel):
    """The answers to a question; `answered` is false where none is sure enough."""

    request_id: str
    answered: bool
    hand_over: bool
    answers: Sequence[WidgetAnswer]
    ask: Sequence[WidgetAsk]
    order: OrderCard | None
    orders: Sequence[OrderCard] = Field(description="Filled only where it is open which of them is meant.")
    notices: Sequence[WidgetNotice]


class WidgetArticle(BaseModel):
    """One article, and the order that it is told for."""

    request_id: str
    answer: WidgetAnswer
    order: OrderCard | None


class HandoverAnswer(BaseModel):
    """What was stored for the agent who takes over, masked."""

    handover_id: str
    question: str
    order: OrderCard | None
    shown: Sequence[ReadArticle]
