"""What a recipe can learn from labelled datasets: lessons read from our own matcher, figures by cross-validation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eval.answering import area_under_roc, expected_calibration_error
from eval.datasets import Dataset, EvalQuestion
from eval.systems import make_request
from eval.workbench import Workbench
from index.build import Progress, report_nothing
from index.confidence import Curve
from index.fitting import FITTED_SOURCES, Lesson, Outcome, fit_curves, fit_ranking, read_weights
from index.fusion import line_up
from index.matcher import Found
from index.question import QuestionEmpty, QuestionTooLong
from index.ranking import find_surprise
from index.recipe import STANDARD, Recipe
from index.solutions import MAX_LIMIT
from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.conditions import Verdict
from kb.text.normalise import normalise

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FEWEST_QUESTIONS = 40  # Of fewer the weights would be learnt by heart.
FOLDS = 5
HOLDS = (1.0, 0.3, 0.1, 0.03, 0.01)  # From "stay where you are" to "go where the labels lead".
DEPTH = 10  # Of nDCG.


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A labelled question, and what was found for it by the standard recipe: a row a candidate, as they were ranked."""

    lesson: Lesson
    found: Found
    moved: FloatArray
    grades: FloatArray
    ideal: tuple[int, ...]
    right_from: int

    @property
    def has_answer(self) -> bool:
        """Whether anything right is labelled."""
        return any(grade >= self.right_from for grade in self.ideal)

    def score(self, recipe: Recipe) -> FloatArray:
        """Return each candidate's score by a recipe."""
        return self.lesson.features @ read_weights(recipe) + self.lesson.fixed

    def judge(self, recipe: Recipe) -> tuple[float, float]:
        """Return hit@1 and nDCG@10 by a recipe; both 0 where nothing right was found."""
        grades = self.grades[np.argsort(-self.score(recipe), kind="stable")][:DEPTH]
        discounts = 1 / np.log2(np.arange(2, DEPTH + 2))
        best = np.array(self.ideal[:DEPTH], float)
        gained = float(grades @ discounts[: len(grades)]) / max(float(best @ discounts[: len(best)]), 1e-9)
        return float(len(grades) > 0 and grades[0] >= self.right_from), gained

    def read_outcome(self, recipe: Recipe) -> Outcome | None:
        """Return what a recipe ranks first, with its signs; None where nothing was found."""
        scores = self.score(recipe)
        order = np.argsort(-scores, kind="stable")[:2].tolist()
        if not order:
            return None
        shift = self.lesson.features[:, len(FITTED_SOURCES) :] @ (
            read_weights(recipe)[len(FITTED_SOURCES) :] - read_weights(STANDARD)[len(FITTED_SOURCES) :]
        )
        ranked = [
            replace(self.found.ranked[row], score=float(scores[row]), moved=float(self.moved[row] + shift[row]))
            for row in order
        ]
        signs = replace(self.found.signs, ranked=ranked).read(ranked[0])
        return Outcome(signs, bool(self.grades[order[0]] >= self.right_from), self.lesson.audience)


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over questions: the first two of those that have an answer, the last two of all."""

    hit: float
    ndcg: float
    auc: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learnt, and how the standard recipe and one learnt from other questions do on the same questions."""

    recipe: Recipe
    hold: float | None
    before: Figures
    after: Figures
    questions: int

    @property
    def is_better(self) -> bool:
        """Whether it ranks better where it was not learnt, or as well and its confidence comes truer."""
        return self.after.ndcg > self.before.ndcg or (
            self.after.ndcg == self.before.ndcg and self.after.calibration_error < self.before.calibration_error
        )


def read_questions(bench: Workbench, *, on_progress: Progress = report_nothing) -> list[Question]:
    """Search every question of a bench's dataset with the standard recipe; one that cannot be searched is left out."""
    matcher = bench.open_matcher(STANDARD)
    questions = []
    for done, asked in enumerate(bench.dataset.questions, 1):
        try:
            found = matcher.search(replace(make_request(asked, limit=MAX_LIMIT), fold_copies=False))
        except (QuestionEmpty, QuestionTooLong):
            continue
        questions.append(_read(bench.dataset, asked, found))
        on_progress("learn", done, len(bench.dataset.questions))
    return questions


def fit_recipe(questions: Sequence[Question]) -> Fit:
    """Return the recipe fitted to all questions, held as tightly as does best where it was not learnt.

    Folds keep questions of the same words together. `before` and `after` are measured on the same held-out questions;
    where no hold does better than the standard weights, those stay and only the confidence is learnt.
    """
    folds = assign_folds(questions)
    before = measure(questions, STANDARD)
    trials = {hold: _cross_validate(questions, folds, hold) for hold in (None, *HOLDS)}
    hold = max(trials, key=lambda h: (round(trials[h].ndcg, 4), trials[h].hit, h is None))
    return Fit(_fit_all(questions, hold), hold, before, trials[hold], len(questions))


def measure(questions: Sequence[Question], recipe: Recipe) -> Figures:
    """Return how a recipe does on questions that it was not fitted to."""
    return _summarise(questions, [recipe] * len(questions))


