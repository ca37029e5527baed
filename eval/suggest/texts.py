"""What is typed: headings of the base, headings that it has been robbed of, and labelled questions."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eval.datasets import Dataset
from kb.articles.models import Article, ArticleStatus, Audience
from kb.text.segment import default_segmenter

TEXTS = 120  # Of each set at most.
SEED = 7
FEWEST_HEADINGS = 4  # Of an article of which one is held back.


@dataclass(frozen=True, slots=True)
class TypedText:
    """A text that somebody types, and the articles that are right."""

    text: str
    right: frozenset[str]


@dataclass(frozen=True, slots=True)
class TypedSet:
    """Texts, and the articles that they are typed at."""

    name: str
    articles: tuple[Article, ...]
    texts: tuple[TypedText, ...]


def make_sets(dataset: Dataset, now: datetime) -> list[TypedSet]:
    """Return the sets of a dataset: known headings, held-back ones, and its questions that a public article answers."""
    chance = random.Random(SEED)
    articles = [article for article in dataset.articles if _is_shown(article, now)]
    headings = sorted({heading for article in articles for heading in _list_headings(article)})
    held = {chance.choice(article.questions) for article in articles if len(_list_headings(article)) >= FEWEST_HEADINGS}
    robbed = tuple(
        article.model_copy(update={"questions": [one for one in article.questions if one not in held]})
        for article in dataset.articles
    )
    ids = {article.id for article in articles}
    texts = {
        "headings": (dataset.articles, [_find_right(text, articles) for text in headings]),
        "held-back headings": (robbed, [_find_right(text, articles) for text in sorted(held)]),
        "questions": (dataset.articles, _list_questions(dataset, ids)),
    }
    return [TypedSet(name, at, tuple(chance.sample(each, min(TEXTS, len(each))))) for name, (at, each) in texts.items()]


def vary_articles(articles: Sequence[Article], count: int) -> list[Article]:
    """Return so many articles: the given ones, then copies, in each heading of which another word stands for one."""
    chance = random.Random(SEED)
    words = sorted({word for article in articles for heading in _list_headings(article) for word in _cut(heading)})
    made = list(articles)
    while len(made) < count:
        pattern = articles[len(made) % len(articles)]
        update = {
            "id": f"{pattern.id}-{len(made)}",
            "title": _vary(pattern.title, words, chance),
            "questions": [_vary(question, words, chance) for question in pattern.questions],
            "body": "",
        }
        made.append(pattern.model_copy(update=update))
    return made[:count]


def _is_shown(article: Article, now: datetime) -> bool:
    has_started = article.effective_from is None or article.effective_from <= now
    is_in_force = has_started and (article.effective_to is None or now < article.effective_to)
    return is_in_force and article.audience is Audience.PUBLIC and article.status is ArticleStatus.PUBLISHED


def _list_headings(article: Article) -> list[str]:
    return list(dict.fromkeys((article.title, *article.questions)))


def _find_right(text: str, articles: Sequence[Article]) -> TypedText:
    return TypedText(text, frozenset(article.id for article in articles if text in _list_headings(article)))


def _list_questions(dataset: Dataset, shown: set[str]) -> list[TypedText]:
    """Return the questions by their words alone: what is right under any order is right."""
    right: dict[str, set[str]] = defaultdict(set)
    for question in dataset.questions:
        for item_id, grade in dataset.qrels.get(question.id, {}).items():
            if grade >= dataset.right_from and item_id in shown:
                right[question.text].add(item_id)
    return [TypedText(text, frozenset(ids)) for text, ids in sorted(right.items())]


def _cut(heading: str) -> list[str]:
    return [word for _, word in default_segmenter().cut(heading) if len(word) > 1]


def _vary(heading: str, words: Sequence[str], chance: random.Random) -> str:
    own = _cut(heading)
    return heading.replace(chance.choice(own), chance.choice(words), 1) if own else heading
