"""The index of suggestions follows the database."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest

from index.suggest.follower import SuggestFollower
from index.suggest.suggester import open_suggester
from kb.articles.models import ArticleStatus, Audience
from kb.articles.service import save_article, withdraw_article
from kb.database import Database
from tests.fakes import FixedClock, make_article


def test_suggestions_follow_the_database_whatever_it_is(database: Database, now: datetime) -> None:
    with open_suggester(database, clock=FixedClock(now)) as suggester:
        with database.write() as session:
            save_article(session, make_article(), now=now)
        deadline = time.monotonic() + 20
        while not suggester.suggest("七天", limit=5) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [one.id for one in suggester.suggest("七天", limit=5)] == ["returns-7-days"]


def test_more_articles_than_are_held_are_not_suggested_until_they_are_fewer(database: Database, now: datetime) -> None:
    follower = SuggestFollower(database, clock=FixedClock(now), most_versions=1)
    for number, held in ((1, 1), (2, 0)):
        with database.write() as session:
            save_article(session, make_article(id=f"a{number}"), now=now)
        follower.build()
        assert len(follower.current.articles) == held
        assert follower.current.revision == number
    with database.write() as session:
        withdraw_article(session, "a1", now=now)
    follower.build()
    assert len(follower.current.articles) == 1


def test_versions_that_are_not_public_count_too_and_drafts_do_not(database: Database, now: datetime) -> None:
    follower = SuggestFollower(database, clock=FixedClock(now), most_versions=1)
    with database.write() as session:
        save_article(session, make_article(id="public"), now=now)
        save_article(session, make_article(id="draft", status=ArticleStatus.DRAFT), now=now)
    follower.build()
    assert len(follower.current.articles) == 1
    with database.write() as session:
        save_article(session, make_article(id="internal", audience=Audience.INTERNAL), now=now)
    follower.build()
    assert len(follower.current.articles) == 0


def test_that_nothing_is_suggested_is_said_when_it_comes_to_that_and_not_at_each_change(
    database: Database, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    follower = SuggestFollower(database, clock=FixedClock(now), most_versions=1)
    said = []
    for number in range(4):
        with database.write() as session:
            save_article(session, make_article(id=f"a{number}"), now=now)
        caplog.clear()
        follower.build()
        said.append("suggestions_left_out" in caplog.messages)
    assert said == [False, True, False, False]


def test_many_type_while_articles_change(database: Database, now: datetime) -> None:
    failures: list[BaseException] = []

    def keep_typing() -> None:
        try:
            for _ in range(30):
                assert {one.title[:2] for one in suggester.suggest("七天", limit=5)} <= {"七天"}
        except BaseException as error:
            failures.append(error)

    with open_suggester(database, clock=FixedClock(now)) as suggester:
        threads = [threading.Thread(target=keep_typing) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(15):
            with database.write() as session:
                save_article(session, make_article(id=str(number), title=f"七天{number}"), now=now)
        for thread in threads:
            thread.join()
    assert failures == []
