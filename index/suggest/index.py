"""The index of suggestions at one revision: headings, whose they are, who may see them, how much they are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.catalogue import Catalogue, IntArray
from index.suggest.headings import HeadingIndex
from index.suggest.loading import LoadedHeadings
from index.suggest.ranking import Place
from index.suggest.units import cut_forms
from index.suggest.weighing import FloatArray

MAX_UNITS = 64  # Of one heading; what stands behind is read by nobody.
Cut = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, eq=False)
class SuggestIndex:
    """Never changed once made. `articles` are the versions that have headings, `starts` where those of each begin."""

    revision: int
    catalogue: Catalogue
    texts: Sequence[str]
    headings: HeadingIndex
    articles: IntArray
    starts: IntArray
    popularity: FloatArray
    cut: Cut

    def name(self, place: Place) -> str:
        """Return the id of the article at a place."""
        ordinal = int(self.articles[place.article])
        return self.catalogue.entries[ordinal].key.id


def make_suggest_index(
    loaded: LoadedHeadings, popularity: Mapping[str, float], *, revision: int, known: Cut
) -> SuggestIndex:
    """Return the index of what was loaded; headings that are `known` have been cut into units before."""
    catalogue = loaded.catalogue
    cut = {text: known.get(text) or cut_forms(text)[:MAX_UNITS] for text in loaded.headings}
    articles = np.flatnonzero(np.diff(catalogue.heading_start))
    used = [popularity.get(catalogue.entries[int(ordinal)].key.id, 0.0) for ordinal in articles]
    return SuggestIndex(
        revision=revision,
        catalogue=catalogue,
        texts=loaded.headings,
        headings=HeadingIndex([cut[text] for text in loaded.headings]),
        articles=articles,
        starts=np.append(catalogue.heading_start[articles], len(loaded.headings)),
        popularity=np.array(used, np.float32),
        cut=cut,
    )
