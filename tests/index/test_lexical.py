"""Term search: BM25 as another implementation computes it, Chinese text, identifiers, changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import pytest

from index.cutting import LexicalDocument
from index.lexical import (
    CHARACTERS,
    FIELD_WEIGHTS,
    LexicalIndex,
    LexicalSearcher,
    TermLimits,
    Terms,
    copy_lexical,
    read_terms,
    write_lexical,
)
from index.term_rows import TermRows, cut_rows
from kb.text.segment import character_grams

DOCUMENTS = 300
NO_ROWS = TermRows(cut_rows(()))
# Of 20 characters, grams are 39 terms: tantivy stores the lengths of texts up to 40 terms exactly.
LONGEST = 20
ALPHABET = "退货运费谁出快递发票保修热水器优惠券"


def make_searcher(folder: Path, texts: Sequence[str]) -> LexicalSearcher:
    """Return a view of an index whose documents' owners are their positions."""
    write_lexical((LexicalDocument(owner, text) for owner, text in enumerate(texts)), folder)
    return LexicalIndex(folder).searcher()


def found(searcher: LexicalSearcher, question: str) -> list[int]:
    """Return the owners that a question finds, best first."""
    return [int(owner) for owner in searcher.search(read_terms(question), limit=100)[0]]


def scores_by_owner(searcher: LexicalSearcher, terms: Terms) -> dict[int, float]:
    """Return the score of every owner found, each of which has one document."""
    owners, scores = searcher.search(terms, limit=len(searcher))
    return dict(zip(owners.tolist(), scores.tolist(), strict=True))


def random_texts(count: int, seed: int) -> list[str]:
    """Return short texts of a few characters of the trade."""
    random = np.random.default_rng(seed)
    return ["".join(random.choice(list(ALPHABET), size=random.integers(1, LONGEST + 1))) for _ in range(count)]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], LexicalSearcher]:
    """Three hundred random texts and their index."""
    texts = random_texts(DOCUMENTS, 7)
    return texts, make_searcher(tmp_path_factory.mktemp("oracle"), texts)


@pytest.mark.parametrize("seed", range(20))
def test_scores_are_those_of_bm25s(corpus: tuple[list[str], LexicalSearcher], seed: int) -> None:
    texts, searcher = corpus
    (question,) = random_texts(1, 1000 + seed)
    grams = dict.fromkeys(character_grams(question), 1)
    owners, scores = searcher.search(Terms({CHARACTERS: grams}), limit=DOCUMENTS)
    oracle = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    oracle.index([character_grams(text) for text in texts], show_progress=False)
    known = [gram for gram in grams if gram in oracle.vocab_dict]
    # Lucene has dropped the constant factor k1 + 1 from the formula; tantivy has kept it.
    expected = oracle.get_scores(known) * 2.2
    assert sorted(owners.tolist()) == np.flatnonzero(expected > 0).tolist()
    np.testing.assert_allclose(scores, expected[owners], rtol=1e-4)
    assert (np.diff(scores) <= 0).all()


def test_repeated_term_of_a_question_counts_as_often(corpus: tuple[list[str], LexicalSearcher]) -> None:
    _, searcher = corpus
    once, twice = (scores_by_owner(searcher, Terms({CHARACTERS: {"退": count}})) for count in (1, 2))
    assert twice == pytest.approx({owner: 2 * score for owner, score in once.items()}, rel=1e-5)


def test_scoring_named_owners_gives_the_scores_of_searching(corpus: tuple[list[str], LexicalSearcher]) -> None:
    _, searcher = corpus
    terms = read_terms("退货运费谁出")
    owners, _ = searcher.search(terms, limit=DOCUMENTS)
    chosen = owners[5:50:3]
    again, same = searcher.search(terms, limit=len(chosen), among=chosen)
    assert sorted(again.tolist()) == sorted(chosen.tolist())
    by_owner = scores_by_owner(searcher, terms)
    assert dict(zip(again.tolist(), same.tolist(), strict=True)) == pytest.approx(
        {int(owner): by_owner[int(owner)] for owner in chosen}, rel=1e-5
    )


def test_chinese_text_is_found_with_a_score(tmp_path: Path) -> None:
    searcher = make_searcher(tmp_path / "index", ["签收后七天内可以退货", "发票抬头写错了"])
    owners, scores = searcher.search(read_terms("怎么退货"), limit=5)
    assert owners.tolist() == [0]
    assert scores[0] > 0


def test_whole_name_goes_before_texts_that_share_parts_of_it(tmp_path: Path) -> None:
    texts = ["上海门店的营业时间", "大学生优惠认证", "交通卡充值", "上海交通大学送货点", "北京大学送货点"]
    searcher = make_searcher(tmp_path / "index", texts)
    owners, scores = searcher.search(read_terms("上海交通大学"), limit=5)
    assert owners[0] == 3
    assert scores[0] > 2 * scores[1]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("退貨運費", "退货运费"),
        ("iphone15PRO", "iPhone15Pro 保护壳"),
        ("kfr-35gw", "型号 KFR-35GW 空调"),
        ("KFR35GW", "型号 KFR-35GW 空调"),
        ("refund", "How do I get a Refund?"),
        ("価格", "価格について"),
        ("𠮷", "𠮷野家"),
    ],
)
def test_writing_does_not_matter(tmp_path: Path, question: str, text: str) -> None:
    assert found(make_searcher(tmp_path / "index", ["别的", text]), question) == [1]


