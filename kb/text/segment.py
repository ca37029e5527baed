"""Cut text into words and into character grams: the two kinds of terms that lexical search counts."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.text.normalise import normalise

if TYPE_CHECKING:
    from jieba import Tokenizer

DICTIONARY = Path(__file__).parent / "dictionaries" / "ecommerce.txt"

_LATIN = "a-z0-9\u00df-\u024f\u0370-\u052f"
_CJK = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
# Latin words joined by separators first, then plain ones; any other letters are one run.
_COMPOUND = rf"(?<![{_LATIN}])[{_LATIN}]++(?:[-_.][{_LATIN}]++)++"
_OTHER = rf"[^\W_{_LATIN}]++"
_GRAM_PIECE = re.compile(rf"(?P<latin>{_COMPOUND}|[{_LATIN}]++)|(?P<other>{_OTHER})")
_JIEBA_RUN = "\u4e00-\u9fd5a-z0-9"
# jieba takes quadratic time on long runs without punctuation, so they are cut.
_WORD_PIECE = re.compile(
    rf"(?P<latin>{_COMPOUND}|[a-z0-9]*+[\u00df-\u024f\u0370-\u052f][{_LATIN}]*+)"
    rf"|(?P<jieba>[{_JIEBA_RUN}]{{1,256}}+)|(?P<other>[^\W_{_LATIN}\u4e00-\u9fd5]++)"
)
FEWEST_OF_A_WORD = 5  # In jieba's corpus; what is rarer there are mostly halves of names.
_PURE_LATIN = re.compile(rf"[{_LATIN}]+")
_NUMBER_WITH_DOTS = re.compile(r"v?[0-9]+(?:\.[0-9]+)+")
_SEPARATOR = re.compile(r"[-_.]")


class Segmenter:
    """Cuts text with its own dictionary; words can be added at any time, and no other segmenter sees them."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._pending = [normalise(word) for word in words]
        self._tokenizer: Tokenizer | None = None
        self._lock = threading.Lock()

    def segment(self, text: str) -> list[str]:
        """Return the words of the text, long ones after their parts, without punctuation."""
        tokenizer = self._ready()
        words: list[str] = []
        for piece in _WORD_PIECE.finditer(normalise(text)):
            if piece["latin"]:
                words.extend(_latin_terms(piece["latin"]))
            elif piece["jieba"]:
                for word in tokenizer.cut(piece["jieba"]):
                    words.extend(_parts(word, tokenizer.FREQ))
                    words.append(word)
            else:
                words.append(piece["other"])
        return words

    def cut(self, text: str) -> list[tuple[int, str]]:
        """Return the words of a normalised text and where each begins, none overlapping another."""
        tokenizer = self._ready()
        words: list[tuple[int, str]] = []
        for piece in _WORD_PIECE.finditer(text):
            start = piece.start()
            for word in tokenizer.cut(piece["jieba"]) if piece["jieba"] else [piece[0]]:
                words.append((start, word))
                start += len(word)
        return words

    def frequencies(self) -> Mapping[str, int]:
        """Return how often each dictionary word occurs in the dictionary's corpus; 0 for what only begins one."""
        frequencies: Mapping[str, int] = self._ready().FREQ
        return frequencies

    def add_words(self, words: Iterable[str]) -> None:
        """Make each word come out whole from now on."""
        normalised = [normalise(word) for word in words]
        with self._lock:
            if self._tokenizer is None:
                self._pending.extend(normalised)
                return
            _add_words(self._tokenizer, normalised)

    def warm_up(self) -> None:
        """Load the dictionary now instead of at the first question."""
        self._ready()

    def _ready(self) -> Tokenizer:
        if self._tokenizer is None:
            with self._lock:
                if self._tokenizer is None:
                    tokenizer = _new_tokenizer()
                    _add_words(tokenizer, [*_own_words(), *self._pending])
                    self._pending.clear()
                    self._tokenizer = tokenizer
        return self._tokenizer


def segment(text: str) -> list[str]:
    """Return the words of the text with the default dictionaries."""
    return default_segmenter().segment(text)


