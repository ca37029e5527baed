"""Fitting: weights go where the labels lead and no further, and confidence comes true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.confidence import CURVE, Curve, Signs
from index.fitting import (
    FEWEST_FOR_OWN_CURVE,
    FITTED_SOURCES,
    ORDER_FEATURES,
    Lesson,
    Outcome,
    fit_curve,
    fit_curves,
    fit_ranking,
    read_weights,
    write_weights,
)
from index.fusion import FloatArray, Source, standardise
from index.recipe import STANDARD, OrderWeights, Recipe
from kb.articles.models import Audience

CANDIDATES = 12
HEADING_TERMS = FITTED_SOURCES.index(Source.LEXICAL_HEADING)
SURPRISE = len(FITTED_SOURCES) + ORDER_FEATURES.index("surprise")
TRUE_CURVE = Curve(start=-4.0, nearness=3.0, lead=1.5, terms=2.0, moved=0.5, undecided=-1.0)


def make_lesson(features: FloatArray, right: int | None) -> Lesson:
    """Return a lesson in which one candidate is right, or none."""
    gains = np.zeros(len(features))
    if right is not None:
        gains[right] = 1.0
    return Lesson(features, np.zeros(len(features)), gains, group="", audience=Audience.INTERNAL)


def make_lessons(count: int, *, told_by: int, sign: int = 1, seed: int = 1) -> list[Lesson]:
    """Return lessons in which the candidate that one feature puts first is right; the other features are noise."""
    random = np.random.default_rng(seed)
    lessons = []
    for _ in range(count):
        features = np.zeros((CANDIDATES, len(FITTED_SOURCES) + len(ORDER_FEATURES)))
        features[:, : len(FITTED_SOURCES)] = standardise(random.normal(size=(len(FITTED_SOURCES), CANDIDATES))).T
        features[:4, len(FITTED_SOURCES)] = 1.0
        features[:4, SURPRISE] = random.uniform(0, 2.5, 4)
        lessons.append(make_lesson(features, int(np.argmax(sign * features[:, told_by]))))
    return lessons


def draw_outcomes(count: int, *, curve: Curve = TRUE_CURVE, seed: int = 2) -> list[Outcome]:
    """Return outcomes that are right as often as a curve says."""
    random = np.random.default_rng(seed)
    signs = [
        Signs(nearness, lead, terms, moved, float(undecided))
        for nearness, lead, terms, moved, undecided in zip(
            random.uniform(0, 0.95, count),
            random.uniform(0, 2, count),
            random.uniform(0, 1, count),
            random.uniform(-1, 1, count),
            random.integers(0, 2, count),
            strict=True,
        )
    ]
    return [Outcome(s, bool(random.random() < curve.estimate(s)), Audience.INTERNAL) for s in signs]


def share(recipe: Recipe, source: Source) -> float:
    """Return the part that a source has in the sum of the fitted sources."""
    return recipe.weights[source] / sum(recipe.weights[fitted] for fitted in FITTED_SOURCES)


def test_source_that_is_always_right_gets_more_weight() -> None:
    learnt = fit_ranking(make_lessons(60, told_by=HEADING_TERMS), STANDARD, hold=0.01)
    before, after = (share(recipe, Source.LEXICAL_HEADING) for recipe in (STANDARD, learnt))
    assert after > 1.5 * before
    others = [source for source in FITTED_SOURCES if source is not Source.LEXICAL_HEADING]
    assert all(share(learnt, source) < share(STANDARD, source) for source in others)
    assert learnt.weights[Source.IDENTIFIER] == STANDARD.weights[Source.IDENTIFIER]


def test_order_that_is_always_right_gets_more_weight() -> None:
    learnt = fit_ranking(make_lessons(60, told_by=SURPRISE), STANDARD, hold=0.01)
    assert learnt.order.surprise > STANDARD.order.surprise


@settings(max_examples=15, deadline=None)
@given(
    told_by=st.integers(0, SURPRISE),
    sign=st.sampled_from([1, -1]),
    hold=st.sampled_from([0.0, 0.01, 1.0]),
    seed=st.integers(0, 99),
)
def test_no_weight_is_ever_negative(told_by: int, sign: int, hold: float, seed: int) -> None:
    learnt = fit_ranking(make_lessons(12, told_by=told_by, sign=sign, seed=seed), STANDARD, hold=hold)
    assert all(weight >= 0 for weight in (*learnt.weights.values(), *astuple(learnt.order)))


def test_source_that_is_always_wrong_is_left_out_of_account() -> None:
    learnt = fit_ranking(make_lessons(60, told_by=HEADING_TERMS, sign=-1), STANDARD, hold=0.001)
    assert learnt.weights[Source.LEXICAL_HEADING] < 0.01


def test_strong_hold_stays_near_the_standard_weights() -> None:
    learnt = fit_ranking(make_lessons(60, told_by=HEADING_TERMS), STANDARD, hold=1e6)
    assert read_weights(learnt) == pytest.approx(read_weights(STANDARD), abs=1e-3)


def test_weaker_hold_goes_further() -> None:
    lessons = make_lessons(60, told_by=HEADING_TERMS)
    shares = [share(fit_ranking(lessons, STANDARD, hold=hold), Source.LEXICAL_HEADING) for hold in (1.0, 0.1, 0.01)]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


@pytest.mark.parametrize(
    "lessons",
    [[], [replace(lesson, gains=np.zeros(CANDIDATES)) for lesson in make_lessons(9, told_by=0)]],
    ids=["no lessons", "nothing right"],
)
def test_nothing_to_learn_leaves_the_recipe(lessons: Sequence[Lesson]) -> None:
    assert fit_ranking(lessons, STANDARD, hold=0.01) is STANDARD


def test_lesson_without_a_right_candidate_changes_nothing() -> None:
    lessons = make_lessons(30, told_by=HEADING_TERMS)
    silent = make_lesson(make_lessons(1, told_by=0, seed=5)[0].features, None)
    with_silent = fit_ranking([*lessons, silent], STANDARD, hold=0.1)
    assert with_silent == fit_ranking(lessons, STANDARD, hold=0.1)


def test_lesson_of_a_single_candidate_changes_nothing() -> None:
    lone = make_lesson(np.zeros((1, len(FITTED_SOURCES) + len(ORDER_FEATURES))), 0)
    assert read_weights(fit_ranking([lone], STANDARD, hold=0.1)) == pytest.approx(read_weights(STANDARD), abs=1e-4)


def test_source_that_the_recipe_leaves_out_stays_out() -> None:
    weights: dict[Source, float] = {
        source: weight for source, weight in STANDARD.weights.items() if source is not Source.LEXICAL_HEADING
    }
    recipe = replace(STANDARD, weights=weights)
    learnt = fit_ranking(make_lessons(30, told_by=HEADING_TERMS), recipe, hold=0.01)
    assert set(learnt.weights) == set(weights)


def test_weights_are_read_as_shares_and_written_on_that_scale() -> None:
    # 2, 1.5, 1 and 0.75 of 5.25.
    expected = [2 / 5.25, 1.5 / 5.25, 1 / 5.25, 0.75 / 5.25, 0.3, 0.7, 0.6]
    assert read_weights(STANDARD) == pytest.approx(expected)
    doubled = write_weights(STANDARD, np.array([0.8, 0.6, 0.4, 0.2, 0.4, 1.0, 0.8]))
    assert [doubled.weights[source] for source in FITTED_SOURCES] == [0.4, 0.3, 0.2, 0.1]
    assert doubled.order == OrderWeights(met=0.2, surprise=0.5, case=0.4)
    assert write_weights(STANDARD, np.zeros(7)) is STANDARD


def test_curve_comes_true() -> None:
    curve = fit_curve(draw_outcomes(2_000))
    fresh = draw_outcomes(2_000, seed=3)
    confidence = np.array([curve.estimate(outcome.signs) for outcome in fresh])
    right = np.array([outcome.is_right for outcome in fresh])
    assert confidence.mean() == pytest.approx(right.mean(), abs=0.03)
    order = np.argsort(confidence)
    for part in np.array_split(order, 5):
        assert confidence[part].mean() == pytest.approx(right[part].mean(), abs=0.1)


@pytest.mark.parametrize("name", ["nearness", "lead", "terms", "moved", "undecided"])
def test_curve_keeps_the_direction_of_every_sign(name: str) -> None:
    turned = replace(TRUE_CURVE, **{name: -4 * getattr(TRUE_CURVE, name)})
    curve = fit_curve(draw_outcomes(500, curve=turned))
    assert getattr(curve, name) == pytest.approx(0.0, abs=1e-9)
    signs = np.sign(astuple(curve)[1:]) * np.sign(astuple(CURVE)[1:])
    assert (signs >= 0).all()


@pytest.mark.parametrize("are_right", [(), (True,) * 9, (False,) * 9])
def test_standard_curve_stays_where_all_or_none_was_right(are_right: Sequence[bool]) -> None:
    signs = draw_outcomes(1)[0].signs
    assert fit_curve([Outcome(signs, is_right, Audience.PUBLIC) for is_right in are_right]) is CURVE


def test_same_words_stay_an_answer_whatever_was_learnt() -> None:
    curve = fit_curve(draw_outcomes(300))
    nearly, same = (Signs(nearness, 0.5, 0.5, 0.0, 0.0) for nearness in (0.97, 1.0))
    assert curve.estimate(same) > curve.estimate(nearly) + 0.1


def test_audience_of_few_questions_goes_by_the_curve_of_all() -> None:
    agents = draw_outcomes(200)
    few = [replace(outcome, audience=Audience.PUBLIC) for outcome in draw_outcomes(FEWEST_FOR_OWN_CURVE - 1, seed=4)]
    enough = [replace(outcome, audience=Audience.PUBLIC) for outcome in draw_outcomes(FEWEST_FOR_OWN_CURVE, seed=4)]
    assert fit_curves([*agents, *few])[Audience.PUBLIC] == fit_curve([*agents, *few])
    assert fit_curves([*agents, *enough])[Audience.PUBLIC] == fit_curve(enough)
    assert fit_curves([*agents, *few])[Audience.INTERNAL] == fit_curve(agents)
