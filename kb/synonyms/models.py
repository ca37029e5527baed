"""Synonyms: the border model `Synonym`, a rule of which words mean the same, and its table."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Annotated

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kb.articles.models import ItemId, Line
from kb.database import Base, UtcDateTime
from kb.text.clean import CleanText
from kb.text.normalise import normalise

MAX_TERMS = 20
MAX_TERM_CHARACTERS = 50
# One character stands in too many words to be replaced: 单 in 订单, 买单 and 单独; t in every other English word.
FEWEST_CHARACTERS = 2
# What people put between words. A term that holds one is several terms that were not told apart.
_SEPARATORS = re.compile(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029|、，,；;]")


def _clean_term(text: str) -> str:
    """Return the term on single spaces, or raise ValueError where it cannot stand for a word."""
    if separator := _SEPARATORS.search(text):
        shown = separator[0] if separator[0].isprintable() else "a line break"
        raise ValueError(f"one term holds {shown}: write each word as a term of its own, with | between them in a cell")
    term = " ".join(text.split())
    letters = sum(character.isalnum() for character in fold_term(term))
    if letters < FEWEST_CHARACTERS:
        raise ValueError(
            f"a term needs at least {FEWEST_CHARACTERS} letters, digits or Chinese characters: "
            "a single one stands in too many other words"
        )
    return term


Term = Annotated[str, CleanText, Field(max_length=MAX_TERM_CHARACTERS), AfterValidator(_clean_term)]


def _drop_repeated(terms: tuple[str, ...]) -> tuple[str, ...]:
    """Return the terms without those that another writing of them stands before."""
    kept: dict[str, str] = {}
    for term in terms:
        kept.setdefault(fold_term(term), term)
    return tuple(kept.values())


Terms = Annotated[tuple[Term, ...], Field(max_length=MAX_TERMS), AfterValidator(_drop_repeated)]


class Synonym(BaseModel):
    """A rule: its `terms` mean the same as each other, or, where `means` is given, are read as that but not back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: ItemId
    terms: Annotated[Terms, Field(min_length=1)]
    means: Terms = ()
    note: Line | None = None

    @property
    def is_two_way(self) -> bool:
        """Whether each term may stand for each other."""
        return not self.means

    @field_validator("note")
    @classmethod
    def _blank_note_is_none(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @model_validator(mode="after")
    def _says_something(self) -> Synonym:
        if self.is_two_way and len(self.terms) < 2:
            raise ValueError(
                "a rule of one term says nothing: add a term that means the same, or say in `means` how to read it"
            )
        meant = {fold_term(term) for term in self.means}
        if any(fold_term(term) in meant for term in self.terms):
            raise ValueError("a term is read as itself: a word that stands in `means` must not stand in `terms`")
        return self


def fold_term(term: str) -> str:
    """Return the form in which terms are compared: case, width and traditional characters do not matter."""
    return normalise(term)


def hash_synonym(synonym: Synonym) -> str:
    """Return the SHA-256 of everything a rule says."""
    return hashlib.sha256(orjson.dumps(synonym.model_dump(), option=orjson.OPT_SORT_KEYS)).hexdigest()


class SynonymRow(Base):
    """A rule as stored."""

    __tablename__ = "synonyms"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    terms: Mapped[list[str]] = mapped_column(JSON)
    means: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
