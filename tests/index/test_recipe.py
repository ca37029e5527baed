"""Recipes: what is turned off finds nothing and counts for nothing, and the rest is as it was."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from index.catalogue import make_catalogue, make_entry
from index.fusion import FloatArray, Source, fuse
from index.highlight import telling_terms
from index.lexical import CHARACTERS, IDENTIFIERS, WORDS, read_terms
from index.matcher import Matcher
from index.ranking import RankedCandidate, rank
from index.recipe import STANDARD, Recipe
from index.searcher import Candidates, complete_candidates, find_by_terms, find_by_vector
from index.snapshot import Snapshot
from index.solutions import MatchRequest
from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.conditions import Verdict
from kb.items import Passage
from kb.orders.context import derive_context
from tests.fakes import Desk, make_article, make_item, make_order
from tests.index.test_searcher import ENCODER, make_snapshot

SHIPPED = [{"fact": "order.status", "op": "==", "value": "shipped"}]
PAID = [{"fact": "order.status", "op": "==", "value": "paid"}]
QUESTION = "空调漏水怎么办 KFR-35GW"
NAMED = 400  # The item that holds the identifier.


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """An index of more than any source looks at, in which each but the identifiers finds what no other does."""
    random = np.random.default_rng(3)
    letters = list("空调漏水怎么办退货运费快递发票保修安装型号")

    def write(length: int) -> str:
        return "".join(random.choice(letters, length))

    items = [
        make_item(str(n), headings=(write(6),), passages=(Passage(text := write(30), text),)) for n in range(NAMED)
    ]
    manual = "详见随附的手册。" * 40 + "KFR-35GW"
    items.append(make_item("named", headings=("手册",), passages=(Passage(manual, manual),)))
    folder: Path = tmp_path_factory.mktemp("recipes")
    return make_snapshot(items, folder)


def search(snapshot: Snapshot, recipe: Recipe) -> Candidates:
    """Return the candidates of the question by a recipe."""
    allowed = np.ones(NAMED + 1, bool)
    hits = find_by_terms(snapshot, QUESTION, allowed, recipe)
    near = find_by_vector(snapshot, ENCODER.encode_questions([QUESTION])[0], allowed)
    return complete_candidates(snapshot, near, hits, recipe)


def keep(*sources: Source) -> Recipe:
    """Return the recipe of these sources alone."""
    return replace(STANDARD, weights={source: STANDARD.weights[source] for source in sources})


def find_owners(snapshot: Snapshot, *sources: Source) -> set[int]:
    """Return what these sources find."""
    return set(search(snapshot, keep(*sources)).ordinals.tolist())


@pytest.mark.parametrize("off", Source)
def test_source_that_is_off_finds_nothing(snapshot: Snapshot, off: Source) -> None:
    others = [source for source in Source if source is not off]
    by_others = set[int]().union(*(find_owners(snapshot, source) for source in others))
    assert find_owners(snapshot, *others) == by_others
    # Otherwise this test would say nothing.
    assert find_owners(snapshot, *Source) - by_others or off is Source.IDENTIFIER
    assert find_owners(snapshot, *Source) == by_others | find_owners(snapshot, off)


@pytest.mark.parametrize("off", Source)
def test_source_that_is_off_counts_for_nothing(snapshot: Snapshot, off: Source) -> None:
    found = search(snapshot, keep(*(source for source in Source if source is not off)))
    columns = {source: scores for source, scores in found.columns.items() if source is not off}
    np.testing.assert_allclose(found.fused, fuse(columns))
    assert (np.diff(found.fused) <= 0).all()
    spoilt = {**found.columns, off: np.arange(len(found), dtype=np.float64) * 1e6}
    np.testing.assert_allclose(fuse(spoilt, search_weights(off)), found.fused)


def search_weights(off: Source) -> dict[Source, float]:
    """Return the standard weights of all sources but one."""
    return {source: weight for source, weight in STANDARD.weights.items() if source is not off}


def test_identifier_that_is_off_lifts_nobody(snapshot: Snapshot) -> None:
    lifted, plain = search(snapshot, STANDARD), search(snapshot, keep(*search_weights(Source.IDENTIFIER)))
    np.testing.assert_array_equal(np.sort(lifted.ordinals), np.sort(plain.ordinals))  # Others find it too.
    fused = dict(zip(plain.ordinals.tolist(), plain.fused.tolist(), strict=True))
    gains = [score - fused[ordinal] for ordinal, score in zip(lifted.ordinals.tolist(), lifted.fused, strict=True)]
    np.testing.assert_allclose(gains, np.where(lifted.ordinals == NAMED, 1.5, 0.0), atol=1e-12)


def test_identifier_alone_finds_what_it_names(snapshot: Snapshot) -> None:
    found = search(snapshot, keep(Source.IDENTIFIER))
    assert (found.ordinals.tolist(), found.fused.tolist()) == ([NAMED], [1.5])


def test_recipe_of_nothing_finds_nothing(snapshot: Snapshot) -> None:
    assert len(search(snapshot, replace(STANDARD, weights={}))) == 0
    no_terms = replace(STANDARD, term_fields={})
    found = search(snapshot, no_terms)
    assert not found.columns[Source.LEXICAL_FULL].any()
    assert not found.columns[Source.LEXICAL_HEADING].any()
    assert find_owners(snapshot, Source.DENSE_HEADING) <= set(found.ordinals.tolist())


def test_standard_recipe_is_what_is_searched_with_by_default(snapshot: Snapshot) -> None:
    allowed = np.ones(NAMED + 1, bool)
    vector = ENCODER.encode_questions([QUESTION])[0]
    near = find_by_vector(snapshot, vector, allowed)
    default = complete_candidates(snapshot, near, find_by_terms(snapshot, QUESTION, allowed))
    found = search(snapshot, STANDARD)
    np.testing.assert_array_equal(default.ordinals, found.ordinals)
    np.testing.assert_array_equal(default.fused, found.fused)


def column(*scores: float) -> FloatArray:
    """Return a column of scores."""
    return np.array(scores, np.float64)


def test_fused_score_is_the_mean_by_the_weights_that_are_left() -> None:
    columns = {
        Source.DENSE_HEADING: column(0, 1),
        Source.DENSE_PASSAGE: column(1, 0),  # 1, -1 times 3
        Source.LEXICAL_FULL: column(0, 5),  # -1, 1 times 1
        Source.IDENTIFIER: column(0, 2),
    }
    weights = {Source.DENSE_PASSAGE: 3.0, Source.LEXICAL_FULL: 1.0}
    np.testing.assert_allclose(fuse(columns, weights), [2 / 4, -2 / 4])
    np.testing.assert_allclose(fuse(columns, {**weights, Source.IDENTIFIER: 7.0}), [2 / 4, 7 - 2 / 4])
    np.testing.assert_array_equal(fuse(columns, {Source.IDENTIFIER: 7.0}), [0, 7])
    np.testing.assert_array_equal(fuse(columns, {}), [0, 0])


def test_terms_are_read_for_the_fields_that_have_a_weight() -> None:
    assert set(read_terms(QUESTION, weights={WORDS: 1.0}).counts) == {WORDS}
    assert set(read_terms(QUESTION).counts) == {WORDS, CHARACTERS}
    none = read_terms(QUESTION, weights={})
    assert (none.counts, none.query) == ({}, None)
    assert none.identifiers == read_terms(QUESTION).identifiers != ()
    assert IDENTIFIERS not in read_terms(QUESTION).counts


def test_scores_of_fields_add_up_by_their_weights(snapshot: Snapshot) -> None:
    def score(weights: dict[str, float]) -> dict[int, float]:
        owners, scores = snapshot.lexical_full.search(read_terms("空调漏水", weights=weights), limit=1000)
        return dict(zip(owners.tolist(), scores.tolist(), strict=True))

    both, characters, words = score({CHARACTERS: 1.0, WORDS: 0.4}), score({CHARACTERS: 1.0}), score({WORDS: 1.0})
    assert words
    assert characters
    expected = {owner: characters.get(owner, 0.0) + 0.4 * words.get(owner, 0.0) for owner in both}
    assert both == pytest.approx(expected, rel=1e-4)


def test_highlights_are_of_the_fields_that_were_searched() -> None:
    assert telling_terms(read_terms("退货运费", weights={})) == ()
    assert set(telling_terms(read_terms("退货 运费", weights={WORDS: 1.0}))) == {"退货", "运费"}


def rank_three(now: datetime, zone: ZoneInfo, recipe: Recipe, audience: Audience) -> list[RankedCandidate]:
    """Rank an article whose condition is unmet, one whose is met by a tenth of orders, and a case."""
    unmet, met = (make_item(name, applies_when=condition) for name, condition in (("unmet", PAID), ("met", SHIPPED)))
    case = make_item("case", kind=ItemKind.CASE)
    catalogue = make_catalogue([replace(make_entry(item, []), met_share=0.1) for item in (unmet, met, case)])
    rows = np.arange(3)
    candidates = Candidates(rows, {}, column(3.0, 2.0, 1.0), rows, rows < 0)
    context = derive_context(make_order(), now=now, zone=zone)
    return rank(candidates, catalogue, context, audience=audience, recipe=recipe)


@pytest.mark.parametrize("audience", Audience)
def test_order_that_does_not_count_moves_and_hides_nothing(now: datetime, zone: ZoneInfo, audience: Audience) -> None:
    ranked = rank_three(now, zone, replace(STANDARD, order_counts=False), audience)
    assert [(c.ordinal, c.moved) for c in ranked] == [(0, 0.0), (1, 0.0), (2, -STANDARD.order.case)]
    # What the order says is still told, so that what it would have ruled out can be counted.
    assert [c.applies for c in ranked] == [Verdict.UNMET, Verdict.MET, Verdict.MET]


def test_order_that_counts_moves_and_hides(now: datetime, zone: ZoneInfo) -> None:
    assert [c.ordinal for c in rank_three(now, zone, STANDARD, Audience.PUBLIC)] == [1, 2]
    assert [c.ordinal for c in rank_three(now, zone, STANDARD, Audience.INTERNAL)] == [1, 2, 0]


def test_rarity_that_does_not_count_leaves_the_bonus_alone(now: datetime, zone: ZoneInfo) -> None:
    moved = {
        counts: rank_three(now, zone, replace(STANDARD, rarity_counts=counts), Audience.PUBLIC)[0].moved
        for counts in (True, False)
    }
    assert moved == {True: pytest.approx(STANDARD.order.met + 0.7 * math.log(10)), False: STANDARD.order.met}


def test_turns_that_do_not_count_are_not_searched_for(desk: Desk) -> None:
    desk.save(
        make_article(id="returns", title="退货要多久"),
        make_article(id="invoice", title="发票", questions=[], body="开票。"),
    )
    desk.live.open()
    standard, without = (
        Matcher(desk.live, desk.matcher.surroundings, replace(STANDARD, turns_count=counts)) for counts in (True, False)
    )
    turned, bare = MatchRequest("那发票呢", turns=("退货要多久",)), MatchRequest("那发票呢")
    desk.encoder.questions.clear()
    assert without.match(turned).solutions == standard.match(bare).solutions
    assert desk.encoder.questions == ["那发票呢", "那发票呢"]
    standard.match(turned)
    assert "退货要多久" in desk.encoder.questions[-1]


def test_matcher_goes_by_the_standard_recipe_unless_told_otherwise(desk: Desk) -> None:
    snapshot = desk.live.open()
    assert desk.matcher.find_recipe(snapshot) is STANDARD
    other = replace(STANDARD, turns_count=False)
    assert Matcher(desk.live, desk.matcher.surroundings, other).find_recipe(snapshot) is other
