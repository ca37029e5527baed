"""A snapshot: everything one search reads, at one revision, never changed once made."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.catalogue import Catalogue, IntArray
from index.learnt import Learnt
from index.lexical import LexicalSearcher
from index.reasons.model import ReasonModel
from index.texts import PassageTexts
from index.vectors import VectorIndex
from index.vocabulary import Vocabulary
from kb.text.segment import Segmenter


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One state of the index; matches that began with it finish with it."""

    generation: str
    revision: int
    catalogue: Catalogue
    headings: VectorIndex
    passages: VectorIndex
    texts: PassageTexts
    lexical_headings: LexicalSearcher
    lexical_full: LexicalSearcher
    vocabulary: Vocabulary
    segmenter: Segmenter
    learnt: Learnt | None = None
    reasons: ReasonModel | None = None
    heading_owner: IntArray = field(init=False)
    passage_owner: IntArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "heading_owner", self.catalogue.heading_owner)
        object.__setattr__(self, "passage_owner", self.catalogue.passage_owner)
