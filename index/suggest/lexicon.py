"""The units that headings are made of, and which of them a key can mean: by sound, by beginning, by likeness."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.catalogue import IntArray
from index.suggest.letters import Sound
from index.suggest.units import is_latin
from kb.text.pinyin import fold_sound, read_character

NOTHING: IntArray = np.zeros(0, np.int64)
BORDER = 0  # Stands between two headings, and is no unit.
AFTER_ANY_LETTER = "\uffff"
SHORTEST_MISSPELT = 4
TWO_ERRORS_FROM = 8  # Letters; Damerau 1964: four in five misspellings have one error.


class Lexicon:
    """Units by number, from 1."""

    def __init__(self, forms: Sequence[str]) -> None:
        self.numbers = {form: number for number, form in enumerate(forms, 1)}
        self._latin = sorted(form for form in forms if is_latin(form))
        self._by_sound: dict[str, list[int]] = {}
        for form, number in self.numbers.items():
            for syllable in read_character(form):
                self._by_sound.setdefault(syllable, []).append(number)
        self._by_folded: dict[str, list[int]] = {}
        for syllable, numbers in self._by_sound.items():
            self._by_folded.setdefault(fold_sound(syllable), []).extend(numbers)
        self._sounding: dict[Sound, IntArray] = {}

    def find(self, form: str) -> IntArray:
        """Return the unit of this very form, or nothing."""
        number = self.numbers.get(form)
        return NOTHING if number is None else np.array([number], np.int64)

    def find_beginning(self, letters: str) -> IntArray:
        """Return the Latin words that begin so."""
        first = bisect_left(self._latin, letters)
        last = bisect_right(self._latin, letters + AFTER_ANY_LETTER)
        return self._to_numbers(self._latin[first:last])

    def find_near(self, letters: str, *, may_go_on: bool) -> IntArray:
        """Return the Latin words that this is a misspelling of, or of the beginning of; words begin alike."""
        size = len(letters)
        if size < SHORTEST_MISSPELT:
            return NOTHING
        most = 2 if size >= TWO_ERRORS_FROM else 1
        words = self._list_beginning_alike(letters)
        near: list[str] = []
        for length in range(size - most, size + most + 1) if may_go_on else (None,):
            begun = [word[:length] for word in words if length is None or len(word) >= length]
            whole = [word for word in words if length is None or len(word) >= length]
            found = process.extract(letters, begun, scorer=OSA.distance, score_cutoff=most, limit=None)
            near += [whole[position] for _, _, position in found]
        return self._to_numbers(dict.fromkeys(near))

    def find_sounding(self, sound: Sound) -> IntArray:
        """Return the characters that can be read so."""
        known = self._sounding.get(sound)
        if known is None:
            known = self._look_up(sound)
            self._sounding[sound] = known  # Bounded: there are no more sounds than beginnings of syllables.
        return known

    def find_alike(self, character: str) -> IntArray:
        """Return the characters that are easily taken for this one by their sound, itself among them."""
        numbers = {number for syllable in read_character(character) for number in self._find_folded(syllable)}
        return np.array(sorted(numbers), np.int64)

    def _look_up(self, sound: Sound) -> IntArray:
        if not sound.is_open:
            return np.array(self._by_sound.get(sound.letters, ()), np.int64)
        syllables = (syllable for syllable in self._by_sound if syllable.startswith(sound.letters))
        return np.array(sorted({number for one in syllables for number in self._by_sound[one]}), np.int64)

    def _find_folded(self, syllable: str) -> Sequence[int]:
        return self._by_folded.get(fold_sound(syllable), ())

    def _list_beginning_alike(self, letters: str) -> list[str]:
        first = bisect_left(self._latin, letters[0])
        last = bisect_right(self._latin, letters[0] + AFTER_ANY_LETTER)
        swapped = bisect_left(self._latin, letters[1::-1]), bisect_right(self._latin, letters[1::-1] + AFTER_ANY_LETTER)
        return [*self._latin[first:last], *self._latin[slice(*swapped)]]

    def _to_numbers(self, words: Iterable[str]) -> IntArray:
        return np.array([self.numbers[word] for word in words], np.int64)
