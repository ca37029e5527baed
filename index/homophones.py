"""Chinese words written with characters that sound like the right ones: 发漂 for 发票, 浙将 for 浙江.

A noisy channel (Kernighan, Church and Gale 1990): a reading wins when it makes the text likelier by more than
the writer's error is unlikely. Only what is no word where it stands is ever read otherwise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.character_model import CharacterModel
from index.soundalikes import list_gapped
from index.vocabulary import Vocabulary
from kb.text.function_characters import FUNCTION_CHARACTERS
from kb.text.pinyin import fold_sounds, read_character
from kb.text.segment import Segmenter

LONGEST_STRETCH = 4
MAX_LOOSE = 60  # Characters of one text; a text with more is no sentence.
MAX_SOUNDS = 8  # Readings of one stretch.
KNOWN_FREQUENCY = 10  # Words of the dictionary's corpus that are rarer may be misspellings of common ones.
COMMON_FREQUENCY = 1000  # Words of the language that the base need hold only once.
# Items that hold a word: one that a dictionary has, and any other; past customers misspell too.
FEWEST_LISTED, FEWEST_UNLISTED = 2, 3
# Log odds that a writer errs so at a given place, before looking at the text.
SAME_SOUND, ALIKE_SOUND, OTHER_CHARACTER = -7.0, -9.0, -11.0
EVERY_WRONG_CHARACTER = -1.0
# A writer who has erred once errs again: what is added after none, one, and more errors.
AFTER_ERRORS = (0.0, 4.0, 6.5)
LEAST_LOG_ODDS = 0.6
_HAN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Mishearing:
    """A stretch of the text, the word it is read as, and the log odds that this is right."""

    start: int
    written: str
    read_as: str
    log_odds: float

    @property
    def end(self) -> int:
        """Where the stretch ends."""
        return self.start + len(self.written)

    @property
    def certainty(self) -> float:
        """The odds as a probability."""
        return 1 / (1 + math.exp(-self.log_odds))


class HomophoneReader:
    """Finds what sounds like a word of the base and is none."""

    def __init__(self, vocabulary: Vocabulary, model: CharacterModel, segmenter: Segmenter) -> None:
        self._vocabulary = vocabulary
        self._model = model
        self._segmenter = segmenter

    def read(self, text: str) -> list[Mishearing]:
        """Return the mishearings of a normalised text in its order, none overlapping another."""
        possible = [one for start, end in self._find_loose(text) for one in self._read_run(text, start, end)]
        possible.sort(key=lambda one: (-one.log_odds, one.start))
        chosen: list[Mishearing] = []
        for one in possible:
            log_odds = one.log_odds + AFTER_ERRORS[min(len(chosen), len(AFTER_ERRORS) - 1)]
            if log_odds > LEAST_LOG_ODDS and not any(one.start < two.end and two.start < one.end for two in chosen):
                chosen.append(replace(one, log_odds=log_odds))
        return sorted(chosen, key=lambda one: one.start)

    def _find_loose(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the runs of Chinese characters that no known word of two or more covers."""
        left = MAX_LOOSE
        for run in _HAN.finditer(text):
            start = run.start()
            for offset, word in [*self._segmenter.cut(run[0]), (len(run[0]), "")]:
                position = run.start() + offset
                if word and not self._is_known(word):
                    continue
                if position - start > 1 and left > 0:
                    yield start, min(position, start + left)
                    left -= position - start
                start = position + len(word)

    def _is_known(self, word: str) -> bool:
        """Whether a word stands for itself; one character never does, it may be what is left of a wrong word."""
        if len(word) < 2:
            return False
        frequency = self._segmenter.frequencies().get(word, 0)
        if frequency > KNOWN_FREQUENCY:
            return True
        return self._vocabulary.count(word) >= (FEWEST_LISTED if frequency else FEWEST_UNLISTED)

    def _read_run(self, text: str, start: int, end: int) -> Iterator[Mishearing]:
        for first in range(start, end - 1):
            for last in range(first + 2, min(end, first + LONGEST_STRETCH) + 1):
                written = text[first:last]
                if FUNCTION_CHARACTERS.isdisjoint(written) and not self._is_known(written):
                    yield from self._read_stretch(text, first, written)

    def _read_stretch(self, text: str, start: int, written: str) -> Iterator[Mishearing]:
        before = text[start - 1 : start] if start else ""
        after = text[start + len(written) : start + len(written) + 1]
        as_written = None
        for word in self._find_words(written):
            prior = _log_prior(written, word)
            if as_written is None:
                as_written = self._model.log_likelihood(f"{before}{written}{after}")
            gain = self._model.log_likelihood(f"{before}{word}{after}") - as_written
            if not before:
                gain += self._model.log_share(word[0]) - self._model.log_share(written[0])
            yield Mishearing(start, written, word, gain + prior)

    def _find_words(self, written: str) -> Iterator[str]:
        found: set[str] = set()
        for sounds in _list_sounds(written):
            key = fold_sounds(sounds)
            for one in (key, *list_gapped(key)):
                found.update(self._vocabulary.find_sounding(one))
        fitting = [word for word in sorted(found) if _may_stand_for(written, word) and self._is_worth_reading(word)]
        most = max(map(self._vocabulary.count, fitting), default=0)
        frequencies = self._segmenter.frequencies()
        # A misspelling that the base itself holds several times is no word to be read.
        return (word for word in fitting if frequencies.get(word, 0) or self._vocabulary.count(word) == most)

    def _is_worth_reading(self, word: str) -> bool:
        if not FUNCTION_CHARACTERS.isdisjoint(word):
            return False
        frequency = self._segmenter.frequencies().get(word, 0)
        fewest = FEWEST_LISTED if frequency else FEWEST_UNLISTED
        return frequency >= COMMON_FREQUENCY or self._vocabulary.count(word) >= fewest


def _list_sounds(written: str) -> list[tuple[str, ...]]:
    sounds: list[tuple[str, ...]] = [()]
    for character in written:
        readings = read_character(character)
        sounds = [(*before, reading) for before in sounds for reading in readings][:MAX_SOUNDS]
    return sounds


def _may_stand_for(written: str, word: str) -> bool:
    """Whether so many characters can be wrong: one may differ in sound where all others are written right."""
    pairs = list(zip(written, word, strict=True))
    wrong = [pair for pair in pairs if pair[0] != pair[1]]
    unlike = [pair for pair in wrong if not _sound_alike(*pair)]
    return bool(wrong) and len(unlike) <= 1 and (not unlike or len(wrong) < len(word))


def _log_prior(written: str, word: str) -> float:
    wrong = [pair for pair in zip(written, word, strict=True) if pair[0] != pair[1]]
    worst = min(_log_prior_of(*pair) for pair in wrong)
    return worst + EVERY_WRONG_CHARACTER * (len(wrong) - 1)


def _log_prior_of(written: str, right: str) -> float:
    if set(read_character(written)) & set(read_character(right)):
        return SAME_SOUND
    return ALIKE_SOUND if _sound_alike(written, right) else OTHER_CHARACTER


def _sound_alike(written: str, right: str) -> bool:
    return not set(fold_sounds(read_character(written))).isdisjoint(fold_sounds(read_character(right)))
