"""Cut Chinese and English text into sentences that join to the same text again."""

from __future__ import annotations

import re

_CLOSING = "”’\"'）)」』】》]"
_STRONG = frozenset("。！？；\n")
# One run of stops, the closing quotes after it, and the white space that follows.
_STOP = re.compile(rf"(?P<stops>[。！？；\n.!?]++)(?P<closing>[{re.escape(_CLOSING)}]*+)(?P<space>\s*+)")
_LAST_WORD = re.compile(r"[A-Za-z0-9.]{1,12}$")
_ABBREVIATIONS = frozenset({"mr", "mrs", "ms", "dr", "no", "vs", "st", "e.g", "i.e", "etc", "approx", "tel", "ext"})


def split_sentences(text: str) -> list[str]:
    """Return the sentences in order, each with its stop, closing quotes and the space behind it."""
    sentences: list[str] = []
    start = 0
    for stop in _STOP.finditer(text):
        if _ends_sentence(text, stop, start):
            sentences.append(text[start : stop.end()])
            start = stop.end()
    if start < len(text):
        sentences.append(text[start:])
    return sentences


def _ends_sentence(text: str, stop: re.Match[str], sentence_start: int) -> bool:
    if not _STRONG.isdisjoint(stop["stops"]) or "\n" in stop["space"]:
        return True
    at_end = stop.end() == len(text)
    if at_end or (stop["stops"] != "." and not _is_ascii_word(text[stop.end()]) and text[stop.end()] not in "=&/%"):
        return True
    if not stop["space"]:
        # A dot or question mark inside a number, a version, a name or a URL.
        return False
    return stop["stops"] != "." or not _is_abbreviation(text, stop.start(), sentence_start)


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_abbreviation(text: str, dot: int, sentence_start: int) -> bool:
    word = _LAST_WORD.search(text[max(sentence_start, dot - 13) : dot])
    if word is None:
        return False
    is_list_number = word[0].isdigit() and not text[sentence_start : dot - len(word[0])].strip()
    return is_list_number or word[0].lower() in _ABBREVIATIONS
