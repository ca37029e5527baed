"""Look for the generated customers' values in everything that a walk gathered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.privacy.finder import Finder
from eval.privacy.frames import FRAMES
from eval.privacy.people import Person
from eval.privacy.shop import ARTICLES
from eval.privacy.walk import Gathered
from index.generation import LEXICAL_FULL, LEXICAL_HEADINGS
from index.lexical import WORDS, LexicalIndex, read_terms

# Values that the index of terms would hold as one word.
ONE_WORD = ("phone", "national_id", "bank_card")
SHOWN_LEAKS = 5


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """How much of one place was looked through, and the hits in it; `shown` are a few of their kinds and texts."""

    texts: int
    hits: Mapping[str, int]
    shown: Sequence[str]

    @property
    def count(self) -> int:
        """All hits."""
        return sum(self.hits.values())


def list_values(people: Sequence[Person]) -> Mapping[str, list[str]]:
    """Return the values to be looked for by kind; what the shop's own words say anyway is left out."""
    own = FRAMES.read_text("utf-8") + "".join("".join(article) for article in ARTICLES)
    kinds = ("name", "phone", "landline", "email", "national_id", "bank_card", "detail")
    values = {kind: [str(getattr(person, kind)) for person in people] for kind in kinds}
    return {kind: [value for value in each if value not in own] for kind, each in values.items()}


def scan(gathered: Gathered, values: Mapping[str, list[str]]) -> Mapping[str, PlaceFigures]:
    """Return the hits of every place, also of those without any."""
    finder = Finder(values)
    places = {place: _count(texts, finder) for place, texts in gathered.texts.items()}
    for place, files in gathered.files.items():
        found = [(path.name, finder.find_in_file(path)) for path in files]
        places[place] = _make_figures(len(files), found)
    places["index terms"] = _count_terms(gathered.files.get("index files", []), values)
    return places


def _count(texts: Sequence[str], finder: Finder) -> PlaceFigures:
    return _make_figures(len(texts), [(text, finder.find(text)) for text in texts])


def _make_figures(count: int, found: Sequence[tuple[str, Counter[tuple[str, str]]]]) -> PlaceFigures:
    hits: Counter[str] = Counter()
    shown: list[str] = []
    for text, values in found:
        for kind, value in values:
            hits[kind] += values[kind, value]
            if len(shown) < SHOWN_LEAKS:
                start = max(text.lower().find(value) - 30, 0)
                shown.append(f"{kind} {value}: …{text[start : start + 80]}…")
    return PlaceFigures(count, hits, shown)


def _count_terms(files: Sequence[Path], values: Mapping[str, list[str]]) -> PlaceFigures:
    """Ask the indexes of terms, whose files are packed in a way of their own, for values that are one word."""
    folders = sorted({path.parent for path in files if path.parent.name in (LEXICAL_HEADINGS, LEXICAL_FULL)})
    hits: Counter[str] = Counter()
    for folder in folders:
        searcher = LexicalIndex(folder).searcher()
        for kind in ONE_WORD:
            for value in values[kind]:
                terms = read_terms(value, weights={WORDS: 1.0})
                owners, _ = searcher.search(terms, limit=1)
                identified, _ = searcher.find_identifiers(terms, limit=1)
                hits[kind] += len(owners) + len(identified)
    return PlaceFigures(len(folders), +hits, [])
