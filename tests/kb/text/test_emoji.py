"""Emoji with a word."""

from __future__ import annotations

from kb.text.emoji import WORDS, find_emoji


def test_each_word_is_found_once_where_it_first_stands() -> None:
    assert list(find_emoji("📦还没到📦🚚😀")) == [(0, "📦", "包裹"), (5, "🚚", "快递")]


def test_every_sign_has_a_chinese_word() -> None:
    assert all("\u4e00" <= character <= "\u9fff" for word in WORDS.values() for character in word)
