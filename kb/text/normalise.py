"""One form for every writing of the same words: what is indexed and what is asked both pass through here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import cache, lru_cache
from typing import Protocol

# UAX #15 stream-safe text: longer runs of marks are not language, and sorting them takes quadratic time.
MAX_MARKS = 30
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# ASCII, common Chinese characters and punctuation, full-width forms.
_PLAIN = re.compile("[ \\t\\n\\r!-~\u3000-\u3002\u3008-\u3011\u4e00-\u9fff\uff01-\uff5e“”‘’—·]*")
_WORD = re.compile(r"[^ \t\n\r]+")
_HANGUL_VOWELS_AND_FINALS = range(0x1160, 0x1200)
_HANGUL_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_HALF_WIDTH = {0x3000: " "} | {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}


class _Role(Enum):
    STARTS = "starts"
    CONTINUES = "continues"
    DROPPED = "dropped"


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


def normalise(text: str) -> str:
    """Return the text in NFKC, simplified characters and lower case, without controls, on single spaces."""
    return normalise_keeping_positions(text)[0]


def normalise_keeping_positions(text: str) -> tuple[str, list[int]]:
    """Return the normalised text and, for each of its characters, the index in `text` that it comes from."""
    if _PLAIN.fullmatch(text):
        return _normalise_plain(text)
    characters: list[str] = []
    positions: list[int] = []
    for start, cluster in _clusters(text):
        for character in _fold(cluster):
            if character == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(character)
            positions.append(start)
    if characters and characters[-1] == " ":
        characters.pop()
        positions.pop()
    return simplify("".join(characters)), positions


def _normalise_plain(text: str) -> tuple[str, list[int]]:
    """Do the same for text whose every character is folded on its own: nearly all, and many times faster."""
    pieces: list[str] = []
    positions: list[int] = []
    for word in _WORD.finditer(to_half_width(text).lower()):
        if pieces:
            pieces.append(" ")
            positions.append(positions[-1] + 1)
        pieces.append(word[0])
        positions.extend(range(*word.span()))
    return simplify("".join(pieces)), positions


def to_half_width(text: str) -> str:
    """Return the text with full-width letters, digits and signs in ASCII, character for character."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def simplify(text: str) -> str:
    """Return the text with traditional characters simplified, character for character."""
    if text.isascii():
        return text
    text = _LONE_SURROGATE.sub("\ufffd", text)
    simplified = _converter().convert(text)
    if len(simplified) == len(text):
        return simplified
    # No entry of OpenCC's tables changes the length today; positions must hold if one ever does.
    return "".join(_converter().convert(character)[:1] or character for character in text)


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Yield each base character with the marks that may combine with it, and where it starts."""
    start, cluster = 0, ""
    for index, character in enumerate(text):
        role = _role(character)
        if role is _Role.DROPPED:
            continue
        if role is _Role.CONTINUES and cluster:
            if len(cluster) <= MAX_MARKS:
                cluster += character
            continue
        if cluster:
            yield start, cluster
        start, cluster = index, character
    if cluster:
        yield start, cluster


@lru_cache(maxsize=65536)
def _fold(cluster: str) -> str:
    lowered = unicodedata.normalize("NFKC", cluster).lower()
    # Lower-casing can leave letters that compose; and the final sigma depends on its neighbours.
    folded = unicodedata.normalize("NFKC", lowered).replace("\u03c2", "\u03c3")
    return "".join(" " if character.isspace() else character for character in folded)


@lru_cache(maxsize=65536)
def _role(character: str) -> _Role:
    if _is_invisible(character):
        return _Role.DROPPED
    first = unicodedata.normalize("NFKD", character)[0]
    if unicodedata.category(first).startswith("M") or ord(first) in _HANGUL_VOWELS_AND_FINALS:
        return _Role.CONTINUES
    return _Role.STARTS


def _is_invisible(character: str) -> bool:
    if character.isspace():
        return False
    is_variation_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    is_control = unicodedata.category(character) in {"Cc", "Cf", "Cs"}
    return is_control or is_variation_selector or character in _HANGUL_FILLERS


@cache
def _converter() -> _Converter:
    from opencc import OpenCC

    converter: _Converter = OpenCC("t2s")
    return converter
