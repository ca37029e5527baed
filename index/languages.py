"""Which items a question cannot share words with, because they are written in another language."""

from __future__ import annotations

import re

import numpy as np

from index.catalogue import BoolArray

CHINESE = re.compile(r"[\u3400-\u9fff]")
ENGLISH_WORD = re.compile(r"[a-z]{2,}", re.IGNORECASE)
FEWEST_WORDS = 3  # A brand or a model number in a Chinese question does not make it English as well.


def find_unread(text: str, english: BoolArray) -> BoolArray:
    """Return which items are in another language than a question; none for one in both, or of a bare `wifi`."""
    is_chinese = bool(CHINESE.search(text))
    is_english = len(ENGLISH_WORD.findall(text)) >= FEWEST_WORDS
    if is_chinese == is_english:
        return np.zeros(len(english), bool)
    return english if is_chinese else ~english
