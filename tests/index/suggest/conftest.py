"""A base with a suggester on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pytest

from index.suggest.suggester import Suggester, Suggestion
from kb.articles.models import Article
from kb.articles.service import save_article
from kb.database import Database
from tests.fakes import FixedClock, make_article


class SuggestDesk:
    """A base whose suggestions are asked for; what is saved is in the index at once."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.clock = FixedClock(now)
        self.suggester = Suggester(database, clock=self.clock)

    def save(self, *articles: Article) -> None:
        """Store articles and build the index anew."""
        self.store(*articles)
        self.suggester.open()

    def store(self, *articles: Article) -> None:
        """Store articles, of which the index knows nothing yet."""
        with self.database.write() as session:
            for article in articles:
                save_article(session, article, now=self.clock())

    def save_titles(self, *titles: str) -> None:
        """Store an article of each title, which is its id too."""
        self.save(*(make_article(id=title.replace(" ", "_"), title=title, questions=[]) for title in titles))

    def suggest(self, typed: str, *, limit: int = 5) -> list[Suggestion]:
        """Return what is suggested for a text."""
        return self.suggester.suggest(typed, limit=limit)

    def find(self, typed: str) -> Sequence[str]:
        """Return the titles that are suggested, best first."""
        return [suggestion.title for suggestion in self.suggest(typed)]


@pytest.fixture
def typing_desk(make_database: Callable[[], Database], now: datetime) -> Iterator[SuggestDesk]:
    """An empty base with a suggester."""
    desk = SuggestDesk(make_database(), now)
    yield desk
    desk.suggester.close()
