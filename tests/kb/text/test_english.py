"""English words: what the dictionary has, and what is formed from it."""

from __future__ import annotations

import pytest

from kb.text.english import is_english


@pytest.mark.parametrize("word", ["return", "returned", "returning", "parcels", "stopped", "applied", "sizes", "me"])
def test_words_and_their_forms_are_english(word: str) -> None:
    assert is_english(word)


@pytest.mark.parametrize("word", ["refnud", "delivry", "kuaidi", "", "s", "退货"])
def test_anything_else_is_not(word: str) -> None:
    assert not is_english(word)
