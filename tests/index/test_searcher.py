"""Candidates: every one has every score, and what is out of scope crowds nothing out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.catalogue import BoolArray, make_catalogue, make_entry
from index.documents import full_documents, heading_documents
from index.embedding import embed_items
from index.fusion import Source
from index.lexical import LexicalIndex, LexicalSearcher, read_terms, write_lexical
from index.searcher import DEPTH, FEW_OWNERS, WHOLE_BASE, Candidates, complete_candidates, find_by_terms, find_by_vector
from index.snapshot import Snapshot
from index.term_rows import TermRows, cut_rows
from index.texts import list_texts, open_texts, write_texts
from index.vectors import make_vector_index
from index.vocabulary import count_words
from kb.items import Item, Passage
from kb.text.segment import default_segmenter
from tests.fakes import FakeEncoder, make_item

ENCODER = FakeEncoder()

NO_ROWS = TermRows(cut_rows(()))


def make_snapshot(items: Sequence[Item], folder: Path) -> Snapshot:
    """Return the index of these items."""
    embedded = embed_items(items, ENCODER, known={}, on_progress=lambda done, total: None)
    write_lexical(heading_documents(items, first=0), folder / "headings")
    write_lexical(full_documents(items, first=0), folder / "full")
    write_texts(list_texts(items), folder / "content", folder / "starts")
    return Snapshot(
        generation="g",
        revision=1,
        catalogue=make_catalogue([make_entry(item, []) for item in items]),
        headings=make_vector_index(embedded.headings),
        passages=make_vector_index(embedded.passages),
        texts=open_texts(folder / "content", folder / "starts"),
        lexical_headings=LexicalIndex(folder / "headings").searcher(),
        lexical_full=LexicalIndex(folder / "full").searcher(),
        vocabulary=count_words(items),
        segmenter=default_segmenter(),
    )


def simple_item(item_id: str, text: str) -> Item:
    """Return an item that says one thing."""
    return make_item(item_id, headings=(text,), passages=(Passage(text, text),))


def search(snapshot: Snapshot, question: str, allowed: BoolArray) -> Candidates:
    """Return the candidates of a question among the allowed items."""
    hits = find_by_terms(snapshot, question, allowed)
    near = find_by_vector(snapshot, ENCODER.encode_questions([question])[0], allowed)
    return complete_candidates(snapshot, near, hits)


def term_score(index: LexicalSearcher, question: str, owner: int) -> float:
    """Return the best score of one owner's documents, searched for one by one."""
    owners, scores = index.search(read_terms(question), limit=10_000)
    return max((score for found, score in zip(owners, scores, strict=True) if found == owner), default=0.0)


