"""Which items a question may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from index.catalogue import Catalogue, Scope, make_catalogue, make_entry
from kb.articles.models import Audience, Basis
from kb.changes import ItemKind
from kb.items import Item
from tests.fakes import make_item

NOON = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def catalogue_of(*items: Item) -> Catalogue:
    """Return the catalogue of some items."""
    return make_catalogue([make_entry(item, []) for item in items])


def selected(catalogue: Catalogue, **scope: Any) -> list[int]:
    """Return the ordinals that a scope sees, for agents at noon unless told otherwise."""
    values: dict[str, Any] = {"audience": Audience.INTERNAL, "now": NOON, **scope}
    return [int(ordinal) for ordinal in catalogue.select(Scope(**values)).nonzero()[0]]


def test_public_scope_never_sees_internal_items() -> None:
    catalogue = catalogue_of(make_item("a"), make_item("b", audience=Audience.INTERNAL))
    assert selected(catalogue, audience=Audience.PUBLIC) == [0]
    assert selected(catalogue) == [0, 1]


@pytest.mark.parametrize(
    ("start", "end", "seen"),
    [
        (None, None, True),
        (NOON, None, True),  # In force from this very second
        (NOON + timedelta(seconds=1), None, False),
        (None, NOON, False),  # and no longer at its end.
        (None, NOON + timedelta(seconds=1), True),
        (NOON - 2 * DAY, NOON - DAY, False),
    ],
)
def test_item_is_seen_from_its_start_until_before_its_end(
    start: datetime | None, end: datetime | None, seen: bool
) -> None:
    catalogue = catalogue_of(make_item(effective_from=start, effective_to=end))
    assert selected(catalogue) == ([0] if seen else [])


def versions(basis: Basis) -> Catalogue:
    """Return an article whose second version is in force from a day before noon."""
    return catalogue_of(make_item(version=1, basis=basis), make_item(version=2, basis=basis, effective_from=NOON - DAY))


def test_newest_version_in_force_now_is_the_one_seen() -> None:
    assert selected(versions(Basis.NOW)) == [1]
    assert selected(versions(Basis.NOW), now=NOON - 2 * DAY) == [0]


def test_newest_version_that_has_ended_does_not_bring_back_the_one_it_replaced() -> None:
    catalogue = catalogue_of(
        make_item(version=1), make_item(version=2, effective_from=NOON - 2 * DAY, effective_to=NOON - DAY)
    )
    assert selected(catalogue) == []
    assert selected(catalogue, now=NOON - 3 * DAY) == [0]


def test_order_basis_takes_the_version_in_force_when_the_order_was_placed() -> None:
    assert selected(versions(Basis.ORDER), ordered_at=NOON - 2 * DAY) == [0]
    assert selected(versions(Basis.ORDER), ordered_at=NOON - DAY) == [1]


def test_order_basis_without_an_order_goes_by_the_present() -> None:
    assert selected(versions(Basis.ORDER)) == [1]


def test_now_basis_does_not_care_when_the_order_was_placed() -> None:
    assert selected(versions(Basis.NOW), ordered_at=NOON - 2 * DAY) == [1]


def test_version_that_became_internal_does_not_bring_the_public_one_back() -> None:
    catalogue = catalogue_of(
        make_item(version=1), make_item(version=2, audience=Audience.INTERNAL, effective_from=NOON - DAY)
    )
    assert selected(catalogue, audience=Audience.PUBLIC) == []
    assert selected(catalogue) == [1]


def test_filter_does_not_bring_back_a_version_that_was_replaced() -> None:
    catalogue = catalogue_of(
        make_item(version=1, category=("退货",)), make_item(version=2, category=("换货",), effective_from=NOON - DAY)
    )
    assert selected(catalogue, category=("退货",)) == []


@pytest.mark.parametrize(
    "scope",
    [
        {"kind": ItemKind.CASE},
        {"kind": ItemKind.NOTICE},
        {"category": ("没有",)},
        {"category": ("售后", "退货", "更深")},
        {"category": ("退货",)},  # A path counts from its root.
        {"language": "en"},
    ],
)
def test_filter_that_nothing_passes_selects_nothing(scope: dict[str, Any]) -> None:
    assert selected(catalogue_of(make_item(category=("售后", "退货"))), **scope) == []


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"kind": ItemKind.ARTICLE}, [0, 1]),
        ({"kind": ItemKind.CASE}, [2]),
        ({"category": ("售后",)}, [0]),
        ({"category": ("售后", "退货")}, [0]),
        ({"language": "en"}, [1]),
        ({"language": "zh", "kind": ItemKind.ARTICLE}, [0]),
    ],
)
def test_filter_keeps_what_passes_it(scope: dict[str, Any], expected: Sequence[int]) -> None:
    items = (make_item("a", category=("售后", "退货")), make_item("b", language="en"))
    assert selected(catalogue_of(*items, make_item("c", kind=ItemKind.CASE)), **scope) == expected


def test_item_left_out_is_gone_with_every_version_and_kind() -> None:
    items = [make_item("a"), make_item("a", version=2), make_item("a", kind=ItemKind.CASE), make_item("b")]
    assert selected(catalogue_of(*items), without=frozenset({"a", "never-heard-of"})) == [3]


def test_removing_items_leaves_the_old_catalogue_alone() -> None:
    old = catalogue_of(make_item("a"), make_item("b"))
    new = old.without_items([(ItemKind.ARTICLE, "a"), (ItemKind.CASE, "b")])
    assert selected(new) == [1]
    assert selected(old) == [0, 1]


def test_adding_items_leaves_the_old_catalogue_alone() -> None:
    old = catalogue_of(make_item("a"))
    new = old.with_entries([make_entry(make_item("b", headings=("一", "二")), [])])
    assert (len(old), len(new)) == (1, 2)
    assert selected(old) == [0]
    assert selected(new) == [0, 1]
    assert new.heading_start.tolist() == [0, 1, 3]
    assert new.heading_owner.tolist() == [0, 1, 1]
    assert old.heading_owner.tolist() == [0]


def test_replaced_item_is_seen_under_its_new_ordinal_only() -> None:
    name = (ItemKind.ARTICLE, "a")
    catalogue = catalogue_of(make_item("a")).without_items([name]).with_entries([make_entry(make_item("a"), [])])
    assert selected(catalogue) == [1]
    assert catalogue.find_ordinals(*name) == (1,)


def test_filters_know_what_came_later() -> None:
    later = [make_item("b", language="en", category=("换货",)), make_item("c", kind=ItemKind.CASE, category=("退货",))]
    catalogue = catalogue_of(make_item("a", category=("退货",))).with_entries([make_entry(item, []) for item in later])
    assert selected(catalogue, category=("退货",)) == [0, 2]
    assert selected(catalogue, category=("换货",)) == [1]
    assert selected(catalogue, language="en") == [1]
    assert selected(catalogue, kind=ItemKind.CASE) == [2]
    assert [entry.key.id for entry in catalogue.entries] == ["a", "b", "c"]


def test_versions_that_came_later_replace_one_another_too() -> None:
    name = (ItemKind.ARTICLE, "a")
    later = [make_item(version=2), make_item(version=3, effective_from=NOON - DAY)]
    old = catalogue_of(make_item("b"), make_item("b", version=2), make_item("a"))
    catalogue = old.without_items([name]).with_entries([make_entry(item, []) for item in later])
    assert selected(catalogue) == [1, 4]
    assert selected(catalogue, now=NOON - 2 * DAY) == [1, 3]


def test_empty_catalogue_selects_nothing() -> None:
    assert selected(make_catalogue([]), kind=ItemKind.CASE) == []
