"""The sample knowledge base and its question sets: what the figures measured on them rest on."""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import datetime
from itertools import combinations
from pathlib import Path

import orjson
import pytest

from eval.datasets import Dataset, load_dataset
from eval.describe import Description, describe_dataset
from eval.overlap import median_overlap
from kb.articles.models import Article, ArticleStatus, Audience, Basis
from kb.conditions import Verdict, evaluate, parse_condition
from kb.orders.context import derive_context
from kb.orders.order import Order
from kb.settings import Settings

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
SETS = ("dev", "test", "hard")
PUBLIC_DATA = Path(os.environ.get("XIANZHI_PUBLIC_DATA", ROOT / ".." / "shared" / "data"))
FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
FIELDS = {"intent", "order_state", "language", "channel", "noise"}


@pytest.fixture(scope="module")
def sets() -> dict[str, Dataset]:
    """The three question sets."""
    return {name: load_dataset(SAMPLE / "questions" / name) for name in SETS}


@pytest.fixture(scope="module")
def described(sets: dict[str, Dataset]) -> dict[str, Description]:
    """What each of them holds."""
    return {name: describe_dataset(dataset) for name, dataset in sets.items()}


def count_rows(name: str) -> int:
    """Return how many rows a file of the sample has."""
    return len((SAMPLE / name).read_bytes().splitlines())


def test_base_is_worth_measuring(described: dict[str, Description]) -> None:
    corpus = described["dev"].corpus
    assert corpus["articles"] >= 180
    assert corpus["articles for agents only"] >= 35
    assert corpus["superseded or expired versions"] >= 12
    assert corpus["families told apart by the order alone"] >= 25
    assert corpus["cases"] >= 400
    assert corpus["orders"] >= 400
    assert count_rows("customers.jsonl") >= 150
    assert count_rows("notices.jsonl") >= 15


def test_customers_read_a_text_of_their_own_of_every_public_article(sets: dict[str, Dataset]) -> None:
    articles = sets["dev"].articles
    assert [a.id for a in articles if a.audience is Audience.PUBLIC and not a.public_body] == []
    assert [a.id for a in articles if a.audience is Audience.INTERNAL and a.public_body] == []


def test_what_customers_read_states_no_other_figures_than_the_article(sets: dict[str, Dataset]) -> None:
    invented = []
    for article in sets["dev"].articles:
        stated = find_figures(article.title, article.body, article.reply)
        invented += [(article.id, figure) for figure in find_figures(article.public_body) - stated]
    assert invented == []


def find_figures(*texts: str | None) -> set[str]:
    """Return the numbers in texts."""
    return {figure for text in texts for figure in FIGURE.findall(text or "")}


def test_sets_are_large_enough_and_varied(described: dict[str, Description]) -> None:
    assert [described[name].questions["questions"] >= least for name, least in zip(SETS, (300, 300, 120), strict=True)]
    total = Counter[str]()
    for description in described.values():
        total.update(description.questions)
    assert total["with an order"] >= total["questions"] / 2
    assert total["groups of the same words with different right answers"] >= 80
    assert total["without an answer"] >= 80
    assert total["leaning on earlier turns"] >= 60
    assert total["English"] >= 40
    assert total["with noise"] >= 40
    assert total["with several right answers"] >= 100


def test_every_question_says_who_asks(sets: dict[str, Dataset]) -> None:
    assert all(question.slice.keys() >= FIELDS for dataset in sets.values() for question in dataset.questions)


def test_sets_share_no_question(sets: dict[str, Dataset]) -> None:
    for one, other in combinations(sets.values(), 2):
        assert not {q.id for q in one.questions} & {q.id for q in other.questions}
        asked = [{(q.text, q.turns) for q in dataset.questions} for dataset in (one, other)]
        assert not asked[0] & asked[1]


def test_labels_name_what_the_asker_may_see_and_the_order_does_not_rule_out(sets: dict[str, Dataset]) -> None:
    wrong = [(name, *label) for name, dataset in sets.items() for label in find_wrong_labels(dataset)]
    assert wrong == []


def find_wrong_labels(dataset: Dataset) -> list[tuple[str, str]]:
    """Return the labels whose article is ruled out by the order, not in force, or not for the asker."""
    by_id: dict[str, list[Article]] = {}
    for article in dataset.articles:
        by_id.setdefault(article.id, []).append(article)
    assert dataset.now is not None
    wrong = []
    for question in dataset.questions:
        now = question.now or dataset.now
        context = derive_context(
            question.order, now=now, zone=Settings().zone, channel=question.channel, audience=question.audience
        )
        for item in dataset.qrels.get(question.id, {}):
            versions = by_id.get(item)
            if versions is None:
                if question.audience is Audience.PUBLIC:
                    wrong.append((question.id, item))
                continue
            in_force = find_in_force(versions, question.order, now)
            hidden = question.audience is Audience.PUBLIC and versions[0].audience is Audience.INTERNAL
            ruled_out = (
                in_force is not None
                and in_force.applies_when is not None
                and evaluate(parse_condition(in_force.applies_when), context) is Verdict.UNMET
            )
            if in_force is None or hidden or ruled_out:
                wrong.append((question.id, item))
    return wrong


def find_in_force(versions: list[Article], order: Order | None, now: datetime) -> Article | None:
    """Return the newest version that has begun at the time that counts for it, unless it is over."""
    begun = []
    for article in versions:
        at = order.placed_at if article.basis is Basis.ORDER and order and order.placed_at else now
        if article.status is ArticleStatus.PUBLISHED and (
            article.effective_from is None or article.effective_from <= at
        ):
            begun.append((article.version or 1, article, at))
    if not begun:
        return None
    _, newest, at = max(begun, key=lambda entry: entry[0])
    return None if newest.effective_to is not None and newest.effective_to <= at else newest


@pytest.mark.parametrize("name", SETS)
def test_questions_say_less_of_their_answers_than_real_dialogues_do(sets: dict[str, Dataset], name: str) -> None:
    folder = PUBLIC_DATA / "csds"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; XIANZHI_PUBLIC_DATA names another folder")
    assert median_overlap(sets[name]) < median_overlap(load_dataset(folder))


def test_held_out_questions_are_named_by_no_code() -> None:
    code = [
        path for package in ("kb", "index", "api", "eval") for path in (ROOT / package).rglob("*") if path.is_file()
    ]
    code += [ROOT / "xianzhi.py", ROOT / "Makefile", *(ROOT / "tests").rglob("*.py")]
    ids = [f'"{orjson.loads(line)["id"]}"'.encode() for line in read_held_out()]
    for path in code:
        if path == Path(__file__) or path.suffix == ".pyc":
            continue
        content = path.read_bytes()
        assert not re.search(rb"questions/test|sample-test", content), f"{path} names the held-out set"
        assert not any(name in content for name in ids), f"{path} names a held-out question"


def read_held_out() -> list[bytes]:
    """Return the lines of the held-out questions."""
    return (SAMPLE / "questions" / "test" / "queries.jsonl").read_bytes().splitlines()
