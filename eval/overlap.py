"""How much of its right answer's words a question already says: a set that repeats its articles is easy."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence

from eval.datasets import Dataset
from kb.text.common_terms import common_terms
from kb.text.segment import segment


def measure_overlap(dataset: Dataset) -> Mapping[str, float]:
    """Return, for each question that has an answer, the share of its words that stand in its nearest right answer.

    Words are those jieba cuts, less the commonest; an article's text is its title, question variants and body.
    """
    texts = _read_words(dataset)
    overlaps = {}
    for question in dataset.questions:
        asked = _telling_words(question.text)
        right = [item for item, grade in dataset.qrels.get(question.id, {}).items() if grade >= dataset.right_from]
        if right and asked:
            overlaps[question.id] = max(len(asked & texts[item]) / len(asked) for item in right)
    return overlaps


def median_overlap(dataset: Dataset) -> float:
    """Return the median of the overlaps; NaN where no question has an answer."""
    overlaps = measure_overlap(dataset)
    return statistics.median(overlaps.values()) if overlaps else float("nan")


def _read_words(dataset: Dataset) -> dict[str, set[str]]:
    words: dict[str, set[str]] = {}
    for article in dataset.articles:
        words.setdefault(article.id, set()).update(_all_words((article.title, *article.questions, article.body)))
    for case in dataset.cases:
        words[case.id] = _all_words((case.question, case.solution))
    return words


def _all_words(texts: Sequence[str]) -> set[str]:
    return {word for text in texts for word in _telling_words(text)}


def _telling_words(text: str) -> set[str]:
    return _without_common(segment(text))


def _without_common(words: Iterable[str]) -> set[str]:
    return {word for word in words if word not in common_terms() and any(c.isalnum() for c in word)}
