"""Look for many values in large texts and files at once, however they are grouped, escaped or encoded."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kb.text.normalise import to_half_width

SHORTEST_IN_UTF16 = 3  # Two characters are four bytes there, which among numbers stand by chance.
_SEPARATORS = re.compile(r"[\s\-_.()（）\u200b\u2010-\u2015]+")
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_START = 2


class Finder:
    """Knows the values; each is found as it is and without separators, in full width, and escaped as JSON does."""

    def __init__(self, values: Mapping[str, Iterable[str]]) -> None:
        self._plain: dict[str, list[tuple[str, str]]] = {}
        self._squeezed: dict[str, list[tuple[str, str]]] = {}
        for kind, each in values.items():
            for value in each:
                folded = to_half_width(value).lower()
                self._plain.setdefault(folded[:_START], []).append((folded, kind))
                squeezed = _SEPARATORS.sub("", folded)
                if any(character.isdigit() for character in squeezed):
                    self._squeezed.setdefault(squeezed[:_START], []).append((squeezed, kind))

    def find(self, text: str, *, shortest: int = 0) -> Counter[tuple[str, str]]:
        """Return how often each value occurs in a text, by kind and value."""
        folded = to_half_width(text).lower()
        if _ESCAPED.search(folded):
            folded += " " + _ESCAPED.sub(lambda match: _unescape(match[0]), folded)
        found = _scan(folded, self._plain, shortest)
        return found | _scan(_SEPARATORS.sub("", folded), self._squeezed, shortest)

    def find_in_file(self, path: Path) -> Counter[tuple[str, str]]:
        """Return the same of a file: as UTF-8, as UTF-16, and of what it unpacks to where it is compressed."""
        content = path.read_bytes()
        found: Counter[tuple[str, str]] = Counter()
        for data in (content, *_unpack(content)):
            found |= self.find(data.decode("utf-8", "replace"))
            for offset in (0, 1):
                for encoding in ("utf-16-le", "utf-16-be"):
                    found |= self.find(data[offset:].decode(encoding, "replace"), shortest=SHORTEST_IN_UTF16)
        return found


def _scan(text: str, values: dict[str, list[tuple[str, str]]], shortest: int) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for place in range(len(text) - _START + 1):
        candidates = values.get(text[place : place + _START])
        if candidates is not None:
            for value, kind in candidates:
                if len(value) >= shortest and text.startswith(value, place):
                    found[kind, value] += 1
    return found


def _unescape(escaped: str) -> str:
    units = bytes.fromhex(escaped.replace("\\u", ""))
    return units.decode("utf-16-be", "replace")


def _unpack(content: bytes) -> Iterator[bytes]:
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            yield unpack(content)
        except (OSError, EOFError, zlib.error):
            continue
