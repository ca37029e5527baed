"""What is popular: what answered and what helped, not what was only opened."""

from __future__ import annotations

from index.suggest.popularity import read_popularity
from kb.database import Database
from kb.feedback.models import AskedThrough
from kb.feedback.repository import insert_matches
from tests.kb.feedback_makers import AT, A, B, make_answered, show


def test_what_is_only_opened_grows_no_more_popular_by_it(database: Database) -> None:
    opened = [make_answered(f"o{n}", shown=show(A), through=AskedThrough.READING) for n in range(60)]
    with database.write() as session:
        insert_matches(session, [*opened, make_answered("asked", shown=show(B), through=AskedThrough.WIDGET)])
    with database.read() as session:
        assert read_popularity(session, now=AT) == {B.id: 1.0}
