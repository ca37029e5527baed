"""Fit the weights of a recipe to labelled questions: what each source and the order are worth, and how sure to be.

Ranking: the conditional logit of the right candidates among all (McFadden, 1974; the listwise loss of Cao et al., ICML
2007), weights kept at or above 0 and near the standard ones: `hold` says how near. Confidence: a logistic regression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.confidence import CURVE, SAME_WORDS, SAME_WORDS_WEIGHT, Curve, Signs
from index.fusion import Source
from index.logit import find_minimum, softmax
from index.recipe import OrderWeights, Recipe
from kb.articles.models import Audience

FloatArray = NDArray[np.float64]

FITTED_SOURCES = (Source.DENSE_HEADING, Source.DENSE_PASSAGE, Source.LEXICAL_HEADING, Source.LEXICAL_FULL)
ORDER_FEATURES = ("met", "surprise", "case")
# A weight is held by its distance from the standard one, in shares of it; one of 0 by this much.
LEAST_SPAN = 0.1
LARGEST_STEEPNESS = 50.0
CURVE_HOLD = 0.02
FEWEST_FOR_OWN_CURVE = 60  # Questions of an audience; of fewer its curve is that of all.


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One labelled question: its candidates' features (candidates, features), and their grades.

    `fixed` is the part of the score that is not fitted; `group` names questions of the same words, which are never
    torn apart; `signs` and `is_right` are those of what is ranked first.
    """

    features: FloatArray
    fixed: FloatArray
    gains: FloatArray
    group: str
    audience: Audience


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was first for a question: its signs, and whether it was right."""

    signs: Signs
    is_right: bool
    audience: Audience


def fit_ranking(lessons: Sequence[Lesson], recipe: Recipe, *, hold: float) -> Recipe:
    """Return the recipe with the weights that make the right candidates of these lessons likeliest.

    Sources that the recipe leaves out stay out. Lessons without a right candidate say nothing.
    """
    standard = read_weights(recipe)
    telling = [lesson for lesson in lessons if lesson.gains.any()]
    if not telling:
        return recipe

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        steepness, weights = float(np.exp(parameters[0])), parameters[1:]
        total, slope, steeper = 0.0, np.zeros(len(weights)), 0.0
        for lesson in telling:
            scores = lesson.features @ weights + lesson.fixed
            shares = softmax(steepness * scores)
            wanted = lesson.gains / lesson.gains.sum()
            total -= float(wanted @ np.log(np.maximum(shares, 1e-300)))
            slope += steepness * (lesson.features.T @ (shares - wanted))
            steeper += steepness * float(scores @ (shares - wanted))
        span = standard + LEAST_SPAN
        drift = (weights - standard) / span
        count = len(telling)
        gradient = np.append(steeper / count, slope / count + 2 * hold * drift / span)
        return total / count + hold * float(drift @ drift), gradient

    bounds = [(-5.0, float(np.log(LARGEST_STEEPNESS))), *((0.0, None if w > 0 else 0.0) for w in standard)]
    found = find_minimum(loss, np.append(0.0, standard), bounds=bounds)
    return write_weights(recipe, found[1:])


def fit_curves(outcomes: Sequence[Outcome]) -> Mapping[Audience, Curve]:
    """Return a curve for each audience: its own where it has asked enough, else that of all."""
    shared = fit_curve(outcomes)
    own = {audience: [o for o in outcomes if o.audience is audience] for audience in Audience}
    return {a: fit_curve(o) if len(o) >= FEWEST_FOR_OWN_CURVE else shared for a, o in own.items()}


def fit_curve(outcomes: Sequence[Outcome]) -> Curve:
    """Return the logistic curve of the likeliest weights; the standard one where all or none was right.

    Each weight keeps the sign that it has in the standard curve: more evidence never lowers confidence.
    """
    right = np.array([o.is_right for o in outcomes])
    if not len(outcomes) or right.all() or not right.any():
        return CURVE
    signs = np.array([astuple(o.signs) for o in outcomes])
    middle, spread = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-6)
    scaled = np.column_stack([np.ones(len(signs)), (signs - middle) / spread])
    given = SAME_WORDS_WEIGHT * np.maximum(0.0, signs[:, 0] - SAME_WORDS)

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        evidence = scaled @ weights + given
        error = 1 / (1 + np.exp(-evidence)) - right
        held = np.append(0.0, weights[1:])
        likelihood = np.logaddexp(0, np.where(right, -evidence, evidence)).mean()
        return float(likelihood + CURVE_HOLD * held @ held), scaled.T @ error / len(right) + 2 * CURVE_HOLD * held

    directions = np.sign(astuple(CURVE)[1:])
    bounds = [(None, None), *((0.0, None) if d > 0 else (None, 0.0) for d in directions)]
    weights = find_minimum(loss, np.zeros(scaled.shape[1]), bounds=bounds)
    slopes = weights[1:] / spread
    return Curve(float(weights[0] - slopes @ middle), *(float(slope) for slope in slopes))


def read_weights(recipe: Recipe) -> FloatArray:
    """Return what is fitted of a recipe, in the order of a lesson's features; sources add up to 1."""
    sources = np.array([recipe.weights.get(source, 0.0) for source in FITTED_SOURCES])
    order = [getattr(recipe.order, name) for name in ORDER_FEATURES]
    return np.append(sources / max(sources.sum(), LEAST_SPAN), order)


def write_weights(recipe: Recipe, weights: FloatArray) -> Recipe:
    """Return the recipe with these weights, on the scale of the standard ones: its sources add up to 1."""
    count = len(FITTED_SOURCES)
    total = float(weights[:count].sum())
    if total <= 0:
        return recipe
    scaled = weights / total
    fitted = {s: round(float(w), 4) for s, w in zip(FITTED_SOURCES, scaled, strict=False) if s in recipe.weights}
    order = OrderWeights(**{n: round(float(w), 4) for n, w in zip(ORDER_FEATURES, scaled[count:], strict=True)})
    return replace(recipe, weights={**recipe.weights, **fitted}, order=order)
