"""Which items an index holds: one row an item, by ordinal, and which of them a question may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

import numpy as np
import orjson
from numpy.typing import NDArray

from index.columns import CodeArray, Columns, hash_name, make_columns
from index.entry import Entries, Entry, list_entries
from index.versions import Names, Versions, find_versions, make_names
from kb.articles.models import Audience
from kb.changes import INDEXED_KINDS, ItemKind
from kb.conditions import ALWAYS, Condition, estimate_met_share, parse_condition
from kb.items import Item
from kb.orders.context import OrderContext
from kb.orders.likeness import OrderShares

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

CONDITIONS_KEPT = 20_000
LONG_AGO = np.iinfo(np.int64).min
FOR_EVER = np.iinfo(np.int64).max
NOTHING = np.zeros(1, bool)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, and when: only items in scope are ever searched, ranked or loaded."""

    audience: Audience
    now: datetime
    ordered_at: datetime | None = None
    without: frozenset[str] = frozenset()
    kind: ItemKind | None = None
    category: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The items of one index state; the rows of an item's vectors are `start[i] : start[i + 1]`."""

    entries: Entries
    columns: Columns
    alive: BoolArray
    names: Names
    versions: Versions
    heading_start: IntArray
    passage_start: IntArray
    order_shares: OrderShares = field(default_factory=OrderShares)  # Among the orders of past cases.
    _dated: IntArray = field(init=False)
    _undated: BoolArray = field(init=False)

    def __post_init__(self) -> None:
        columns = self.columns
        dated = np.flatnonzero((columns.effective_from != LONG_AGO) | (columns.effective_to != FOR_EVER))
        undated = self.alive.copy()
        undated[dated] = False
        object.__setattr__(self, "_dated", dated)
        object.__setattr__(self, "_undated", undated)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def heading_owner(self) -> IntArray:
        """The item of each heading row."""
        return np.repeat(np.arange(len(self)), self.columns.headings)

    @property
    def passage_owner(self) -> IntArray:
        """The item of each passage row."""
        return np.repeat(np.arange(len(self)), self.columns.passages)

    @property
    def english(self) -> BoolArray:
        """Which items are in English."""
        return self._speaks("en")

    def find_ordinals(self, kind: ItemKind, item_id: str) -> tuple[int, ...]:
        """Return every version of an item that is not gone, oldest first."""
        return tuple(o for o in self.names.find(hash_name(kind, item_id)) if self.alive[o])

    def condition(self, ordinal: int) -> Condition:
        """Return the condition of an item; one without always applies."""
        return self.find_condition(ordinal) or ALWAYS

    def find_condition(self, ordinal: int) -> Condition | None:
        """Return the condition of an item; None for one without."""
        if not self.columns.conditioned[ordinal]:
            return None
        return _parse(orjson.dumps(self.entries[ordinal].applies_when))

    def select(self, scope: Scope) -> BoolArray:
        """Return which items the scope may see: alive, of its audience, and the version in force at its time."""
        columns, dated = self.columns, self._dated
        moment = self._deciding_moment(scope)
        allowed = self._undated.copy()
        allowed[dated] = self.alive[dated] & (columns.effective_from[dated] <= moment)
        # The newest version that has started decides, whether or not the asker may see it and even when it has ended:
        # the text that it replaced must not answer in its place.
        self.versions.keep_newest(allowed)
        allowed[dated] &= moment < columns.effective_to[dated]
        if scope.audience is Audience.PUBLIC:
            allowed &= columns.public
        if scope.kind is not None:
            allowed &= {ItemKind.CASE: columns.is_case, ItemKind.ARTICLE: ~columns.is_case}.get(scope.kind, NOTHING)
        if scope.language is not None:
            allowed &= self._speaks(scope.language)
        if scope.category:
            depth = len(scope.category)
            below = [category[:depth] == scope.category for category in columns.lists.categories]
            allowed &= np.array(below, bool)[columns.category]
        for item_id in scope.without:
            for kind in INDEXED_KINDS:
                allowed[list(self.find_ordinals(kind, item_id))] = False
        return allowed

    def _speaks(self, language: str) -> BoolArray:
        languages = self.columns.lists.languages
        spoken: BoolArray = self.columns.language == (languages.index(language) if language in languages else -1)
        return spoken

    def _deciding_moment(self, scope: Scope) -> IntArray:
        now = to_seconds(scope.now)
        ordered_at = now if scope.ordered_at is None else to_seconds(scope.ordered_at)
        return np.where(self.columns.by_order[self._dated], ordered_at, now)

    def without_items(self, keys: Iterable[tuple[ItemKind, str]]) -> Catalogue:
        """Return the catalogue with every version of the named items gone."""
        alive = self.alive.copy()
        for kind, item_id in keys:
            alive[list(self.find_ordinals(kind, item_id))] = False
        return replace(self, alive=alive)

    def with_entries(self, entries: Sequence[Entry]) -> Catalogue:
        """Return the catalogue with more items behind the known ones, all versions of each."""
        first, more = len(self), make_columns(entries)
        return Catalogue(
            entries=self.entries.with_more(entries),
            columns=self.columns.with_more(entries),
            alive=np.append(self.alive, np.ones(len(entries), bool)),
            names=self.names.with_more(more.names, first=first),
            versions=self.versions.with_more(find_versions(more.names, first=first)),
            heading_start=_extend_starts(self.heading_start, more.headings),
            passage_start=_extend_starts(self.passage_start, more.passages),
            order_shares=self.order_shares.with_more(e.order_facts for e in entries if e.order_facts),
        )


