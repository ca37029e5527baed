"""What `POST /v1/replies:check` takes and answers, with an example of both."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from api.examples import ORDER
from api.validation import StrictModel
from kb.articles.models import ItemId
from kb.changes import ItemKind
from kb.orders.order import Identifier, Moment, Order
from kb.orders.words import Language
from kb.replies.guard import MAX_REPLY, ClaimKind
from kb.text.clean import CleanText

MAX_CITED = 10
LONGEST_REPLY_READ = 100_000  # The guard refuses less than this, with a better message.


class CitedBody(StrictModel):
    """An article or a case that the reply goes by."""

    kind: Literal["article", "case"]
    id: ItemId
    version: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = Field(
        None, description="Of an article; the newest published one without it."
    )


class ReplyCheckBody(StrictModel):
    """A reply as it is to be sent; at most one of `order` and `order_id`."""

    text: Annotated[str, CleanText, Field(max_length=LONGEST_REPLY_READ)] = Field(
        description=f"The reply, at most {MAX_REPLY:,} characters."
    )
    order: Order | None = Field(None, description="The order itself; only `status` is required in it.")
    order_id: Identifier | None = Field(None, description="The id of an order that has been imported.")
    cited: list[CitedBody] = Field(default_factory=list, max_length=MAX_CITED)
    language: Language = Field(
        "zh", description="The reply's language: 05/06 is 6 May in Chinese, and either in English."
    )
    now: Moment | None = Field(
        None, description="The moment that 明天 and `tomorrow` count from; the present without it."
    )

    @model_validator(mode="after")
    def _name_one_order(self) -> ReplyCheckBody:
        if self.order is not None and self.order_id is not None:
            raise ValueError("Send only one of order and order_id")
        return self


class SupportAnswer(BaseModel):
    """What says the same: the order's fact called `name`, or a `sentence` of the cited item called `id`."""

    source: Literal["order"] | ItemKind
    name: str | None = None
    id: str | None = None
    version: int | None = None
    sentence: str | None = None


class ClaimAnswer(BaseModel):
    """A stretch of the reply that claims something: `text[start:end]`, in characters."""

    start: int
    end: int
    text: str
    kind: ClaimKind
    value: str = Field(description="What it claims, in one form for all ways of writing it.")
    support: SupportAnswer | None = Field(description="Null where nothing says the same.")


class ReplyCheckAnswer(BaseModel):
    """Every claim of the reply, in order, and how many of them nothing supports."""

    claims: list[ClaimAnswer]
    unsupported: int


CHECK_REPLY: dict[str, Any] = {
    "text": "您的包裹原定 11月18日 18:00 前送到，4 小时内给您回电，补您 50 元。",
    "order": ORDER,
    "cited": [{"kind": "article", "id": "delivery-late-self"}],
    "now": "2026-11-20T10:00:00+08:00",
}
REPLY_CHECKED: dict[str, Any] = {
    "claims": [
        {
            "start": 7, "end": 19, "text": "11月18日 18:00", "kind": "time", "value": "11-18 18:00",
            "support": {"source": "order", "name": "order.promised_at", "id": None, "version": None, "sentence": None},
        },
        {
            "start": 24, "end": 28, "text": "4 小时", "kind": "duration", "value": "4 小时",
            "support": {
                "source": "article", "name": None, "id": "delivery-late-self", "version": 1,
                "sentence": "给派送站下“催派”工单，站点 4 小时内回电客户。",
            },
        },
        {"start": 37, "end": 41, "text": "50 元", "kind": "amount", "value": "50 CNY", "support": None},
    ],
    "unsupported": 1,
}  # fmt: skip
