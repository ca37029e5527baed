"""What the index sees of an article."""

from __future__ import annotations

from kb.articles.passages import make_article_item
from kb.transfer.rows import parse_article


def test_short_text_without_a_title_is_its_own_heading_and_is_embedded_once() -> None:
    text = "借款审核期间能取消吗？我点错了"
    item = make_article_item(parse_article({"id": "b1", "text": text}))
    assert text in item.headings
    assert [passage.text for passage in item.passages] == [text]


def test_titled_passage_is_embedded_under_its_title() -> None:
    item = make_article_item(parse_article({"id": "a1", "title": "退货运费", "text": "由我们承担。"}))
    assert item.headings == ("退货运费",)
    assert [passage.text for passage in item.passages] == ["退货运费\n由我们承担。"]