def leave_each_out(sets: dict[str, Sequence[Question]]) -> dict[str, tuple[Figures, Figures]]:
    """Return for each dataset its figures by the standard recipe, and by one learnt from all the others."""
    table = {}
    for name, held_out in sets.items():
        others = [q for other, questions in sets.items() if other != name for q in _thin(questions, sets)]
        learnt = fit_recipe(others).recipe
        table[name] = (measure(held_out, STANDARD), measure(held_out, learnt))
    return table


def hash_datasets(datasets: Iterable[Dataset]) -> str:
    """Return a SHA-256 of the questions and labels that a fit is learnt from."""
    said = [
        [dataset.name, sorted((q.id, q.text, list(q.turns)) for q in dataset.questions), sorted(_list_labels(dataset))]
        for dataset in datasets
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _list_labels(dataset: Dataset) -> Iterable[tuple[str, str, int]]:
    return ((question, item, grade) for question, labels in dataset.qrels.items() for item, grade in labels.items())


def _thin(questions: Sequence[Question], sets: dict[str, Sequence[Question]]) -> Sequence[Question]:
    """Return as many questions as the median dataset has, evenly taken: the largest must not drown the others."""
    most = sorted(map(len, sets.values()))[len(sets) // 2]
    step = max(1.0, len(questions) / most)
    return [questions[int(n * step)] for n in range(int(len(questions) / step))]


def _read(dataset: Dataset, asked: EvalQuestion, found: Found) -> Question:
    entries = found.snapshot.catalogue.entries
    positions = [candidate.position for candidate in found.ranked]
    columns = line_up(found.candidates.columns, FITTED_SOURCES, found.candidates.unread)[:, positions]
    order = np.zeros((3, len(positions)))
    for row, candidate in enumerate(found.ranked):
        entry = entries[candidate.ordinal]
        if entry.key.kind is ItemKind.CASE:
            order[2, row] = -1.0
        elif candidate.applies is Verdict.MET and entry.applies_when:
            order[:2, row] = 1.0, find_surprise(entry)
    features = np.vstack([columns, order]).T
    scores = np.array([candidate.score for candidate in found.ranked])
    labels = dataset.qrels.get(asked.id, {})
    # A grade below 0 gains nothing, as in nDCG.
    grades = np.array([max(labels.get(entries[c.ordinal].key.id, 0), 0) for c in found.ranked], float)
    right = grades >= dataset.right_from
    return Question(
        lesson=Lesson(
            features=features,
            fixed=scores - features @ read_weights(STANDARD),
            gains=np.where(right, 2.0**grades - 1, 0.0),
            group=normalise(asked.text),
            audience=Audience(asked.audience),
        ),
        found=found,
        moved=np.array([candidate.moved for candidate in found.ranked]),
        grades=grades,
        ideal=tuple(sorted((max(grade, 0) for grade in labels.values()), reverse=True)),
        right_from=dataset.right_from,
    )


def assign_folds(questions: Sequence[Question]) -> IntArray:
    """Return each question's fold: evenly spread, the same words in the same one, the same every time."""
    words = sorted({q.lesson.group for q in questions}, key=lambda text: hashlib.sha256(text.encode()).digest())
    fold = {text: number % FOLDS for number, text in enumerate(words)}
    return np.array([fold[q.lesson.group] for q in questions])


def _fit_all(questions: Sequence[Question], hold: float | None) -> Recipe:
    recipe = STANDARD if hold is None else fit_ranking([q.lesson for q in questions], STANDARD, hold=hold)
    outcomes = [o for q in questions if (o := q.read_outcome(recipe)) is not None]
    return replace(recipe, curves=fit_curves(outcomes))


def _cross_validate(questions: Sequence[Question], folds: IntArray, hold: float | None) -> Figures:
    recipes: list[Recipe] = [STANDARD] * len(questions)
    for fold in range(FOLDS):
        learnt = _fit_all([q for q, f in zip(questions, folds, strict=True) if f != fold], hold)
        for row in np.flatnonzero(folds == fold).tolist():
            recipes[row] = learnt
    return _summarise(questions, recipes)


def _summarise(questions: Sequence[Question], recipes: Sequence[Recipe]) -> Figures:
    judged = [q.judge(r) for q, r in zip(questions, recipes, strict=True) if q.has_answer]
    outcomes = [(q.read_outcome(r), r) for q, r in zip(questions, recipes, strict=True)]
    confidence = np.array(
        [_be_sure(o, r.curves[q.lesson.audience]) for q, (o, r) in zip(questions, outcomes, strict=True)]
    )
    right = np.array([o is not None and o.is_right for o, _ in outcomes])
    hit, ndcg = np.array(judged).mean(axis=0).tolist() if judged else (0.0, 0.0)
    return Figures(hit, ndcg, area_under_roc(confidence, right), expected_calibration_error(confidence, right))


def _be_sure(outcome: Outcome | None, curve: Curve) -> float:
    return 0.0 if outcome is None else curve.estimate(outcome.signs)
