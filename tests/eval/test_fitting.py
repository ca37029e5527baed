"""Learning from labelled questions: measured as an evaluation would, and only on what was not learnt from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from eval.datasets import Dataset, EvalQuestion
from eval.fitting import (
    FOLDS,
    Fit,
    Question,
    assign_folds,
    fit_recipe,
    hash_datasets,
    leave_each_out,
    measure,
    read_questions,
)
from eval.metrics import measure_records
from eval.systems import match_question
from eval.workbench import Workbench, open_workbench
from index.build import report_nothing
from index.confidence import CURVE
from index.fitting import FITTED_SOURCES, read_weights
from index.fusion import Source
from index.recipe import STANDARD, OrderWeights
from kb.articles.models import Audience
from kb.settings import Settings
from tests.eval.tiny_dataset import TINY, make_question, open_tiny
from tests.fakes import FakeEncoder, make_article

SUBJECTS = ("退货", "发票抬头", "保修", "优惠券", "改地址", "运费", "会员", "安装", "换货", "催单")
WORDINGS = ("怎么{}", "请问{}", "{}多久", "能{}吗", "想问{}的事", "{}谁负责")
OTHER = replace(
    STANDARD,
    weights={**STANDARD.weights, Source.LEXICAL_FULL: 4.0},
    order=OrderWeights(met=1.0, surprise=0.2, case=0.1),
)


def make_dataset(name: str = "shop", *, wrong: Sequence[str] = ()) -> Dataset:
    """Return a base of an article a subject, each asked for in several wordings; `wrong` ones have no answer."""
    articles = tuple(
        make_article(id=f"a{n}", title=f"关于{subject}", questions=[], body=f"{subject}的说明在第{n}页。")
        for n, subject in enumerate(SUBJECTS)
    )
    questions = tuple(
        make_question(f"q{n}-{number}", wording.format(subject))
        for n, subject in enumerate(SUBJECTS)
        for number, wording in enumerate(WORDINGS)
    )
    unanswered = {wording.format(subject) for subject in SUBJECTS for wording in wrong}
    qrels = {q.id: {f"a{q.id[1:].split('-')[0]}": 1} for q in questions if q.text not in unanswered}
    return Dataset(name, articles, (), questions, qrels, now=TINY.now)


def read(dataset: Dataset) -> list[Question]:
    """Return what was found for the questions of a dataset."""
    with open_workbench(dataset, FakeEncoder(), Settings(), on_progress=report_nothing) as bench:
        return read_questions(bench)


@pytest.fixture(scope="module")
def tiny() -> Iterator[Workbench]:
    """The tiny dataset, built."""
    with open_tiny() as bench:
        yield bench


@pytest.fixture(scope="module")
def half() -> list[Question]:
    """The questions of a base that answers those of every other wording only: confidence is far off."""
    return read(make_dataset(wrong=WORDINGS[::2]))


@pytest.fixture(scope="module")
def half_fit(half: list[Question]) -> Fit:
    """What is learnt from them."""
    return fit_recipe(half)


def test_question_that_cannot_be_searched_is_left_out(tiny: Workbench) -> None:
    asked = {question.lesson.group for question in read_questions(tiny)}
    assert asked == {"怎么改地址", "地址写错了怎么改", "改地址的内部说明", "今天天气"}


def test_features_and_weights_give_the_scores_of_the_matcher(tiny: Workbench) -> None:
    for recipe in (STANDARD, OTHER):
        matcher = tiny.open_matcher(recipe)
        for question, asked in zip(read_questions(tiny), searchable(), strict=True):
            ranked = match_question(matcher, tiny.dataset, asked).ranking
            scores = np.sort(question.score(recipe))[::-1][: len(ranked)]
            np.testing.assert_allclose([item.score for item in ranked], scores, atol=1e-4)


def test_confidence_is_that_of_the_matcher_by_any_recipe(tiny: Workbench) -> None:
    for recipe in (STANDARD, OTHER):
        matcher = tiny.open_matcher(recipe)
        for question, asked in zip(read_questions(tiny), searchable(), strict=True):
            outcome = question.read_outcome(recipe)
            assert outcome is not None
            expected = match_question(matcher, tiny.dataset, asked).confidence
            assert recipe.curves[asked.audience].estimate(outcome.signs) == pytest.approx(expected, abs=1e-4)


def searchable() -> list[EvalQuestion]:
    """Return the tiny dataset's questions that can be searched."""
    return [question for question in TINY.questions if question.id not in ("empty", "long")]


def test_figures_are_those_of_an_evaluation_run() -> None:
    dataset = make_dataset()
    with open_workbench(dataset, FakeEncoder(), Settings(), on_progress=report_nothing) as bench:
        records = [match_question(bench.matcher, dataset, question) for question in dataset.questions]
        figures = measure(read_questions(bench), STANDARD)
    of_each = measure_records(records, ("hit@1", "ndcg@10")).values()
    assert figures.hit == pytest.approx(np.mean([values["hit@1"] for values in of_each]))
    assert figures.ndcg == pytest.approx(np.mean([values["ndcg@10"] for values in of_each]))


def test_question_for_which_nothing_is_found_scores_nothing_and_says_nothing() -> None:
    hidden = make_article(id="hidden", audience=Audience.INTERNAL)
    asked = make_question("q", "七天无理由退货", audience="public")
    (question,) = read(Dataset("hidden", (hidden,), (), (asked,), {"q": {"hidden": 1}}))
    assert question.has_answer
    assert (question.judge(STANDARD), question.read_outcome(STANDARD)) == ((0.0, 0.0), None)
    assert fit_recipe([question]).recipe.curves == STANDARD.curves


