"""Passage texts: read back by row, from the file and from behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.texts import list_texts, open_texts, write_texts
from kb.items import Passage
from tests.fakes import make_item


def test_texts_are_the_shown_ones_in_order_of_items_and_passages() -> None:
    items = [make_item(passages=(Passage("一", "标题\n一"), Passage("二", "标题\n二"))), make_item()]
    assert list_texts(items) == ["一", "二", "签收后七天内可以退货。"]


@given(written=st.lists(st.text(max_size=20), max_size=5), added=st.lists(st.text(max_size=20), max_size=3))
def test_every_row_is_read_back(tmp_path_factory: pytest.TempPathFactory, written: list[str], added: list[str]) -> None:
    folder = tmp_path_factory.mktemp("texts")
    write_texts(written, folder / "content", folder / "starts")
    old = open_texts(folder / "content", folder / "starts")
    new = old.with_rows(added)
    assert [new.read(row) for row in range(len(written) + len(added))] == written + added
    assert [old.read(row) for row in range(len(written))] == written


def test_rows_added_later_do_not_show_in_the_older_view(tmp_path: Path) -> None:
    write_texts(["一"], tmp_path / "content", tmp_path / "starts")
    old = open_texts(tmp_path / "content", tmp_path / "starts")
    assert old.with_rows(["二"]).with_rows(["三"]).read(2) == "三"
    with pytest.raises(IndexError):
        old.read(1)
