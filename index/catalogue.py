"""Which items an index holds: one row an item, by ordinal, and which of them a question may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from kb.articles.models import Audience, Basis
from kb.changes import INDEXED_KINDS, ItemKind
from kb.conditions import ALWAYS, Condition, estimate_met_share, parse_condition
from kb.items import Item, ItemKey
from kb.orders.context import OrderContext
from kb.orders.likeness import OrderFacts, OrderShares

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

LONG_AGO = np.iinfo(np.int64).min
FOR_EVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index remembers of one item besides its vectors and terms."""

    key: ItemKey
    audience: Audience
    language: str
    category: tuple[str, ...]
    basis: Basis
    effective_from: int
    effective_to: int
    applies_when: object
    headings: int
    passages: int
    met_share: float = 1.0  # Of orders, how many meet the condition.
    outcome: str | None = None
    remedy: str | None = None
    order_facts: OrderFacts | None = None  # Of a case, when it was closed.


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

    def filters(self, entry: Entry) -> bool:
        """Tell whether an item passes the asker's own filters; what passes none is not shown at all."""
        return (
            self.kind in (None, entry.key.kind)
            and self.language in (None, entry.language)
            and entry.category[: len(self.category)] == self.category
        )

    @property
    def has_filters(self) -> bool:
        """Whether there is anything to filter by."""
        return bool(self.kind or self.category or self.language)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The items of one index state; the rows of an item's vectors are `start[i] : start[i + 1]`."""

    entries: Sequence[Entry]
    alive: BoolArray
    public: BoolArray
    english: BoolArray
    by_order: BoolArray
    effective_from: IntArray
    effective_to: IntArray
    heading_start: IntArray
    passage_start: IntArray
    ordinals: Mapping[tuple[ItemKind, str], tuple[int, ...]]
    conditions: Mapping[int, Condition]
    several: Mapping[tuple[ItemKind, str], tuple[int, ...]]
    order_shares: OrderShares = field(default_factory=OrderShares)  # Among the orders of past cases.

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def heading_owner(self) -> IntArray:
        """The item of each heading row."""
        return np.repeat(np.arange(len(self)), np.diff(self.heading_start))

    @property
    def passage_owner(self) -> IntArray:
        """The item of each passage row."""
        return np.repeat(np.arange(len(self)), np.diff(self.passage_start))

    def condition(self, ordinal: int) -> Condition:
        """Return the condition of an item; one without always applies."""
        return self.conditions.get(ordinal, ALWAYS)

    def select(self, scope: Scope) -> BoolArray:
        """Return which items the scope may see: alive, of its audience, and the version in force at its time."""
        moment = self._deciding_moment(scope)
        allowed: BoolArray = self.alive & (self.effective_from <= moment)
        # The newest version that has started decides, whether or not the asker may see it and even when it has ended:
        # the text that it replaced must not answer in its place.
        for versions in self.several.values():
            newest = max((v for v in versions if allowed[v]), default=-1)
            allowed[[v for v in versions if v != newest]] = False
        allowed &= moment < self.effective_to
        if scope.audience is Audience.PUBLIC:
            allowed &= self.public
        if scope.has_filters:
            allowed &= np.fromiter((scope.filters(entry) for entry in self.entries), bool, len(self))
        for item_id in scope.without:
            for kind in INDEXED_KINDS:
                allowed[list(self.ordinals.get((kind, item_id), ()))] = False
        return allowed

    def _deciding_moment(self, scope: Scope) -> IntArray:
        now = to_seconds(scope.now)
        ordered_at = now if scope.ordered_at is None else to_seconds(scope.ordered_at)
        return np.where(self.by_order, ordered_at, now)

    def without_items(self, keys: Iterable[tuple[ItemKind, str]]) -> Catalogue:
        """Return the catalogue with every version of the named items gone."""
        alive = self.alive.copy()
        kept = dict(self.ordinals)
        for key in keys:
            alive[list(kept.pop(key, ()))] = False
        return replace(self, alive=alive, ordinals=kept, several=_find_several(kept))

    def with_entries(self, entries: Sequence[Entry]) -> Catalogue:
        """Return the catalogue with more items behind the known ones."""
        return _append(self, entries)


def find_ordered_at(context: OrderContext) -> datetime | None:
    """Return when the order was placed: one that says tomorrow must not open what is in force from tomorrow on."""
    placed_at = context.order.placed_at if context.order else None
    return min(placed_at, context.now) if placed_at else None


def make_catalogue(entries: Sequence[Entry]) -> Catalogue:
    """Return the catalogue of a list of items, all alive."""
    nothing = np.zeros(0, np.int64)
    start = np.zeros(1, np.int64)
    no, none = nothing.astype(bool), dict[int, Condition]()
    return _append(Catalogue([], no, no, no, no, nothing, nothing, start, start, {}, none, {}), entries)


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


def _append(old: Catalogue, entries: Sequence[Entry]) -> Catalogue:
    first = len(old)
    ordinals = dict(old.ordinals)
    conditions = dict(old.conditions)
    for ordinal, entry in enumerate(entries, first):
        key = (entry.key.kind, entry.key.id)
        ordinals[key] = (*ordinals.get(key, ()), ordinal)
        if entry.applies_when:
            conditions[ordinal] = parse_condition(entry.applies_when)
    return Catalogue(
        entries=[*old.entries, *entries],
        alive=np.append(old.alive, np.ones(len(entries), bool)),
        public=np.append(old.public, np.array([e.audience is Audience.PUBLIC for e in entries], bool)),
        english=np.append(old.english, np.array([e.language == "en" for e in entries], bool)),
        by_order=np.append(old.by_order, np.array([e.basis is Basis.ORDER for e in entries], bool)),
        effective_from=_extend(old.effective_from, [e.effective_from for e in entries]),
        effective_to=_extend(old.effective_to, [e.effective_to for e in entries]),
        heading_start=_extend_starts(old.heading_start, [e.headings for e in entries]),
        passage_start=_extend_starts(old.passage_start, [e.passages for e in entries]),
        ordinals=ordinals,
        conditions=conditions,
        several=_find_several(ordinals),
        order_shares=old.order_shares.with_more(e.order_facts for e in entries if e.order_facts),
    )


def _find_several(
    ordinals: Mapping[tuple[ItemKind, str], tuple[int, ...]],
) -> dict[tuple[ItemKind, str], tuple[int, ...]]:
    return {name: versions for name, versions in ordinals.items() if len(versions) > 1}


def _extend(old: IntArray, more: Sequence[int]) -> IntArray:
    return np.append(old, np.array(more, np.int64))


def _extend_starts(old: IntArray, counts: Sequence[int]) -> IntArray:
    return np.append(old, old[-1] + np.cumsum(np.array(counts, np.int64)))