def warm_up() -> None:
    """Load the default segmenter's dictionaries now instead of at the first question."""
    default_segmenter().warm_up()


@cache
def default_segmenter() -> Segmenter:
    """The segmenter with the bundled dictionaries only; make another one to add words."""
    return Segmenter()


@cache
def list_ordinary_words() -> frozenset[str]:
    """Return the dictionary's words of two and three characters, without those that are persons' names only."""
    with _jieba_tokenizer_class()().get_dict_file() as file:
        rows = (line.decode("utf-8").split(" ") for line in file)
        words = {
            word
            for word, count, kind in rows
            if 2 <= len(word) <= 3 and int(count) >= FEWEST_OF_A_WORD and not kind.startswith("nr")
        }
    return frozenset(words | {word for word in _own_words() if 2 <= len(word) <= 3})


def character_grams(text: str) -> list[str]:
    """Return single characters and pairs of Chinese runs, and Latin words and numbers whole."""
    grams: list[str] = []
    for piece in _GRAM_PIECE.finditer(normalise(text)):
        if piece["latin"]:
            grams.extend(_latin_terms(piece["latin"]))
            continue
        run = piece["other"]
        grams.extend(run)
        grams.extend(run[index : index + 2] for index in range(len(run) - 1))
    return grams


def _latin_terms(run: str) -> list[str]:
    """Return a Latin word, or the parts of a joined one and then the whole: kfr, 35gw, kfr35gw."""
    if _NUMBER_WITH_DOTS.fullmatch(run):
        return [run]
    parts = _SEPARATOR.split(run)
    return parts if len(parts) == 1 else [*parts, "".join(parts)]


def _parts(word: str, frequencies: dict[str, int]) -> Iterator[str]:
    """Yield the dictionary words of two and three characters inside a longer Chinese word."""
    if len(word) < 3 or _PURE_LATIN.search(word):
        return
    for size in (2, 3):
        if len(word) > size:
            for start in range(len(word) - size + 1):
                if frequencies.get(part := word[start : start + size]):
                    yield part


def _add_words(tokenizer: Tokenizer, words: Iterable[str]) -> None:
    for word in words:
        if word:
            tokenizer.add_word(word)


def _own_words() -> Iterator[str]:
    for line in DICTIONARY.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield from (normalise(word) for word in line.split())


@cache
def _jieba_tokenizer_class() -> type[Tokenizer]:
    with warnings.catch_warnings():
        # jieba compiles invalid escapes and imports pkg_resources; both warn and neither matters here.
        warnings.simplefilter("ignore")
        import jieba

    class WholeRunTokenizer(jieba.Tokenizer):  # type: ignore[misc]
        """A jieba tokenizer that never cuts inside a run of Latin letters and digits."""

        def get_DAG(self, sentence: str) -> dict[int, list[int]]:
            graph: dict[int, list[int]] = super().get_DAG(sentence)
            for run in _PURE_LATIN.finditer(sentence):
                last = run.end() - 1
                graph[run.start()] = [last, *(end for end in graph[run.start()] if end > last)]
            cuts_a_run = {end for run in _PURE_LATIN.finditer(sentence) for end in range(run.start(), run.end() - 1)}
            if not cuts_a_run:
                return graph
            return {start: [end for end in ends if end not in cuts_a_run] or [start] for start, ends in graph.items()}

    return WholeRunTokenizer


@cache
def _base_frequencies() -> tuple[dict[str, int], int]:
    with _jieba_tokenizer_class()().get_dict_file() as file:
        frequencies, total = _jieba_tokenizer_class().gen_pfdict(file)
    return frequencies, total


def _new_tokenizer() -> Tokenizer:
    # Filled by hand: jieba itself would read a marshal file from the shared temporary folder, and log.
    tokenizer = _jieba_tokenizer_class()()
    frequencies, tokenizer.total = _base_frequencies()
    tokenizer.FREQ = dict(frequencies)
    tokenizer.initialized = True
    return tokenizer
