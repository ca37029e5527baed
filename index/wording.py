"""Questions as customers write them, read in the words of the knowledge base.

Corrections (pinyin, misspellings, homophones) go into the text. Other writings of what is right (synonyms, numbers,
units, identifiers, emoji) do not: they are listed, as further terms to search for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from index.character_model import CharacterModel
from index.homophones import HomophoneReader
from index.pinyin_reader import PinyinReader
from index.spelling import SpellingReader
from index.synonym_table import SynonymRule, SynonymTable
from index.vocabulary import Vocabulary
from kb.text.emoji import find_emoji
from kb.text.normalise import normalise
from kb.text.numbers import find_personal_numbers
from kb.text.numerals import find_quantities
from kb.text.segment import Segmenter, default_segmenter

MAX_READ_CHARACTERS = 1_000  # What follows stays as it is.
MAX_EXPANSIONS = 24
EMOJI_CERTAINTY = 0.5
MAX_PARTS = 4  # Of an identifier written with spaces.
_PARTED = re.compile(r"(?<![a-z0-9_.-])[a-z0-9]{1,12}(?: [a-z0-9]{1,12})++(?![a-z0-9_-]|\.[a-z0-9])")
_JOINED = re.compile(r"(?<![a-z0-9_.-])(?P<letters>[a-z]{2,8})(?P<rest>[0-9]{3,8}[a-z]{0,4})(?![a-z0-9_-]|\.[a-z0-9])")
_GROUPED_DIGITS = re.compile(r"(?<![0-9a-z_.-])[a-z]{0,4}[0-9]{2,6}(?: [0-9]{2,6}){2,7}(?![0-9a-z_-]|\.[0-9])")
_LENGTHS_OF_NUMBERS = range(10, 21)


class How(StrEnum):
    """What lies between the written and the words that are read."""

    SYNONYM = "synonym"
    HOMOPHONE = "homophone"
    PINYIN = "pinyin"
    SPELLING = "spelling"
    NUMERAL = "numeral"
    UNIT = "unit"
    IDENTIFIER = "identifier"
    EMOJI = "emoji"


CORRECTIONS = frozenset({How.HOMOPHONE, How.PINYIN, How.SPELLING})


@dataclass(frozen=True, slots=True)
class Rewording:
    """What stands in the question, what it is read as, and how sure that is, from 0 to 1."""

    written: str
    read_as: str
    how: How
    certainty: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with what was misspelt put right, and all that was read otherwise than it is written."""

    text: str
    rewordings: tuple[Rewording, ...] = ()

    @property
    def expansions(self) -> tuple[str, ...]:
        """The further terms to search for, those that are not in the text already."""
        found = (one.read_as for one in self.rewordings if one.how not in CORRECTIONS and one.read_as not in self.text)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Change:
    """A stretch of the text and what it becomes."""

    start: int
    end: int
    rewording: Rewording


