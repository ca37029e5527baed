"""Chinese written in Latin letters: wo de baoguo zai nali, also without spaces, also inside Chinese text.

The likeliest words are found as an input method finds them (Viterbi 1967, with a beam): words of the base first,
then the dictionary's, each syllable sequence under all its words.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, groupby

from index.character_model import CharacterModel
from index.vocabulary import Vocabulary
from kb.text.english import is_english
from kb.text.pinyin import Syllables, fold_sounds, is_pinyin, list_syllable_ends, read_word
from kb.text.segment import default_segmenter

MAX_TOKEN_LETTERS = 48
MAX_LETTERS = 100  # Read as pinyin in one text.
BEAM = 4
LONGEST_WORD = 4  # Syllables.
WORDS_UNDER_KEY = 6
KEPT_SEQUENCES = 4096
FEWEST_IN_DICTIONARY = 100  # Occurrences in the dictionary's corpus: what an input method would offer.
FAMILIAR_LATIN = 3  # Items that write a Latin word: then it is no pinyin.
OWN_SHARE = 0.7  # Of a word's likelihood, what the base says; the rest is the dictionary's.
ASSOCIATION_WEIGHT = 0.8
RARER_READING = -3.0  # Log odds that a character is meant by another reading than its first.
LEAST_IN_WORDS = 0.4  # Of the syllables, how many must lie in words of two or more.
_TOKEN = re.compile(r"(?<![a-z0-9_.@/-])[a-z]++(?:'[a-z]++)*+(?![a-z0-9_@/]|[-.][a-z0-9])")


@dataclass(frozen=True, slots=True)
class Token:
    """A Latin word of the text."""

    start: int
    end: int
    letters: str
    may_be_pinyin: bool
    may_be_english: bool


@dataclass(frozen=True, slots=True)
class PinyinReading:
    """A stretch of Latin letters and the Chinese that it is read as."""

    start: int
    end: int
    read_as: str
    certainty: float


@dataclass(frozen=True, slots=True)
class _Path:
    """The best way to read the letters up to a position."""

    score: float = 0.0
    words: tuple[str, ...] = ()

    @property
    def last(self) -> str:
        return self.words[-1][-1] if self.words else ""


class PinyinReader:
    """Reads pinyin with the words of a base and of the dictionary."""

    def __init__(self, vocabulary: Vocabulary, model: CharacterModel) -> None:
        self._vocabulary = vocabulary
        self._model = model
        self._total = max(vocabulary.total, 1)
        # Input repeats its syllables, hostile input above all.
        self._list_words = lru_cache(maxsize=KEPT_SEQUENCES)(self._look_up)

    def read(self, text: str) -> list[PinyinReading]:
        """Return what of a normalised text is pinyin, in its order."""
        readings: list[PinyinReading] = []
        left = MAX_LETTERS
        for run in _split_runs(text, self._find_tokens(text)):
            for stretch in self._choose(run):
                ends = list(accumulate(len(token.letters) for token in stretch))
                fitting = stretch[: bisect_right(ends, left)]
                left -= sum(len(token.letters) for token in fitting)
                readings += self._read_stretch(fitting)
        return readings

    def _find_tokens(self, text: str) -> Iterator[Token]:
        for match in _TOKEN.finditer(text):
            letters = match[0].replace("'", "")
            may_be_pinyin = len(letters) <= MAX_TOKEN_LETTERS and all(map(is_pinyin, match[0].split("'")))
            familiar = self._vocabulary.count(match[0]) >= FAMILIAR_LATIN or is_english(match[0])
            yield Token(*match.span(), match[0], may_be_pinyin, familiar)

    def _choose(self, run: Sequence[Token]) -> Iterator[list[Token]]:
        """Yield the stretches of a run of Latin words that are pinyin: all that can be, or single words in English."""
        pinyin = sum(len(token.letters) for token in run if token.may_be_pinyin and not token.may_be_english)
        other = sum(len(token.letters) for token in run if not token.may_be_pinyin)
        if not pinyin:
            return
        in_english = other >= pinyin or (len(run) > 1 and not _has_chinese_grammar(run))
        for is_readable, stretch in groupby(run, key=lambda token: _is_readable(token, in_english=in_english)):
            tokens = list(stretch) if is_readable else []
            yield from ([token] for token in tokens) if in_english else [tokens]

    def _read_stretch(self, stretch: list[Token]) -> Iterator[PinyinReading]:
        if not stretch or all(token.may_be_english for token in stretch):
            return
        words = self._find_words([part for token in stretch for part in token.letters.split("'")])
        syllables = sum(map(len, words))
        in_words = sum(len(word) for word in words if len(word) > 1)
        # Where the base has none of the words, nothing is to be gained: haier midea are brands.
        is_of_the_base = any(len(word) > 1 and word in self._vocabulary for word in words)
        if not is_of_the_base or in_words < LEAST_IN_WORDS * syllables:
            return
        certainty = 0.5 + 0.5 * in_words / syllables
        yield PinyinReading(stretch[0].start, stretch[-1].end, "".join(words), certainty)

    def _find_words(self, parts: Sequence[str]) -> tuple[str, ...]:
        """Return the likeliest words of letters whose parts begin and end with a syllable."""
        letters = "".join(parts)
        borders = {0}
        for part in parts:
            borders.add(max(borders) + len(part))
        paths: list[list[_Path]] = [[] for _ in range(len(letters) + 1)]
        paths[0] = [_Path()]
        for start in range(len(letters)):
            if not paths[start]:
                continue
            best = _best_by_last(paths[start])
            for end, syllables in _list_sequences(letters, start, borders):
                for word, score in self._list_words(syllables):
                    paths[end].append(max((self._extend(path, word, score) for path in best), key=lambda p: p.score))
        return max(paths[-1], key=lambda path: path.score, default=_Path()).words

    def _extend(self, path: _Path, word: str, score: float) -> _Path:
        joined = self._model.association(path.last, word[0]) if path.words else 0.0
        return _Path(path.score + score + ASSOCIATION_WEIGHT * joined, (*path.words, word))

    def _look_up(self, syllables: Syllables) -> list[tuple[str, float]]:
        words = set(_dictionary().get(syllables, ()))
        own = self._vocabulary.find_sounding(fold_sounds(syllables))
        words.update(word for word in own if syllables in read_word(word))
        scored = [(word, self._score(word) + _log_prior(word, syllables)) for word in sorted(words)]
        return sorted(scored, key=lambda entry: -entry[1])[:WORDS_UNDER_KEY]

    def _score(self, word: str) -> float:
        own = self._vocabulary.count(word) / self._total
        general = default_segmenter().frequencies().get(word, 0) / _total()
        return math.log(OWN_SHARE * own + (1 - OWN_SHARE) * general + 1e-9)


def _log_prior(word: str, syllables: Syllables) -> float:
    return 0.0 if read_word(word)[0] == syllables else RARER_READING


def _split_runs(text: str, tokens: Iterator[Token]) -> Iterator[list[Token]]:
    """Yield the Latin words that stand side by side, with a space between them."""
    run: list[Token] = []
    for token in tokens:
        if run and text[run[-1].end : token.start] != " ":
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def _is_readable(token: Token, *, in_english: bool) -> bool:
    if not in_english:
        return token.may_be_pinyin
    return token.may_be_pinyin and not token.may_be_english and len(token.letters) >= 5


def _has_chinese_grammar(run: Sequence[Token]) -> bool:
    """Tell whether most words of a run can be nothing but pinyin, or all can be pinyin."""
    certain = sum(token.may_be_pinyin and not token.may_be_english for token in run)
    return 2 * certain >= len(run) or all(token.may_be_pinyin for token in run)


def _best_by_last(paths: list[_Path]) -> list[_Path]:
    """Return the best paths, no two of which end in the same character."""
    best: dict[str, _Path] = {}
    for path in sorted(paths, key=lambda path: -path.score):
        best.setdefault(path.last, path)
        if len(best) == BEAM:
            break
    return list(best.values())


def _list_sequences(letters: str, start: int, borders: set[int]) -> Iterator[tuple[int, Syllables]]:
    """Yield the sequences of a few syllables from a position on, with where they end."""
    pending: list[tuple[int, Syllables]] = [(start, ())]
    while pending:
        position, before = pending.pop()
        for end in list_syllable_ends(letters, position):
            if any(position < border < end for border in borders):
                continue
            sequence = (*before, letters[position:end])
            yield end, sequence
            if len(sequence) < LONGEST_WORD:
                pending.append((end, sequence))


@cache
def _dictionary() -> dict[Syllables, list[str]]:
    """The dictionary's common words by their syllables, most frequent first."""
    words = [
        (frequency, word)
        for word, frequency in default_segmenter().frequencies().items()
        if frequency >= FEWEST_IN_DICTIONARY and len(word) <= LONGEST_WORD
    ]
    by_sound: dict[Syllables, list[str]] = {}
    for _, word in sorted(words, reverse=True):
        for syllables in read_word(word):
            alike = by_sound.setdefault(syllables, [])
            if len(alike) < WORDS_UNDER_KEY:
                alike.append(word)
    return by_sound


@cache
def _total() -> int:
    return sum(default_segmenter().frequencies().values())
