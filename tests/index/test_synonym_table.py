"""Finding terms at the end of a text, where longer ones that begin alike would reach beyond it."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from index.synonym_table import SynonymTable, Words
from kb.synonyms.models import Synonym

TABLE = SynonymTable(
    [
        Synonym(id="short", terms=("价保",), means=("补差价",)),
        Synonym(id="long", terms=("价格保护期",), means=("补差价期限",)),
        Synonym(id="latin", terms=("cod", "cash on delivery")),
    ]
)


def cut_nothing() -> Words:
    """Stand in for a segmenter that knows no word."""
    return []


def find(text: str) -> Iterator[tuple[str, list[str]]]:
    """Return what is found in a text."""
    return TABLE.find(text, cut_nothing)


def test_short_term_at_the_end_is_found_beside_a_longer_one_that_begins_alike() -> None:
    assert list(find("价保")) == [("价保", ["补差价"])]
    assert list(find("能价保")) == [("价保", ["补差价"])]
    assert list(find("is it cod")) == [("cod", ["cash on delivery"])]


def test_longer_term_at_the_end_is_found_whole() -> None:
    assert list(find("过了价格保护期")) == [("价格保护期", ["补差价期限"])]


def test_term_that_the_end_cuts_off_is_not_found() -> None:
    assert list(find("价格保护")) == []


@given(text=st.text(alphabet="价保格护期codash nelivry", max_size=40))
def test_every_term_found_stands_in_the_text(text: str) -> None:
    assert all(term in text for term, _ in find(text))
