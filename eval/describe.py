"""What a dataset holds: its questions, labels and corpus in numbers, so that a reader knows what a figure is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from eval.datasets import Dataset
from eval.overlap import median_overlap
from eval.records import Record, find_groups
from eval.summary import list_slices
from eval.systems import make_record
from kb.articles.models import Article, ArticleStatus, Audience
from kb.conditions import Verdict, evaluate, parse_condition
from kb.orders.context import OrderContext, derive_context
from kb.settings import Settings

NOISELESS = "none"
LISTED_VALUES = 40


@dataclass(frozen=True, slots=True)
class Description:
    """Counts of a dataset by what they count; `slices` maps a field to its values to how many questions."""

    name: str
    questions: Mapping[str, int]
    corpus: Mapping[str, int]
    slices: Mapping[str, Mapping[str, int]]
    overlap: float


def describe_dataset(dataset: Dataset) -> Description:
    """Return what a dataset holds."""
    records = _make_records(dataset)
    grades = Counter(grade for labels in dataset.qrels.values() for grade in labels.values())
    groups = find_groups(records)
    return Description(
        name=dataset.name,
        questions={
            "questions": len(records),
            "with an order": sum(bool(record.order) for record in records),
            "without an answer": sum(not record.has_answer for record in records),
            "leaning on earlier turns": sum(bool(record.turns) for record in records),
            "groups of the same words with different right answers": len(groups),
            "questions in those groups": sum(map(len, groups)),
            "English": sum(record.slices.get("language") == "en" for record in records),
            "with noise": sum(record.slices.get("noise", NOISELESS) != NOISELESS for record in records),
            "asked by the public": sum(record.slices["audience"] == Audience.PUBLIC for record in records),
            "with several right answers": sum(_count_right(record) > 1 for record in records),
            "labels": sum(grades.values()),
            **{f"labels of grade {grade}": count for grade, count in sorted(grades.items(), reverse=True)},
        },
        corpus=_describe_corpus(dataset),
        slices=list_slices(records),
        overlap=median_overlap(dataset),
    )


def show_description(description: Description) -> Group:
    """Return a description as tables."""
    table = Table(title=escape(description.name), title_justify="left")
    table.add_column("what")
    table.add_column("how many", justify="right")
    for name, count in description.questions.items():
        table.add_row(name, str(count))
    table.add_row("median share of a question's words in its right answer", f"{description.overlap:.3f}")
    table.add_section()
    for name, count in description.corpus.items():
        table.add_row(name, str(count))
    slices = Table(title="slices", title_justify="left", show_lines=True)
    slices.add_column("field")
    slices.add_column("questions by value", overflow="fold")
    for field, values in description.slices.items():
        listed = [f"{value} {count}" for value, count in list(values.items())[:LISTED_VALUES]]
        slices.add_row(escape(field), escape(" · ".join(listed)) + (" · …" if len(values) > LISTED_VALUES else ""))
    return Group(table, slices)


def find_families(articles: Sequence[Article], contexts: Sequence[OrderContext]) -> list[tuple[str, ...]]:
    """Return the sets of articles that answer the same customer's words and differ by the order only.

    Their members share a question variant to the letter, and no order meets the conditions of two of them; without
    orders to tell, there are none. An article may belong to several.
    """
    by_words: dict[str, dict[str, Article]] = {}
    for article in _newest(articles):
        for words in article.questions if article.applies_when else ():
            by_words.setdefault(words, {})[article.id] = article
    sets = {tuple(sorted(members)): members for members in by_words.values() if len(members) > 1}
    if not contexts:
        return []
    return [ids for ids, members in sorted(sets.items()) if _exclude_each_other(members.values(), contexts)]


def _make_records(dataset: Dataset) -> tuple[Record, ...]:
    zone, now = Settings().zone, dataset.now or datetime.now(UTC)
    return tuple(
        make_record(dataset, question, derive_context(question.order, now=question.now or now, zone=zone))
        for question in dataset.questions
    )


def _count_right(record: Record) -> int:
    return sum(grade >= record.right_from for grade in record.labels.values())


def _describe_corpus(dataset: Dataset) -> Mapping[str, int]:
    now, zone = dataset.now or datetime.now(UTC), Settings().zone
    newest = _newest(dataset.articles)
    contexts = [derive_context(order, now=now, zone=zone) for order in dataset.orders]
    return {
        "articles": len({article.id for article in dataset.articles}),
        "versions of them": len(dataset.articles),
        "articles with conditions": sum(article.applies_when is not None for article in newest),
        "articles for agents only": sum(article.audience is Audience.INTERNAL for article in newest),
        "superseded or expired versions": sum(
            article.effective_to is not None and article.effective_to <= now for article in dataset.articles
        ),
        "families told apart by the order alone": len(find_families(dataset.articles, contexts)),
        "cases": len(dataset.cases),
        "orders": len(dataset.orders),
    }


def _newest(articles: Iterable[Article]) -> list[Article]:
    newest: dict[str, Article] = {}
    for article in sorted(articles, key=lambda article: article.version or 1):
        if article.status is ArticleStatus.PUBLISHED:
            newest[article.id] = article
    return list(newest.values())


def _exclude_each_other(members: Iterable[Article], contexts: Sequence[OrderContext]) -> bool:
    conditions = [parse_condition(member.applies_when) for member in members]
    return all(sum(evaluate(c, context) is Verdict.MET for c in conditions) <= 1 for context in contexts)
