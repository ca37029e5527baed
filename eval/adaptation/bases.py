"""A base to learn from: the shop's own knowledge with its feedback, or a labelled dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from eval.datasets import Dataset, EvalQuestion
from index.adaptation.lessons import Lessons, list_trained, make_rows, make_trials
from index.adaptation.negatives import Miner
from index.adaptation.pairs import ask_headings, make_pairs
from index.adaptation.split import Side, Split, list_held_out, split_questions
from index.adaptation.texts import AskedQuestion, KnownItem, Prompts, collect_items, find_words, name_item
from index.build import Progress
from index.matcher import Matcher
from kb.articles.models import Article, ArticleStatus
from kb.articles.passages import make_article_item
from kb.cases.models import Outcome
from kb.cases.passages import make_case_item
from kb.changes import ItemKind
from kb.items import ItemKey
from kb.text.normalise import normalise

ASKED_EVERY = 2  # Of an article's held-out variants, so many are asked and taken out; the others stay to be found.


@dataclass(frozen=True, slots=True)
class Base:
    """A dataset, its items, what is asked of them, and who is on which side.

    `labelled` are the dataset's own questions, `headings` those that its items are indexed by, as far as they teach.
    """

    dataset: Dataset
    items: Mapping[str, KnownItem]
    labelled: tuple[AskedQuestion, ...]
    headings: tuple[AskedQuestion, ...]
    split: Split

    @property
    def asked(self) -> tuple[AskedQuestion, ...]:
        """Every question."""
        return self.labelled + self.headings

    def make_lessons(self, matcher: Matcher, prompts: Prompts, on_progress: Progress) -> Lessons:
        """Return what is trained on; the wrong texts come from our own ranking."""
        held_out = list_held_out(self.items, self.asked, self.split)
        pairs = make_pairs(self.items, self.asked, self.split, held_out=held_out)
        negatives = Miner(matcher, self.items, self.split, held_out).mine(pairs, on_progress=on_progress)
        trials, pool = make_trials(self.items, (*self.labelled, *self._list_variants()), self.split, prompts)
        rows = make_rows(pairs, negatives, prompts, base=self.dataset.name)
        return Lessons(tuple(rows), trials, pool, list_trained(pairs, negatives))

    def examine(self) -> Dataset:
        """Return the dataset of the labelled questions that decide when to stop: the encoder is not trained on them."""
        chosen = {q.id for q in self.labelled if q.right and self.split.side_of(q) is Side.STOP}
        return replace(self.dataset, questions=tuple(q for q in self.dataset.questions if q.id in chosen))

    def hold_out(self, trained: frozenset[str]) -> Dataset:
        """Return the dataset of the questions that measure: nothing of them or their answers is among `trained`."""
        by_id = {question.id: question for question in self.labelled}
        kept = [q for q in self.dataset.questions if q.id in by_id and self._is_measured(by_id[q.id], trained)]
        variants: dict[str, list[AskedQuestion]] = {}
        for number, variant in enumerate(v for v in self._list_variants() if self._is_measured(v, trained)):
            if number % ASKED_EVERY == 0 or variant.words in variants:
                variants.setdefault(variant.words, []).append(variant)
        questions = [*kept, *(_ask(same[0]) for same in variants.values())]
        qrels = {question.id: self.dataset.qrels[question.id] for question in kept if question.id in self.dataset.qrels}
        qrels |= {_ask(same[0]).id: _label(same, self.dataset.right_from) for same in variants.values()}
        asked = {normalise(words) for words in variants}
        articles = tuple(_take_out(article, asked) for article in self.dataset.articles)
        return replace(self.dataset, articles=articles, questions=tuple(questions), qrels=qrels)

    def _is_measured(self, question: AskedQuestion, trained: frozenset[str]) -> bool:
        if self.split.side_of(question) is not Side.COMPARE or normalise(question.words) in trained:
            return False
        texts = (text for name in question.right for text in self.items[name].texts)
        return not any(normalise(words) in trained for text in texts for words in (text.words, text.bare))

    def _list_variants(self) -> Iterator[AskedQuestion]:
        """Yield the headings that can be asked for: a title stands before every passage, a case has no other."""
        for question in self.headings:
            name, _, number = question.id.rpartition("#")
            if name.startswith(ItemKind.ARTICLE.value) and number != "0":
                yield question


def read_base(dataset: Dataset, *, part: float, with_headings: bool) -> Base:
    """Return the base of a dataset; `with_headings` its items are learnt from as well, else its labels alone."""
    published = [article for article in dataset.articles if article.status is ArticleStatus.PUBLISHED]
    known = [(make_article_item(article), True) for article in published]
    known += [(make_case_item(case), case.outcome is Outcome.SOLVED) for case in dataset.cases]
    items = collect_items(known)
    names = {item.key.id: name_item(ItemKey(item.key.kind, item.key.id, 1)) for item, _ in known}
    labelled = tuple(q for q in (_read(question, dataset, items, names) for question in dataset.questions) if q)
    headings = tuple(ask_headings(items.values())) if with_headings else ()
    split = split_questions(items, (*labelled, *headings), part=part)
    return Base(dataset, items, labelled, headings, split)


def _read(
    question: EvalQuestion, dataset: Dataset, items: Mapping[str, KnownItem], names: Mapping[str, str]
) -> AskedQuestion | None:
    words = find_words(question.text, question.turns)
    if words is None:
        return None
    grades = {names[item]: grade for item, grade in dataset.qrels.get(question.id, {}).items() if item in names}
    right = tuple(n for n, grade in grades.items() if grade >= dataset.right_from and items[n].teaches)
    without = names.get(question.self_id) if question.self_id else None
    related = frozenset(name for name, grade in grades.items() if grade > 0 and name not in right)
    return AskedQuestion(question.id, words, right, related, without)


def _ask(variant: AskedQuestion) -> EvalQuestion:
    return EvalQuestion(id=f"variant:{variant.id}", text=variant.words, slice={"asked": "variant"})


def _label(same: list[AskedQuestion], grade: int) -> dict[str, int]:
    return {name.partition(":")[2]: grade for variant in same for name in variant.right}


def _take_out(article: Article, asked: set[str]) -> Article:
    """Return an article without the variants that are asked: they would be found by being there."""
    kept = [question for question in article.questions if normalise(question) not in asked]
    return article if len(kept) == len(article.questions) else article.model_copy(update={"questions": kept})
