"""Embedding items: nothing is encoded twice, and every row gets its own text's vector."""

from __future__ import annotations

import numpy as np

from index.embedding import EmbeddedItems, Known, digest_text, embed_items
from kb.items import Item, Passage
from tests.fakes import CountingEncoder, FakeEncoder, make_item


def embed(items: list[Item], encoder: CountingEncoder, known: Known | None = None) -> EmbeddedItems:
    """Embed without watching the progress."""
    return embed_items(items, encoder, known=known or {}, on_progress=lambda done, total: None)


def test_headings_are_encoded_as_questions_and_passages_as_passages() -> None:
    encoder = CountingEncoder()
    embed([make_item(headings=("标题", "问法"), passages=(Passage("正文", "标题\n正文"),))], encoder)
    assert sorted(encoder.questions) == ["标题", "问法"]
    assert encoder.passages == ["标题\n正文"]


def test_same_text_is_encoded_once_and_stands_in_every_row() -> None:
    encoder = CountingEncoder()
    embedded = embed([make_item("a"), make_item("b", headings=("另一个", "七天无理由退货"))], encoder)
    assert sorted(encoder.questions) == ["七天无理由退货", "另一个"]
    assert len(encoder.passages) == 1
    np.testing.assert_array_equal(embedded.headings[0], embedded.headings[2])
    np.testing.assert_array_equal(embedded.passages[0], embedded.passages[1])
    assert embedded.digests[0] == embedded.digests[2] != embedded.digests[1]


def test_every_row_is_the_vector_of_its_text() -> None:
    texts = ["很长的一个标题在这里", "短", "中等长度", "退货"]
    embedded = embed([make_item(headings=tuple(texts))], CountingEncoder())
    np.testing.assert_array_equal(embedded.headings, FakeEncoder().encode_questions(texts))


def test_known_text_is_taken_over_and_not_encoded() -> None:
    encoder = CountingEncoder()
    vector = np.full(encoder.dimension, 0.125, np.float32)
    embedded = embed([make_item(headings=("旧", "新"))], encoder, {digest_text("question", "旧"): vector})
    assert encoder.questions == ["新"]
    np.testing.assert_array_equal(embedded.headings[0], vector)


def test_heading_and_passage_of_the_same_words_have_different_digests() -> None:
    embedded = embed([make_item(headings=("退货",), passages=(Passage("退货", "退货"),))], CountingEncoder())
    assert embedded.digests == (digest_text("question", "退货"), digest_text("passage", "退货"))
    assert embedded.digests[0] != embedded.digests[1]


def test_nothing_to_embed_is_two_empty_matrices() -> None:
    encoder = CountingEncoder()
    embedded = embed([], encoder)
    assert embedded.headings.shape == embedded.passages.shape == (0, encoder.dimension)
    assert embedded.digests == ()


def test_progress_counts_what_is_encoded_and_ends_at_the_total() -> None:
    seen: list[tuple[int, int]] = []
    items = [make_item(headings=tuple(f"标题{n}" for n in range(300)))]
    embed_items(items, FakeEncoder(), known={}, on_progress=lambda done, total: seen.append((done, total)))
    assert (seen[0], seen[-1]) == ((0, 301), (301, 301))
    assert seen == sorted(seen)
