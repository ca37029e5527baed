"""Items and passages: what the index sees of articles and cases, the same shape for both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb.articles.models import Audience, Basis
from kb.changes import ItemKind
from kb.orders.likeness import OrderFacts


@dataclass(frozen=True, slots=True, order=True)
class ItemKey:
    """Names one version of an article, or a case (whose version is 1)."""

    kind: ItemKind
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an item: `shown` is its own text, `text` what is embedded, with the title it stands under."""

    shown: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One version of an article, or a case, ready to be indexed.

    `headings` are how a customer would put it (title, question variants, a case's question);
    `passages` are what is said about it. There is at least one of each. `labels` are tags and products.
    How it ended, what was done and what the order looked like then are told of cases.
    """

    key: ItemKey
    headings: tuple[str, ...]
    passages: tuple[Passage, ...]
    audience: Audience
    language: str = "zh"
    category: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    basis: Basis = Basis.NOW
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    applies_when: Any = None
    outcome: str | None = None
    remedy: str | None = None
    order_facts: OrderFacts | None = None

    @property
    def full_text(self) -> str:
        """Everything the item says, once."""
        return "\n".join((*self.headings, *(passage.shown for passage in self.passages), " ".join(self.labels)))
