"""Ranking by the order: what is met goes up by how rare that is, what is unmet goes down or out."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from index.catalogue import Catalogue, make_catalogue, make_entry
from index.entry import Entry
from index.ranking import RankedCandidate, rank
from index.searcher import Candidates
from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.conditions import Verdict
from kb.orders.context import derive_context
from tests.fakes import make_item, make_order

SHIPPED = [{"fact": "order.status", "op": "==", "value": "shipped"}]
PAID = [{"fact": "order.status", "op": "==", "value": "paid"}]
INVOICED = [{"fact": "invoice.issued", "op": "==", "value": True}]


def entry(item_id: str, applies_when: object = None, *, met_share: float = 1.0) -> Entry:
    """Return an article's entry whose condition this share of orders meets."""
    return replace(make_entry(make_item(item_id, applies_when=applies_when), []), met_share=met_share)


def rank_all(
    catalogue: Catalogue, fused: list[float], now: datetime, zone: ZoneInfo, *, audience: Audience = Audience.INTERNAL
) -> list[RankedCandidate]:
    """Rank every item of the catalogue for an order on its way."""
    size = len(fused)
    rows = np.arange(size)
    candidates = Candidates(rows, {}, np.array(fused, np.float64), rows, rows < 0)
    return rank(candidates, catalogue, derive_context(make_order(), now=now, zone=zone), audience=audience)


def test_met_goes_before_unknown_before_unmet(now: datetime, zone: ZoneInfo) -> None:
    catalogue = make_catalogue([entry("unmet", PAID), entry("unknown", INVOICED), entry("met", SHIPPED, met_share=0.5)])
    ranked = rank_all(catalogue, [0.0, 0.0, 0.0], now, zone)
    assert [candidate.ordinal for candidate in ranked] == [2, 1, 0]
    assert [candidate.applies for candidate in ranked] == [Verdict.MET, Verdict.UNKNOWN, Verdict.UNMET]
    # 0.3 - 0.7 ln(1/2); nothing; -4.
    assert [candidate.score for candidate in ranked] == pytest.approx([0.3 + 0.7 * math.log(2), 0.0, -4.0])


def test_rarer_condition_that_is_met_lifts_higher(now: datetime, zone: ZoneInfo) -> None:
    catalogue = make_catalogue([entry("common", SHIPPED, met_share=0.5), entry("rare", SHIPPED, met_share=0.1)])
    ranked = rank_all(catalogue, [0.5, 0.0], now, zone)
    assert [candidate.ordinal for candidate in ranked] == [1, 0]
    assert [candidate.moved for candidate in ranked] == pytest.approx(
        [0.3 + 0.7 * math.log(10), 0.3 + 0.7 * math.log(2)]
    )


def test_of_two_rare_conditions_the_narrower_one_decides_between_equals_and_no_more(
    now: datetime, zone: ZoneInfo
) -> None:
    shares = {"rare": 0.05, "narrower": 0.01, "absurd": 1e-12}
    catalogue = make_catalogue([entry(name, SHIPPED, met_share=share) for name, share in shares.items()])

    ranked = rank_all(catalogue, [0.0, 0.0, 0.0], now, zone)

    assert [candidate.ordinal for candidate in ranked] == [2, 1, 0]
    assert ranked[0].moved - ranked[2].moved < 0.3


def test_unmet_is_never_shown_to_customers_and_last_for_agents(now: datetime, zone: ZoneInfo) -> None:
    catalogue = make_catalogue([entry("unmet", PAID), entry("plain")])
    ranked = rank_all(catalogue, [3.0, 0.0], now, zone, audience=Audience.PUBLIC)
    assert [candidate.ordinal for candidate in ranked] == [1]
    assert [candidate.ordinal for candidate in rank_all(catalogue, [3.0, 0.0], now, zone)] == [1, 0]


def test_item_without_conditions_applies_and_is_not_moved(now: datetime, zone: ZoneInfo) -> None:
    (candidate,) = rank_all(make_catalogue([entry("plain")]), [0.25], now, zone)
    assert (candidate.applies, candidate.score, candidate.moved) == (Verdict.MET, 0.25, 0.0)


def test_case_stands_behind_an_article_as_near(now: datetime, zone: ZoneInfo) -> None:
    case = make_entry(make_item("case", kind=ItemKind.CASE), [])
    ranked = rank_all(make_catalogue([case, entry("article")]), [1.0, 1.0], now, zone)
    assert [candidate.ordinal for candidate in ranked] == [1, 0]
    assert ranked[1].moved == -0.6


def test_equal_candidates_keep_their_order(now: datetime, zone: ZoneInfo) -> None:
    ranked = rank_all(make_catalogue([entry("a"), entry("b"), entry("c")]), [1.0, 1.0, 1.0], now, zone)
    assert [candidate.ordinal for candidate in ranked] == [0, 1, 2]


def test_no_candidates_rank_to_nothing(now: datetime, zone: ZoneInfo) -> None:
    assert rank_all(make_catalogue([]), [], now, zone) == []
