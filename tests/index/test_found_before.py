"""What was found is kept until the base changes, and an answer made of it is the one that would be made anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from index.deadline import Deadline, DeadlinePassed
from index.matcher import Matcher
from index.solutions import Filters, MatchRequest, MatchResult
from kb.articles.models import Audience
from kb.articles.service import withdraw_article
from kb.changes import ItemKind
from tests.fakes import Desk, make_article, make_case, make_order

QUESTION = "七天无理由退货"
SHIPPED = [{"fact": "order.status", "op": "==", "value": "shipped"}]
REQUESTS = [
    MatchRequest(QUESTION),
    MatchRequest(QUESTION, order=make_order()),
    MatchRequest(QUESTION, order=make_order(status="paid")),
    MatchRequest(QUESTION, audience=Audience.PUBLIC),
    MatchRequest(QUESTION, filters=Filters(kind=ItemKind.CASE)),
    MatchRequest(QUESTION, filters=Filters(language="en")),
    MatchRequest(QUESTION, turns=["快递丢了怎么办"]),
    MatchRequest(QUESTION, without=frozenset({"returns-7-days"})),
    MatchRequest(QUESTION, limit=1),
    MatchRequest("快递怎么还没到"),
]


@pytest.fixture
def keeping(desk: Desk) -> Matcher:
    """A matcher that keeps what it found, on a base with an article of each audience and a case."""
    desk.save(
        make_article(reply="订单 {{ order.id }} 可以退。", applies_when=SHIPPED),
        make_article(id="secret", title="退货审核口径", body="内部：退货审核的口径。", audience=Audience.INTERNAL),
        make_case(),
    )
    desk.live.open()
    desk.encoder.questions.clear()
    return Matcher(desk.live, desk.matcher.surroundings, questions_kept=100)


def tell(result: MatchResult) -> MatchResult:
    """Return what does not differ from one match to the next."""
    return replace(result, request_id="", timing={})


def list_ids(result: MatchResult) -> list[str]:
    return [solution.id for solution in result.solutions]


def test_an_answer_from_what_is_kept_is_the_one_that_is_made_anew(desk: Desk, keeping: Matcher) -> None:
    for request in [*REQUESTS, *REQUESTS]:
        assert tell(keeping.match(request)) == tell(desk.matcher.match(request))


def test_what_is_kept_is_neither_encoded_nor_searched_for_again(desk: Desk, keeping: Matcher) -> None:
    first, again = (keeping.match(MatchRequest(QUESTION)) for _ in range(2))
    assert desk.encoder.questions == [QUESTION]
    assert {"encode", "search"} <= set(first.timing)
    assert set(again.timing) == {"order", "wait", "understand", "rank", "explain"}


def test_the_order_is_looked_at_anew(keeping: Matcher) -> None:
    keeping.match(MatchRequest(QUESTION, order=make_order(id="SO1")))
    other = keeping.match(MatchRequest(QUESTION, order=make_order(id="SO2")))
    assert other.order_id == "SO2"
    assert "SO1" not in str(other)
    assert other.solutions[0].reply.text == "订单 SO2 可以退。"


def test_what_was_withdrawn_is_never_shown_again(desk: Desk, keeping: Matcher) -> None:
    assert "returns-7-days" in list_ids(keeping.match(MatchRequest(QUESTION)))
    with desk.database.write() as session:
        withdraw_article(session, "returns-7-days", now=desk.clock())
    assert "returns-7-days" not in list_ids(keeping.match(MatchRequest(QUESTION)))


def test_what_has_ended_is_not_shown_though_nothing_changed(desk: Desk, keeping: Matcher) -> None:
    ends_at = desk.clock.now + timedelta(hours=1)
    desk.save(make_article(id="promotion", title=QUESTION, effective_to=ends_at))
    assert "promotion" in list_ids(keeping.match(MatchRequest(QUESTION)))
    desk.clock.now = ends_at
    assert "promotion" not in list_ids(keeping.match(MatchRequest(QUESTION)))


def test_what_agents_were_shown_is_not_shown_to_customers(keeping: Matcher) -> None:
    assert "secret" in list_ids(keeping.match(MatchRequest(QUESTION)))
    assert list_ids(keeping.match(MatchRequest(QUESTION, audience=Audience.PUBLIC))) == ["returns-7-days"]


def test_only_the_last_questions_are_kept(desk: Desk, keeping: Matcher) -> None:
    few = Matcher(desk.live, desk.matcher.surroundings, questions_kept=2)
    for question in ("退货", "发票", "运费", "退货"):
        few.match(MatchRequest(question))
    assert desk.encoder.questions == ["退货", "发票", "运费", "退货"]


def test_no_stage_begins_for_somebody_who_waits_no_longer(desk: Desk, keeping: Matcher) -> None:
    deadline = Deadline()
    deadline.give_up()
    with pytest.raises(DeadlinePassed):
        keeping.match(MatchRequest(QUESTION), deadline=deadline)
    assert desk.encoder.questions == []


def test_a_deadline_is_a_moment_of_its_clock() -> None:
    now = 10.0
    deadline = Deadline(12.0, lambda: now)
    assert deadline.seconds_left == 2.0
    deadline.check()
    now = 12.5
    with pytest.raises(DeadlinePassed):
        deadline.check()