def test_every_candidate_has_every_score_as_computed_one_by_one(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    texts = ["".join(random.choice(list("退货运费快递发票保修安装"), 12)) for _ in range(160)]
    items = [
        make_item(
            str(n), headings=(text[:4], text[4:8]), passages=(Passage(text[:6], text), Passage(text[6:], text[6:]))
        )
        for n, text in enumerate(texts)
    ]
    snapshot, question = make_snapshot(items, tmp_path), "退货运费发票"
    found = search(snapshot, question, np.ones(len(items), bool))
    vector = ENCODER.encode_questions([question])[0]
    assert len(found) > DEPTH // 2
    assert (np.diff(found.fused) <= 0).all()
    for position in range(0, len(found), 9):
        ordinal = int(found.ordinals[position])
        headings = ENCODER.encode_questions(items[ordinal].headings) @ vector
        passages = ENCODER.encode_passages([passage.text for passage in items[ordinal].passages]) @ vector
        scores = {source: float(column[position]) for source, column in found.columns.items()}
        np.testing.assert_allclose(scores[Source.DENSE_HEADING], headings.max(), rtol=1e-5)
        np.testing.assert_allclose(scores[Source.DENSE_PASSAGE], passages.max(), rtol=1e-5)
        assert found.best_passages[position] == 2 * ordinal + passages.argmax()
        for source, index in (
            (Source.LEXICAL_HEADING, snapshot.lexical_headings),
            (Source.LEXICAL_FULL, snapshot.lexical_full),
        ):
            np.testing.assert_allclose(scores[source], term_score(index, question, ordinal), rtol=1e-5)


def test_filter_that_lets_nothing_through_finds_no_candidates(tmp_path: Path) -> None:
    snapshot = make_snapshot([make_item("a"), make_item("b")], tmp_path)
    assert len(search(snapshot, "退货", np.zeros(2, bool))) == 0


def test_empty_index_finds_no_candidates(tmp_path: Path) -> None:
    assert len(search(make_snapshot([], tmp_path), "退货 KFR-35GW", np.zeros(0, bool))) == 0


def test_only_allowed_items_are_candidates(tmp_path: Path) -> None:
    items = [simple_item(str(n), f"退货 KFR-35GW {n}") for n in range(12)]
    allowed = np.arange(12) % 3 == 1
    found = search(make_snapshot(items, tmp_path), "退货 KFR-35GW", allowed)
    assert sorted(found.ordinals.tolist()) == [1, 4, 7, 10]


def test_what_is_out_of_scope_crowds_out_neither_terms_nor_identifiers(tmp_path: Path) -> None:
    crowd = [simple_item(f"crowd{n}", "KFR-35GW 漏水") for n in range(WHOLE_BASE + 300)]
    wanted = simple_item("wanted", "空调的安装说明与各种参数，适用于型号 KFR-35GW 漏水时的检查")
    snapshot = make_snapshot([*crowd, wanted], tmp_path)
    allowed = np.zeros(len(crowd) + 1, bool)
    allowed[-1] = True
    hits = find_by_terms(snapshot, "KFR-35GW 漏水", allowed)
    for found in (hits.headings, hits.full, hits.identified):
        assert found.owners.tolist() == [len(crowd)]
        assert found.scores[0] > 0


def test_score_is_completed_for_a_candidate_that_terms_alone_did_not_reach(tmp_path: Path) -> None:
    # All share the question's rarest words, so that term search stops long before the last of them.
    crowd = [simple_item(f"crowd{n}", "漏水漏水") for n in range(WHOLE_BASE + 300)]
    far = simple_item("far", "空调" * 40 + "漏水")
    snapshot = make_snapshot([far, *crowd], tmp_path)
    hits = find_by_terms(snapshot, "空调漏水", np.ones(len(crowd) + 1, bool))
    assert not hits.full.exhausted
    found = search(snapshot, "空调漏水", np.ones(len(crowd) + 1, bool))
    (position,) = np.flatnonzero(found.ordinals == 0)
    expected = term_score(snapshot.lexical_full, "空调漏水", 0)
    np.testing.assert_allclose(found.columns[Source.LEXICAL_FULL][position], expected, rtol=1e-5)
    assert (found.columns[Source.LEXICAL_FULL] > 0).all()


def test_large_index_finds_what_a_filter_lets_through_however_much_is_better(tmp_path: Path) -> None:
    items = [simple_item(str(n), "KFR-35GW 漏水") for n in range(FEW_OWNERS + 100)]
    items += [simple_item(f"far{n}", "空调的安装说明，型号 KFR-35GW 漏水时的检查") for n in range(20)]
    small = make_snapshot(items, tmp_path)
    large = replace(
        small,
        lexical_headings=LexicalIndex(tmp_path / "headings", rows=NO_ROWS).searcher(),
        lexical_full=LexicalIndex(tmp_path / "full", rows=NO_ROWS).searcher(),
    )
    few = np.arange(len(items)) >= len(items) - 20
    many = np.arange(len(items)) >= 50
    for allowed in (few, many):
        expected, found = (find_by_terms(snapshot, "KFR-35GW 漏水", allowed) for snapshot in (small, large))
        assert large.lexical_full.is_large
        assert allowed[found.full.owners].all()
        assert len(found.full.owners) >= min(20, len(expected.full.owners))
        assert found.full.scores.max() == expected.full.scores.max()
    assert sorted(found.identified.owners.tolist())[0] >= 50
