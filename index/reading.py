"""How a question is read: misspelt words put right for the encoder, other writings of its words for the term search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from index.highlight import normalise_cached
from index.lexical import OtherWriting
from index.recipe import Recipe
from index.snapshot import Snapshot
from index.synonym_table import SynonymRule
from index.wording import CORRECTIONS, How, Reading, Rewording, Wording

# Beside 1 for a word as it is written: what an editor says is the same is nearly that; numbers come in many writings.
WEIGHTS: Mapping[How, float] = {How.SYNONYM: 0.7, How.IDENTIFIER: 1.0, How.EMOJI: 0.5, How.NUMERAL: 0.3, How.UNIT: 0.3}

# The encoder weighs the turns before a question by itself; their terms are many, and most are about something else.
TURNS_WEIGHT = 0.15


@dataclass(frozen=True, slots=True)
class QuestionReader:
    """Reads questions in the words and by the rules of one revision of a base."""

    revision: int
    wording: Wording
    recipe: Recipe

    def read(self, text: str) -> Reading:
        """Return the question as it is meant."""
        return self.wording.read(text) if self.recipe.wording_counts else Reading(text)


def make_reader(snapshot: Snapshot, synonyms: Iterable[SynonymRule], recipe: Recipe) -> QuestionReader:
    """Return the reader for a snapshot's words and these rules, if the recipe goes by any."""
    rules = synonyms if recipe.synonyms_count else ()
    return QuestionReader(snapshot.revision, Wording(snapshot.vocabulary, rules, segmenter=snapshot.segmenter), recipe)


def list_other_writings(reading: Reading, before: str = "") -> list[OtherWriting]:
    """Return the further writings to search for, with their weights, and last what was said before the question."""
    others = [
        OtherWriting(one.read_as, WEIGHTS[one.how] * one.certainty)
        for one in reading.rewordings
        if one.how not in CORRECTIONS
    ]
    return [*others, OtherWriting(before, TURNS_WEIGHT)] if before else others


def explain_match(reading: Reading, *texts: str) -> list[Rewording]:
    """Return the rewordings that these texts were found by."""
    if not reading.rewordings:
        return []
    texts = tuple(normalise_cached(text)[0] for text in texts)
    return [one for one in reading.rewordings if any(one.read_as in text for text in texts)]
