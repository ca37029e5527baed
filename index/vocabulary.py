"""The words of a knowledge base: how many items hold each, and which of them sound or look like another.

A vocabulary never changes. Items that came after a build lie in a second, small layer, so that adding one
does not build the lookups of all others anew.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path

from index.soundalikes import SoundIndex, make_sound_index
from index.spreading import Spread, work_here
from kb.errors import XianzhiError
from kb.items import Item
from kb.text.normalise import normalise
from kb.text.segment import segment

VOCABULARY_FORMAT = 1  # Raise when older files can no longer be read.
MAX_WORDS = 200_000
MAX_PAIRS = 200_000
COUNTED_TOGETHER = 1_000  # Items.
# Of all items together; once so much is read, passages hold few new words (Heaps 1978) and cost most of the time.
MAX_PASSAGE_CHARACTERS = 4_000_000
MAX_COUNTED_CHARACTERS = 5_000  # Of one item; a manual's hundredth page adds few words.
_HAN_RUN = re.compile("[\u4e00-\u9fff]{2,}")
_HAN_WORD = re.compile("[\u4e00-\u9fff]{1,8}")
_LATIN_WORD = re.compile("[a-z]{3,24}")
_HEADER = re.compile(r"xianzhi vocabulary (?P<format>[0-9]+) items (?P<items>[0-9]+)")


class VocabularyUnreadable(XianzhiError):
    """A vocabulary file is not one, or one of another format."""

    code = "vocabulary_unreadable"


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted: items by word, occurrences by Chinese character and by pair of neighbours."""

    items: int = 0
    words: Mapping[str, int] = field(default_factory=dict)
    pairs: Mapping[str, int] = field(default_factory=dict)