def find_ordered_at(context: OrderContext) -> datetime | None:
    """Return when the order was placed: one that says tomorrow must not open what is in force from tomorrow on."""
    placed_at = context.order.placed_at if context.order else None
    return min(placed_at, context.now) if placed_at else None


def make_catalogue(entries: Sequence[Entry]) -> Catalogue:
    """Return the catalogue of a list of items, all alive."""
    shares = OrderShares().with_more(entry.order_facts for entry in entries if entry.order_facts)
    return assemble_catalogue(list_entries(entries), make_columns(entries), shares)


def assemble_catalogue(entries: Entries, columns: Columns, shares: OrderShares) -> Catalogue:
    """Return the catalogue of items whose columns are known, all alive."""
    start = np.zeros(1, np.int64)
    return Catalogue(
        entries=entries,
        columns=columns,
        alive=np.ones(len(columns), bool),
        names=make_names(columns.names),
        versions=find_versions(columns.names, first=0),
        heading_start=_extend_starts(start, columns.headings),
        passage_start=_extend_starts(start, columns.passages),
        order_shares=shares,
    )


def make_entry(item: Item, population: Sequence[OrderContext]) -> Entry:
    """Return what the catalogue keeps of an item; `population` are the orders its condition is compared with."""
    met_share = estimate_met_share(parse_condition(item.applies_when), population) if item.applies_when else 1.0
    return Entry(
        key=item.key,
        audience=item.audience,
        language=item.language,
        category=item.category,
        basis=item.basis,
        effective_from=LONG_AGO if item.effective_from is None else to_seconds(item.effective_from),
        effective_to=FOR_EVER if item.effective_to is None else to_seconds(item.effective_to),
        applies_when=item.applies_when,
        headings=len(item.headings),
        passages=len(item.passages),
        met_share=met_share,
        outcome=item.outcome,
        remedy=item.remedy,
        order_facts=item.order_facts,
    )


def to_seconds(moment: datetime) -> int:
    """Return whole seconds since 1970."""
    return int(moment.timestamp())


@lru_cache(CONDITIONS_KEPT)
def _parse(condition: bytes) -> Condition:
    return parse_condition(orjson.loads(condition))


def _extend_starts(old: IntArray, counts: CodeArray) -> IntArray:
    return np.append(old, old[-1] + np.cumsum(counts, dtype=np.int64))