@pytest.mark.parametrize("question", ["-" * 33, "😀", '"AND OR NOT"', "退货*", "characters:退", "(", "a" * 9000, "\\"])
def test_odd_questions_are_searched_without_error(tmp_path: Path, question: str) -> None:
    searcher = make_searcher(tmp_path / "index", ["退货", "not and"])
    assert set(found(searcher, question)) <= {0, 1}


def test_question_without_terms_finds_nothing(tmp_path: Path) -> None:
    searcher = make_searcher(tmp_path / "index", ["退货"])
    terms = read_terms("？？")
    assert terms.query is None
    assert searcher.search(terms, limit=5)[0].tolist() == []
    assert searcher.search(terms, limit=5, among=np.array([0]))[0].tolist() == []


def test_identifiers_are_found_exactly(tmp_path: Path) -> None:
    texts = ["型号 KFR-35GW 空调", "型号 KFR-36GW 空调", "单号 SF1234567890123"]
    searcher = make_searcher(tmp_path / "index", texts)
    for question, owners in {"kfr 35gw 和 KFR-35GW": [0], "sf1234567890123": [2], "空调": []}.items():
        assert searcher.find_identifiers(read_terms(question), limit=9)[0].tolist() == owners


def test_owner_of_several_documents_recurs(tmp_path: Path) -> None:
    write_lexical([LexicalDocument(7, "退货"), LexicalDocument(7, "退货运费")], tmp_path / "index")
    assert found(LexicalIndex(tmp_path / "index").searcher(), "退货") == [7, 7]


def test_changes_are_seen_by_new_views_only(tmp_path: Path) -> None:
    write_lexical(
        [LexicalDocument(0, "退货"), LexicalDocument(0, "退款"), LexicalDocument(1, "退税")], tmp_path / "index"
    )
    index = LexicalIndex(tmp_path / "index")
    old = index.searcher()
    index.change(gone=[0], size=2, added=[LexicalDocument(2, "退票"), LexicalDocument(2, "退订")])
    assert sorted(found(index.searcher(), "退")) == [1, 2, 2]
    assert sorted(found(old, "退")) == [0, 0, 1]
    index.change(gone=[2, 99], size=3, added=[])
    assert found(index.searcher(), "退") == [1]


def test_empty_index_is_searched_and_filled(tmp_path: Path) -> None:
    write_lexical([], tmp_path / "index")
    index = LexicalIndex(tmp_path / "index")
    assert len(index.searcher()) == 0
    assert found(index.searcher(), "退货") == []
    index.change(gone=[], size=0, added=[LexicalDocument(0, "退货")])
    assert found(index.searcher(), "退货") == [0]


def test_changing_a_copy_leaves_the_original_as_it_was(tmp_path: Path) -> None:
    write_lexical([LexicalDocument(n, f"退货 {n}") for n in range(20)], tmp_path / "index")
    before = {path.name: path.read_bytes() for path in (tmp_path / "index").iterdir()}
    copy_lexical(tmp_path / "index", tmp_path / "copy")
    copy = LexicalIndex(tmp_path / "copy")
    for round_ in range(12):  # Enough commits that segments are merged.
        copy.change(gone=[round_], size=100 + round_, added=[LexicalDocument(100 + round_, "退款")])
    assert sorted(found(copy.searcher(), "退款"))[-12:] == list(range(100, 112))
    assert {path.name: path.read_bytes() for path in (tmp_path / "index").iterdir()} == before


def test_words_are_worth_less_than_characters() -> None:
    assert FIELD_WEIGHTS[CHARACTERS] == 1.0
    assert 0 < FIELD_WEIGHTS["words"] < 1


def test_large_index_is_searched_by_the_rarest_terms_that_its_postings_allow(tmp_path: Path) -> None:
    texts = [f"退货{number}" for number in range(200)] + ["退货运费", "运费退货与换货"]
    write_lexical((LexicalDocument(owner, text) for owner, text in enumerate(texts)), tmp_path / "index")
    terms = read_terms("退货运费")
    assert len(LexicalIndex(tmp_path / "index").searcher().search(terms, limit=500)[0]) == len(texts)
    large = LexicalIndex(tmp_path / "index", rows=NO_ROWS, limits=TermLimits(postings=20)).searcher()
    owners, scores = large.search(terms, limit=500)
    assert sorted(owners.tolist()) == [200, 201]
    again, same = large.search(terms, limit=5, among=np.array([7, 201]))
    assert again.tolist() == [201]
    assert same[0] == scores[owners.tolist().index(201)]


def test_large_index_reads_one_term_however_common_it_is(tmp_path: Path) -> None:
    write_lexical((LexicalDocument(owner, "退") for owner in range(50)), tmp_path / "index")
    large = LexicalIndex(tmp_path / "index", rows=NO_ROWS, limits=TermLimits(postings=5)).searcher()
    assert len(large.search(read_terms("退"), limit=100)[0]) == 50
    assert len(large.search(read_terms("哪儿都没有"), limit=100)[0]) == 0