class _Layer:
    """Counts with the lookups over their words, each built at its first use."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self._sounds: SoundIndex | None = None
        self._latin: dict[int, list[str]] | None = None
        self._lock = threading.Lock()

    @cached_property
    def total(self) -> int:
        return sum(self.counts.words.values())

    @cached_property
    def characters(self) -> int:
        return sum(count for run, count in self.counts.pairs.items() if len(run) == 1)

    @cached_property
    def followers(self) -> Counter[str]:
        return Counter(run[0] for run in self.counts.pairs if len(run) == 2)

    def sounds(self) -> SoundIndex:
        if self._sounds is None:
            with self._lock:
                if self._sounds is None:
                    han = (word for word in self.counts.words if _HAN_WORD.fullmatch(word))
                    self._sounds = make_sound_index(sorted(han, key=lambda word: (-self.counts.words[word], word)))
        return self._sounds

    def latin(self) -> dict[int, list[str]]:
        if self._latin is None:
            with self._lock:
                if self._latin is None:
                    by_length: dict[int, list[str]] = {}
                    for word in sorted(filter(_LATIN_WORD.fullmatch, self.counts.words)):
                        by_length.setdefault(len(word), []).append(word)
                    self._latin = by_length
        return self._latin


class Vocabulary:
    """The words of a knowledge base with what lies between it and a question as a customer writes it."""

    def __init__(self, counts: Counts) -> None:
        self._layers: tuple[_Layer, ...] = (_Layer(counts),)

    @property
    def items(self) -> int:
        """How many items were counted; those that were withdrawn since are still among them."""
        return sum(layer.counts.items for layer in self._layers)

    def __contains__(self, word: str) -> bool:
        return any(word in layer.counts.words for layer in self._layers)

    def __len__(self) -> int:
        return sum(1 for _ in self.words())

    def words(self) -> Iterator[str]:
        """Yield each word once."""
        yield from dict.fromkeys(chain.from_iterable(layer.counts.words for layer in self._layers))

    def count(self, word: str) -> int:
        """Return how many items hold a word."""
        return sum(layer.counts.words.get(word, 0) for layer in self._layers)

    def count_run(self, characters: str) -> int:
        """Return how often one Chinese character, or two side by side, occur in the items."""
        return sum(layer.counts.pairs.get(characters, 0) for layer in self._layers)

    def count_followers(self, character: str) -> int:
        """Return how many different characters stand behind a Chinese character."""
        return sum(layer.followers.get(character, 0) for layer in self._layers)

    @property
    def total(self) -> int:
        """How many words were counted, each once an item."""
        return sum(layer.total for layer in self._layers)

    @property
    def characters(self) -> int:
        """How many Chinese characters were counted."""
        return sum(layer.characters for layer in self._layers)

    def find_sounding(self, key: tuple[str, ...]) -> Iterator[str]:
        """Yield the Chinese words of these folded sounds; `*` stands for any one sound in words of three or more."""
        for layer in self._layers:
            yield from layer.sounds().find(key)

    def list_latin(self, length: int) -> Iterator[str]:
        """Yield the Latin words of a length."""
        for layer in self._layers:
            yield from layer.latin().get(length, ())

    def with_items(self, items: Iterable[Item]) -> Vocabulary:
        """Return the vocabulary with more items counted; the lookups of what was known are shared."""
        recent = [layer.counts for layer in self._layers[1:]]
        added = Vocabulary(_add([*recent, _count(items)]))
        added._layers = (self._layers[0], *added._layers)
        return added

    def warm_up(self) -> None:
        """Build the lookups now instead of at the first question that needs them."""
        for layer in self._layers:
            layer.sounds()
            layer.latin()

    def write(self, path: Path) -> None:
        """Write the vocabulary as sorted lines: a word or a run of characters, a tab, its count."""
        counts = _add([layer.counts for layer in self._layers])
        lines = [f"xianzhi vocabulary {VOCABULARY_FORMAT} items {counts.items}"]
        lines += (f"{word}\t{count}" for word, count in sorted(counts.words.items()))
        lines.append("")
        lines += (f"{pair}\t{count}" for pair, count in sorted(counts.pairs.items()))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def count_words(items: Iterable[Item], *, spread: Spread = work_here) -> Vocabulary:
    """Return the vocabulary of items: the words of their headings, passages, labels and categories."""
    return Vocabulary(_count(items, spread))


def read_vocabulary(path: Path) -> Vocabulary:
    """Read a written vocabulary; raises `VocabularyUnreadable`."""
    try:
        header, *lines = path.read_text(encoding="utf-8").split("\n")
        first = _HEADER.fullmatch(header)
        if first is None or int(first["format"]) != VOCABULARY_FORMAT:
            raise ValueError("its first line names no format that is known here")
        divide = lines.index("")
        return Vocabulary(Counts(int(first["items"]), _read_lines(lines[:divide]), _read_lines(lines[divide + 1 : -1])))
    except ValueError as error:
        raise VocabularyUnreadable(f"{path} is not a vocabulary: {error}. Build the index again.") from error


def _read_lines(lines: Iterable[str]) -> dict[str, int]:
    return {word: int(count) for word, _, count in (line.partition("\t") for line in lines)}


def _count(items: Iterable[Item], spread: Spread = work_here) -> Counts:
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    size = 0
    for counted in spread(_count_texts, _list_texts(items)):
        size += counted.items
        words.update(counted.words)
        pairs.update(counted.pairs)
    return Counts(size, _keep(words, MAX_WORDS), _keep(pairs, MAX_PAIRS))


def _list_texts(items: Iterable[Item]) -> Iterator[list[str]]:
    """Yield what is counted of the items, some at a time."""
    left = MAX_PASSAGE_CHARACTERS
    texts: list[str] = []
    for item in items:
        texts.append(normalise(_text_of(item, with_passages=left > 0)[:MAX_COUNTED_CHARACTERS]))
        left -= len(texts[-1])
        if len(texts) == COUNTED_TOGETHER:
            yield texts
            texts = []
    yield texts


def _count_texts(texts: Sequence[str]) -> Counts:
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for text in texts:
        words.update(set(segment(text)))
        for run in _HAN_RUN.finditer(text):
            pairs.update(run[0])
            pairs.update([first + then for first, then in pairwise(run[0])])
    return Counts(len(texts), words, pairs)


def _text_of(item: Item, *, with_passages: bool) -> str:
    if with_passages:
        return "\n".join((item.full_text, *item.category))
    return "\n".join((*item.headings, *item.labels, *item.category))


def _keep(counts: Counter[str], most: int) -> dict[str, int]:
    """Return the counts, or the highest of them where there are too many to be held."""
    if len(counts) <= most:
        return dict(counts)
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:most])


def _add(parts: Iterable[Counts]) -> Counts:
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    items = 0
    for part in parts:
        items += part.items
        words.update(part.words)
        pairs.update(part.pairs)
    return Counts(items, _keep(words, MAX_WORDS), _keep(pairs, MAX_PAIRS))
