"""What int8 gives up against float32, on a question set of the sample and its passages with the real encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from eval.datasets import Dataset, load_dataset
from eval.metrics import measure_records
from eval.records import RankedItem, Record
from index.encoder import FloatMatrix
from kb.articles.passages import make_article_item
from kb.cases.passages import make_case_item
from tests.real_encoder import open_real_encoder

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "questions" / "dev"


@dataclass(frozen=True, slots=True)
class Encoded:
    """The sample in one precision: a row a question, a row a passage."""

    questions: FloatMatrix
    passages: FloatMatrix


@pytest.fixture(scope="module")
def sample() -> Dataset:
    """The sample."""
    return load_dataset(SAMPLE)


@pytest.fixture(scope="module")
def owners(sample: Dataset) -> list[tuple[str, str]]:
    """The item and the text of every passage of the sample."""
    items = [*map(make_article_item, sample.articles), *map(make_case_item, sample.cases)]
    return [(item.key.id, passage.text) for item in items for passage in item.passages]


@pytest.fixture(scope="module")
def encoded(sample: Dataset, owners: list[tuple[str, str]]) -> dict[str, Encoded]:
    """The sample in float32 and in int8."""
    texts, passages = [question.text for question in sample.questions], [text for _, text in owners]
    encoders = {precision: open_real_encoder(precision) for precision in ("float32", "int8")}
    return {
        # Questions one by one, as they are served: in int8 a text's companions in a batch change its vector a little.
        precision: Encoded(
            np.vstack([encoder.encode_questions([text]) for text in texts]), encoder.encode_passages(passages)
        )
        for precision, encoder in encoders.items()
    }


def test_int8_vectors_point_where_the_float_ones_do(encoded: dict[str, Encoded]) -> None:
    for kind in ("questions", "passages"):
        whole, small = (getattr(encoded[precision], kind) for precision in ("float32", "int8"))
        assert np.sum(whole * small, axis=1).mean() >= 0.995


def test_int8_ranks_as_well_as_float(
    sample: Dataset, owners: list[tuple[str, str]], encoded: dict[str, Encoded]
) -> None:
    scores = {precision: rank_densely(sample, owners, vectors) for precision, vectors in encoded.items()}
    assert scores["float32"] > 0.1  # Vectors alone know nothing of orders, on which half of these questions hang.
    assert scores["int8"] == pytest.approx(scores["float32"], abs=0.005)


def rank_densely(sample: Dataset, owners: list[tuple[str, str]], vectors: Encoded) -> float:
    """Return nDCG@10 of ranking items by their nearest passage."""
    products = vectors.questions @ vectors.passages.T
    records = []
    for question, row in zip(sample.questions, products, strict=True):
        nearest = (owners[passage][0] for passage in np.argsort(-row, kind="stable"))
        ranking = tuple(RankedItem(item, 1.0) for item in list(dict.fromkeys(nearest))[:10])
        labels = sample.qrels.get(question.id, {})
        records.append(Record(question.id, question.text, labels=labels, right_from=sample.right_from, ranking=ranking))
    values = measure_records(records, ["ndcg@10"])
    return float(np.mean([value["ndcg@10"] for value in values.values()]))
