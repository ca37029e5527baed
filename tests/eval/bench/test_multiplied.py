"""Bases of any size are made of real texts, the same each time."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from eval.bench.multiplied import MixingEncoder, multiply, read_pieces
from eval.datasets import Dataset
from index.encoder import FloatMatrix
from kb.articles.passages import make_article_item
from kb.errors import InvalidInput
from tests.fakes import FakeEncoder, make_article, make_case

DATASET = Dataset(
    name="tiny",
    articles=(
        make_article(body="签收后7天内可以退货。运费15元。"),
        make_article(id="b", title="保修多久", body="保修12个月。"),
    ),
    cases=(make_case(),),
    questions=(),
    qrels={},
)


def test_a_base_has_as_many_articles_as_asked_each_of_one_passage() -> None:
    articles = list(multiply(read_pieces(DATASET), 200))
    assert len({article.id for article in articles}) == 200
    assert {len(make_article_item(article).passages) for article in articles} == {1}


def test_texts_vary_and_are_the_same_each_time() -> None:
    first, again = ([a.title + a.body for a in multiply(read_pieces(DATASET), 50)] for _ in range(2))
    assert first == again
    assert len(set(first)) > 40


def test_a_longer_base_begins_as_a_shorter_one() -> None:
    pieces = read_pieces(DATASET)
    assert list(islice(multiply(pieces, 1_000), 20)) == list(multiply(pieces, 20))


def test_a_dataset_without_texts_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no text"):
        read_pieces(Dataset(name="empty", articles=(), cases=(), questions=(), qrels={}))


def test_mixed_vectors_have_length_one_and_are_not_all_alike() -> None:
    encoder = MixingEncoder(FakeEncoder(), ["退货", "保修", "快递", "发票"])
    vectors: FloatMatrix = np.vstack([encoder.encode_passages(["x"] * 30), encoder.encode_questions(["y"] * 30)])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert len(np.unique(vectors, axis=0)) == 60
    assert encoder.fingerprint == FakeEncoder.fingerprint
