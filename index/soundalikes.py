"""Which Chinese words sound alike: words by their folded sounds, and by all but one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.text.pinyin import Syllables, fold_sounds, read_word

ANY = "*"
MAX_INDEXED = 60_000  # Words, most frequent first.
MAX_ALIKE = 12  # Words kept under one key.
SHORTEST_WITH_GAP = 3


@dataclass(frozen=True, slots=True)
class SoundIndex:
    """Words by folded sounds, those given first before the others."""

    words: Mapping[Syllables, Sequence[str]]

    def find(self, key: Syllables) -> Sequence[str]:
        """Return the words under a key."""
        return self.words.get(key, ())


def make_sound_index(words: Iterable[str]) -> SoundIndex:
    """Return the index of Chinese words, given most frequent first."""
    index: dict[Syllables, list[str]] = {}
    for _, word in zip(range(MAX_INDEXED), words, strict=False):
        for key in dict.fromkeys(key for sounds in read_word(word) for key in _list_keys(fold_sounds(sounds))):
            alike = index.setdefault(key, [])
            if len(alike) < MAX_ALIKE:
                alike.append(word)
    return SoundIndex(index)


def list_gapped(key: Syllables) -> list[Syllables]:
    """Return a key with each of its sounds left open in turn; none for short ones, where too much would fit."""
    if len(key) < SHORTEST_WITH_GAP:
        return []
    return [(*key[:gap], ANY, *key[gap + 1 :]) for gap in range(len(key))]


def _list_keys(key: Syllables) -> list[Syllables]:
    return [key, *list_gapped(key)]