def test_grades_below_the_lowest_right_one_count_for_ndcg_and_not_as_right() -> None:
    articles = tuple(make_article(id=name, title=title, questions=[]) for name, title in (("a", "退货"), ("b", "保修")))
    asked = (make_question("q", "退货"),)
    (question,) = read(Dataset("graded", articles, (), asked, {"q": {"a": 1, "b": 2}}, right_from=2))
    assert question.has_answer
    # Grades 1 and 2, in this order, where 2 and 1 are best: (1 + 2 / log2 3) / (2 + 1 / log2 3).
    hit, ndcg = question.judge(STANDARD)
    assert hit == 0.0
    assert ndcg == pytest.approx((1 + 2 / np.log2(3)) / (2 + 1 / np.log2(3)))


def test_same_words_are_never_in_two_folds() -> None:
    texts = [text for subject in SUBJECTS for text in (f"怎么{subject}？", f"怎么{subject}?", f" 怎么{subject}？ ")]
    questions = tuple(make_question(f"q{n}", text) for n, text in enumerate(texts))
    folds = assign_folds(read(replace(make_dataset(), questions=questions, qrels={})))
    assert [len(set(folds[row : row + 3].tolist())) for row in range(0, len(texts), 3)] == [1] * len(SUBJECTS)
    assert np.bincount(folds).tolist() == [6] * FOLDS


def test_folds_do_not_depend_on_the_order_of_the_questions(half: list[Question]) -> None:
    np.testing.assert_array_equal(assign_folds(half[::-1]), assign_folds(half)[::-1])


def test_what_all_questions_share_is_not_measured_on_themselves(half: list[Question]) -> None:
    # One group: every question is held out at once, and there is nothing left to learn from.
    alike = [replace(question, lesson=replace(question.lesson, group="同一句话")) for question in half]
    fit = fit_recipe(alike)
    assert fit.recipe.curves != STANDARD.curves
    assert fit.after == fit.before
    assert not fit.is_better
    assert measure(alike, fit.recipe) != fit.after


def test_held_out_figures_are_not_those_of_the_training(half: list[Question], half_fit: Fit) -> None:
    trained = measure(half, half_fit.recipe)
    assert half_fit.before == measure(half, STANDARD)
    assert half_fit.after.auc != trained.auc
    assert half_fit.after.calibration_error != trained.calibration_error


def test_confidence_that_was_far_off_comes_truer_where_it_was_not_learnt(half: list[Question], half_fit: Fit) -> None:
    assert half_fit.is_better
    assert half_fit.after.calibration_error < 0.5 * half_fit.before.calibration_error
    assert half_fit.questions == len(half) == len(SUBJECTS) * len(WORDINGS)


def test_base_that_is_always_right_has_nothing_to_teach() -> None:
    fit = fit_recipe(read(make_dataset()))
    assert fit.before.hit == 1.0
    assert (fit.hold, fit.is_better) == (None, False)
    assert set(fit.recipe.curves.values()) == {CURVE}


def test_labels_that_one_source_knows_raise_it_for_questions_not_learnt_from() -> None:
    # Two articles a subject in the same words but for a number, which only their terms tell apart.
    dataset = make_dataset()
    articles = tuple(
        article
        for n, subject in enumerate(SUBJECTS)
        for article in (
            make_article(id=f"near{n}", title=f"{subject}怎么办", questions=[], body="见首页。"),
            make_article(id=f"right{n}", title="常见问题", questions=[], body=f"{subject}，{subject}，{subject}。"),
        )
    )
    qrels = {q.id: {f"right{q.id[1:].split('-')[0]}": 1} for q in dataset.questions}
    fit = fit_recipe(read(replace(dataset, articles=articles, qrels=qrels)))
    assert fit.hold is not None
    assert fit.after.ndcg > fit.before.ndcg
    heading, full = FITTED_SOURCES.index(Source.DENSE_HEADING), FITTED_SOURCES.index(Source.LEXICAL_FULL)
    learnt, standard = read_weights(fit.recipe), read_weights(STANDARD)
    assert learnt[full] > standard[full]
    assert learnt[heading] < standard[heading]


def test_each_dataset_is_measured_by_what_the_others_taught(half: list[Question]) -> None:
    right = read(make_dataset("right"))
    table = leave_each_out({"half": half, "right": right})
    assert list(table) == ["half", "right"]
    # All that the other set teaches is that everything is right, which is no reason to change anything.
    assert table["half"] == (measure(half, STANDARD), measure(half, STANDARD))
    before, after = table["right"]
    assert before.hit == after.hit == 1.0
    # Half of the others are right, so that is what is expected here, where all of them are.
    assert after.calibration_error == pytest.approx(0.5, abs=0.05)


def test_hash_changes_with_a_label_a_question_and_a_turn_and_with_nothing_else() -> None:
    dataset = make_dataset()
    first, second, *others = dataset.questions
    known = hash_datasets([dataset])
    changed = [
        replace(dataset, qrels={**dataset.qrels, first.id: {"a0": 2}}),
        replace(dataset, qrels={**dataset.qrels, first.id: {"a1": 1}}),
        replace(dataset, qrels={k: v for k, v in dataset.qrels.items() if k != first.id}),
        replace(dataset, questions=(first.model_copy(update={"text": "怎么退"}), second, *others)),
        replace(dataset, questions=(first.model_copy(update={"turns": ("在吗",)}), second, *others)),
        replace(dataset, name="another"),
    ]
    assert len({known, *(hash_datasets([one]) for one in changed)}) == 1 + len(changed)
    turned = replace(
        dataset, questions=dataset.questions[::-1], qrels=dict(sorted(dataset.qrels.items(), reverse=True))
    )
    assert hash_datasets([turned]) == known
    assert hash_datasets([dataset, dataset]) != known
