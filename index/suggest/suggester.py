"""Suggestions for a half-typed question: from a small index of headings that follows the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from index.catalogue import Scope
from index.solutions import Stretch
from index.suggest.follower import SuggestFollower
from index.suggest.index import SuggestIndex
from index.suggest.loading import LoadedHeadings, load_headings
from index.suggest.ranking import Place, measure_fits, place_articles
from index.suggest.reading import Reading, list_readings
from index.suggest.showing import FoundBy, explain, find_stretches
from index.suggest.typed import read_typed
from kb.articles.models import Audience
from kb.changes import get_revision
from kb.database import Database

SPARE = 2  # Times as many are placed as are shown: some may just have been withdrawn, or would show the same words.

WARM_UP = "退kuan"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A public article that may be the answer, by the heading that fits best; `highlights` are stretches of `title`."""

    id: str
    title: str
    highlights: Sequence[Stretch]
    found_by: FoundBy


class Suggester:
    """Suggests public articles in force; safe to call from several threads. What was typed is kept nowhere."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._follower = SuggestFollower(database, clock=clock)

    def open(self) -> None:
        """Build the index, and load dictionaries: they take a second, and nobody's first key should wait for them."""
        self._follower.build()
        self.suggest(WARM_UP, limit=1)

    def close(self) -> None:
        """Wait for what is being built."""
        self._follower.close()

    def suggest(self, typed: str, *, limit: int) -> list[Suggestion]:
        """Return the articles that fit best what has been typed so far, best first."""
        scope = Scope(Audience.PUBLIC, self._clock())
        index = self._follower.current
        readings = list_readings(read_typed(typed), index.headings.lexicon)
        places = _place(index, readings, scope, limit=SPARE * limit) if readings else []
        with self._database.read() as session:
            revision = get_revision(session)
            loaded = load_headings(session, [index.name(place) for place in places]) if places else None
        self._follower.follow(revision)
        return _show(index, readings, places, _list_visible(loaded, scope), limit=limit) if loaded else []


def _place(index: SuggestIndex, readings: Sequence[Reading], scope: Scope, *, limit: int) -> list[Place]:
    allowed = index.catalogue.select(scope)[index.articles]
    return place_articles(measure_fits(index.headings, readings), index.starts, allowed, index.popularity, limit)


def _list_visible(loaded: LoadedHeadings | None, scope: Scope) -> dict[str, Sequence[str]]:
    """Return the headings of the articles that customers may see now, as the database has them at this moment."""
    if loaded is None:
        return {}
    visible = map(int, np.flatnonzero(loaded.catalogue.select(scope)))
    return {loaded.catalogue.entries[ordinal].key.id: loaded.find_headings(ordinal) for ordinal in visible}


def _show(
    index: SuggestIndex,
    readings: Sequence[Reading],
    places: Sequence[Place],
    visible: dict[str, Sequence[str]],
    *,
    limit: int,
) -> list[Suggestion]:
    shown: dict[str, Suggestion] = {}
    for place in places:
        article_id, heading = index.name(place), index.texts[place.heading]
        now = visible.get(article_id, ())
        # Articles that differ by the order alone share questions: each after the first goes by its own title.
        title = next((text for text in (heading, *now[:1]) if text in now and text not in shown), None)
        if title is None:
            continue
        reading = readings[place.reading]
        stretches = find_stretches(title, reading, index.headings.lexicon)
        shown[title] = Suggestion(article_id, title, stretches, explain(reading, is_begun=place.is_begun))
        if len(shown) == limit:
            break
    return list(shown.values())


@contextmanager
def open_suggester(database: Database, *, clock: Callable[[], datetime]) -> Iterator[Suggester]:
    """Yield a suggester on a database, its index built."""
    suggester = Suggester(database, clock=clock)
    suggester.open()
    try:
        yield suggester
    finally:
        suggester.close()