class Wording:
    """Reads questions; unchanging, and shared by threads."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        synonyms: Iterable[SynonymRule] = (),
        *,
        segmenter: Segmenter | None = None,
    ) -> None:
        self._vocabulary = vocabulary
        self._segmenter = segmenter or default_segmenter()
        model = CharacterModel(vocabulary)
        self._pinyin = PinyinReader(vocabulary, model)
        self._spelling = SpellingReader(vocabulary)
        self._homophones = HomophoneReader(vocabulary, model, self._segmenter)
        self._synonyms = SynonymTable(synonyms)

    def read(self, text: str) -> Reading:
        """Return the question as it is meant; what cannot be read otherwise stays as it is, normalised."""
        normalised = normalise(text)
        written, rest = normalised[:MAX_READ_CHARACTERS], normalised[MAX_READ_CHARACTERS:]
        corrections: list[Rewording] = []
        for correct in (
            _name_lone_emoji,
            self._correct_pinyin,
            self._correct_spelling,
            self._correct_homophones,
        ):
            changes = list(correct(written))
            corrections += (change.rewording for change in changes)
            written = _apply(written, changes)
        found = dict.fromkeys([*corrections, *islice(self._expand(written), MAX_EXPANSIONS)])
        return Reading(written + rest, tuple(found))

    def warm_up(self) -> None:
        """Build all lookups now instead of at the first question that needs them."""
        self._vocabulary.warm_up()
        self._segmenter.warm_up()
        # One of each kind: what they share is built once for all.
        self.read("wo de kuaidi 发漂")

    def _expand(self, text: str) -> Iterator[Rewording]:
        yield from self._find_synonyms(text)
        yield from self._find_identifiers(text)
        yield from _find_quantities(text)
        for _, sign, word in find_emoji(text):
            yield Rewording(sign, word, How.EMOJI, EMOJI_CERTAINTY)

    def _correct_pinyin(self, text: str) -> Iterator[_Change]:
        for one in self._pinyin.read(text):
            yield _change(one.start, text[one.start : one.end], one.read_as, How.PINYIN, one.certainty)

    def _correct_spelling(self, text: str) -> Iterator[_Change]:
        for one in self._spelling.read(text):
            yield _change(one.start, text[one.start : one.end], one.read_as, How.SPELLING, one.certainty)

    def _correct_homophones(self, text: str) -> Iterator[_Change]:
        for one in self._homophones.read(text):
            yield _change(one.start, text[one.start : one.end], one.read_as, How.HOMOPHONE, one.certainty)

    def _find_synonyms(self, text: str) -> Iterator[Rewording]:
        for written, meanings in self._synonyms.find(text, lambda: self._segmenter.cut(text)):
            for meaning in meanings:
                yield Rewording(written, meaning, How.SYNONYM, 1.0)

    def _find_identifiers(self, text: str) -> Iterator[Rewording]:
        """Yield KFR 35GW joined, kfr35gw parted, and numbers in groups whole; words stay as the base has them."""
        for match in _GROUPED_DIGITS.finditer(text):
            joined = match[0].replace(" ", "")
            is_personal = any(True for _ in find_personal_numbers(match[0]))
            if len(joined) in _LENGTHS_OF_NUMBERS and not is_personal:
                yield Rewording(match[0], joined, How.IDENTIFIER, 0.9)
        for match in _PARTED.finditer(text):
            yield from self._join_parts(match[0].split(" "))
        for match in _JOINED.finditer(text):
            parts = (match["letters"], match["rest"])
            if match[0] not in self._vocabulary and all(part in self._vocabulary for part in parts):
                yield Rewording(match[0], " ".join(parts), How.IDENTIFIER, 0.9)

    def _join_parts(self, parts: Sequence[str]) -> Iterator[Rewording]:
        for start in range(len(parts) - 1):
            for end in range(start + 2, min(len(parts), start + MAX_PARTS) + 1):
                joined = "".join(parts[start:end])
                has_digit = any(map(str.isdigit, joined))
                if has_digit and not joined.isdecimal() and joined in self._vocabulary:
                    yield Rewording(" ".join(parts[start:end]), joined, How.IDENTIFIER, 0.95)


def _find_quantities(text: str) -> Iterator[Rewording]:
    for quantity in find_quantities(text):
        for writing in quantity.writings:
            has_same_unit = bool(quantity.unit_as_written) and writing.endswith(quantity.unit_as_written)
            how = How.NUMERAL if has_same_unit else How.UNIT
            yield Rewording(text[quantity.start : quantity.end], writing, how, 1.0)


def _name_lone_emoji(text: str) -> Iterator[_Change]:
    """Say emoji in words where there is nothing else to search for; beside words they would drown them."""
    if any(map(str.isalnum, text)):
        return
    for start, sign, word in find_emoji(text):
        yield _change(start, sign, word, How.EMOJI, EMOJI_CERTAINTY)


def _change(start: int, written: str, read_as: str, how: How, certainty: float) -> _Change:
    return _Change(start, start + len(written), Rewording(written, read_as, how, round(certainty, 3)))


def _apply(text: str, changes: Sequence[_Change]) -> str:
    pieces: list[str] = []
    position = 0
    for change in changes:
        pieces += (text[position : change.start], change.rewording.read_as)
        position = change.end
    return "".join([*pieces, text[position:]])
