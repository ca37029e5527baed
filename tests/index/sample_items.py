"""The sample knowledge base as items, without a database."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import orjson

from kb.articles.models import Audience
from kb.articles.passages import make_passages
from kb.changes import ItemKind
from kb.items import Item, ItemKey

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@cache
def read_sample_items() -> tuple[Item, ...]:
    """Return the sample's articles and cases."""
    articles = map(orjson.loads, (SAMPLE / "articles.jsonl").read_text(encoding="utf-8").splitlines())
    cases = map(orjson.loads, (SAMPLE / "cases.jsonl").read_text(encoding="utf-8").splitlines())
    return (
        *(
            Item(
                key=ItemKey(ItemKind.ARTICLE, row["id"], row.get("version", 1)),
                headings=tuple(dict.fromkeys((row["title"], *row.get("questions", ())))),
                passages=make_passages(row["title"], row.get("body", "")),
                audience=Audience.INTERNAL,
                category=tuple(row.get("category", ())),
                labels=(*row.get("tags", ()), *row.get("products", ())),
            )
            for row in articles
        ),
        *(
            Item(
                key=ItemKey(ItemKind.CASE, row["id"], 1),
                headings=(row["question"],),
                passages=make_passages(row["question"], row["solution"]),
                audience=Audience.INTERNAL,
            )
            for row in cases
        ),
    )


def read_questions(dataset: str) -> list[tuple[str, str]]:
    """Return the text of each question of a sample dataset, and what kind of noise is in it."""
    lines = (SAMPLE / "questions" / dataset / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["text"], row["slice"]["noise"]) for row in map(orjson.loads, lines)]
