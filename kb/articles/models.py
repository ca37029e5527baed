"""Articles: the border model `Article`, and the tables of articles and their immutable versions."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import JSON, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.conditions import parse_condition
from kb.database import Base, UtcDateTime
from kb.replies.slots import check_template
from kb.text.clean import CleanText

ItemId = Annotated[str, CleanText, Field(min_length=1, max_length=200, pattern=r"^[^\s/\\]+$")]
Line = Annotated[str, CleanText, Field(max_length=500)]
Prose = Annotated[str, CleanText, Field(max_length=200_000)]


class Audience(StrEnum):
    """Who may see an item: `public` is the widget and agents, `internal` agents only."""

    PUBLIC = "public"
    INTERNAL = "internal"


class ArticleStatus(StrEnum):
    """Where a version stands; only published ones are ever matched."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Basis(StrEnum):
    """Which moment decides the version in force: the present, or when the order was placed."""

    NOW = "now"
    ORDER = "order"


class Article(BaseModel):
    """One version of an article as imports, exports and the API carry it.

    `public_body` is what customers read in place of the body. It is not indexed: it says what the body says in other
    words, and an article is found by the same passages whoever reads it.
    """

    model_config = ConfigDict(extra="forbid")

    id: ItemId
    version: int | None = Field(None, ge=1, le=1_000_000)
    title: Annotated[str, CleanText, Field(min_length=1, max_length=500)]
    questions: list[Line] = Field(default_factory=list, max_length=200)
    body: Prose = ""
    public_body: Prose | None = None
    reply: Annotated[str, CleanText, Field(max_length=5_000)] | None = None
    category: list[Line] = Field(default_factory=list, max_length=20)
    tags: list[Line] = Field(default_factory=list, max_length=100)
    products: list[Line] = Field(default_factory=list, max_length=1_000)
    applies_when: dict[str, Any] | list[Any] | None = None
    audience: Audience = Audience.PUBLIC
    effective_from: AwareDatetime | None = None
    effective_to: AwareDatetime | None = None
    basis: Basis = Basis.NOW
    status: ArticleStatus = ArticleStatus.PUBLISHED
    source: Line | None = None
    owner: Line | None = None
    language: Annotated[str, Field(pattern="^(zh|en)$")] = "zh"

    @field_validator("applies_when")
    @classmethod
    def _condition_parses(cls, value: dict[str, Any] | list[Any] | None) -> dict[str, Any] | list[Any] | None:
        parse_condition(value)
        return value or None

    @field_validator("public_body")
    @classmethod
    def _blank_is_nothing_to_read(cls, value: str | None) -> str | None:
        return value if value and value.strip() else None

    @field_validator("reply")
    @classmethod
    def _reply_parses(cls, value: str | None) -> str | None:
        if value:
            check_template(value)
        return value or None

    @model_validator(mode="after")
    def _period_runs_forward(self) -> Article:
        if self.effective_from and self.effective_to and self.effective_from >= self.effective_to:
            raise ValueError("effective_to must be later than effective_from")
        return self


# Status and version number are not content: publishing a draft does not make another version of it.
NOT_CONTENT = {"version", "status"}


def hash_article(article: Article) -> str:
    """Return the SHA-256 of everything an article says."""
    content = article.model_dump(mode="python", exclude=NOT_CONTENT)
    for name in ("effective_from", "effective_to"):
        content[name] = content[name].timestamp() if content[name] else None
    if content["public_body"] is None:
        del content["public_body"]  # Versions stored before there was one keep their hash: they are the same content.
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


class ArticleRow(Base):
    """An article: the identity that its versions share."""

    __tablename__ = "articles"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    versions: Mapped[list[ArticleVersionRow]] = relationship(
        back_populates="article", order_by="ArticleVersionRow.version", lazy="selectin"
    )


class ArticleVersionRow(Base):
    """One version: its content never changes, only its status."""

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    row_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    questions: Mapped[list[str]] = mapped_column(JSON)
    body: Mapped[str] = mapped_column(Text)
    public_body: Mapped[str | None] = mapped_column(Text)
    reply: Mapped[str | None] = mapped_column(Text)
    category: Mapped[list[str]] = mapped_column(JSON)
    tags: Mapped[list[str]] = mapped_column(JSON)
    products: Mapped[list[str]] = mapped_column(JSON)
    applies_when: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    audience: Mapped[str] = mapped_column(String(16))
    effective_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    effective_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    basis: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), index=True)
    source: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    article: Mapped[ArticleRow] = relationship(back_populates="versions")
