"""Rows give a named document the score that the term index gives it, however long it is."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from index.cutting import CutDocument
from index.lexical import CHARACTERS, WORDS, LexicalIndex, LexicalWriter, read_terms
from index.term_rows import LENGTHS, CutRows, SoughtTerm, TermRows, cut_rows, open_term_rows, write_term_rows

PARTS = ("退货", "运费", "谁", "出", "耳机", "怎么", "还没", "到", "refund", "KFR-35GW")


def make_documents(count: int = 60) -> list[CutDocument]:
    chance = random.Random(7)
    lengths = [0, 1, 39, 40, 41, 42, 57, 300, 5_000, *(chance.randrange(2, 90) for _ in range(count - 9))]
    texts = [" ".join(chance.choices(PARTS, range(1, 11), k=length)) for length in lengths]
    return [CutDocument(owner, text, text[: len(text) // 2].rsplit(" ", 1)[0], "") for owner, text in enumerate(texts)]


def make_rows(documents: list[CutDocument]) -> CutRows:
    return cut_rows({CHARACTERS: document.characters, WORDS: document.words} for document in documents)


def score(rows: TermRows, *terms: SoughtTerm) -> list[float]:
    return list(rows.score(terms, np.arange(len(rows)), size=len(rows)))


def test_a_row_gives_the_score_that_the_term_index_gives(tmp_path: Path) -> None:
    documents = make_documents()
    writer = LexicalWriter(tmp_path / "index")
    writer.add(documents)
    writer.close()
    index = LexicalIndex(tmp_path / "index", rows=TermRows(make_rows(documents))).searcher()
    terms = read_terms("退货的运费谁出，耳机 refund KFR-35GW，没有的词")
    owners, expected = index.search(terms, limit=len(documents))
    assert len(owners) > len(documents) // 2
    np.testing.assert_allclose(index.score(terms, owners), expected, rtol=1e-5)
    assert index.score(terms, np.array([0])).tolist() == [0.0]


def test_rows_written_in_parts_are_those_made_at_once(tmp_path: Path) -> None:
    documents = make_documents()
    with write_term_rows(tmp_path / "rows") as writer:
        for start in range(0, len(documents), 7):
            writer.add(make_rows(documents[start : start + 7]))
    opened = open_term_rows(tmp_path / "rows")
    assert opened is not None
    terms = [SoughtTerm(CHARACTERS, "退货", 1.0, 20), SoughtTerm(WORDS, "耳机", 0.4, 9)]
    assert len(opened) == len(documents)
    assert score(opened, *terms) == score(TermRows(make_rows(documents)), *terms)


def test_a_generation_without_rows_has_none(tmp_path: Path) -> None:
    assert open_term_rows(tmp_path / "rows") is None


@pytest.mark.parametrize("term", [SoughtTerm(CHARACTERS, "谁", 1.0, 0), SoughtTerm("identifiers", "KFR-35GW", 1.0, 3)])
def test_what_stands_nowhere_is_worth_nothing(term: SoughtTerm) -> None:
    assert set(score(TermRows(make_rows(make_documents())), term)) == {0.0}


def test_rows_of_nothing_and_of_empty_texts_are_opened_too(tmp_path: Path) -> None:
    for name, documents in (("none", []), ("empty", [CutDocument(0, "", "", ""), CutDocument(1, "", "", "")])):
        with write_term_rows(tmp_path / name) as writer:
            writer.add(make_rows(documents))
        opened = open_term_rows(tmp_path / name)
        assert opened is not None
        assert score(opened, SoughtTerm(CHARACTERS, "退货", 1.0, 1)) == [0.0] * len(documents)


def test_lengths_are_told_apart_like_the_term_index_does() -> None:
    assert LENGTHS[:41].tolist() == list(range(41))
    assert LENGTHS[41:58].tolist() == [42, 44, 46, 48, 50, 52, 54, 56, 60, 64, 68, 72, 76, 80, 84, 88, 96]
    assert LENGTHS[-1] == 2_013_265_944
