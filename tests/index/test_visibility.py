"""What customers must never see, whatever they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from index.solutions import Filters
from kb.articles.models import Article, ArticleStatus, Audience
from kb.articles.service import withdraw_article
from kb.cases.models import Case
from kb.changes import ItemKind
from tests.fakes import Desk, make_article, make_case, make_order

SAME_WORDS = "七天无理由退货 KFR-35GW"


def hidden_records(now: datetime) -> Iterator[Article | Case]:
    """Yield many items that answer the question best and may not be shown to a customer."""
    hour = timedelta(hours=1)
    for number in range(30):
        yield make_article(id=f"internal{number}", title=SAME_WORDS, audience=Audience.INTERNAL)
        yield make_article(id=f"draft{number}", title=SAME_WORDS, status=ArticleStatus.DRAFT)
        yield make_article(id=f"expired{number}", title=SAME_WORDS, effective_to=now - hour)
        yield make_article(id=f"future{number}", title=SAME_WORDS, effective_from=now + hour)
        yield make_article(id=f"withdrawn{number}", title=SAME_WORDS)
        yield make_case(id=f"case{number}", question=SAME_WORDS)


@pytest.fixture
def crowded(desk: Desk, now: datetime) -> Desk:
    """A knowledge base of two public articles in a crowd of hidden items."""
    desk.save(make_article(), make_article(id="other", title="发票", questions=[], body=""), *hidden_records(now))
    with desk.database.write() as session:
        for number in range(30):
            withdraw_article(session, f"withdrawn{number}", now=now)
    return desk


@pytest.mark.parametrize("question", [SAME_WORDS, "KFR-35GW", "内部", "发票"])
def test_customers_see_public_articles_in_force_only(crowded: Desk, question: str) -> None:
    for limit in (1, 5, 50):
        found = crowded.find(question, audience=Audience.PUBLIC, limit=limit, order=make_order())
        assert set(found) <= {"returns-7-days", "other"}
        assert len(found) == min(limit, 2)


def test_no_filter_opens_a_door(crowded: Desk) -> None:
    for filters in (Filters(kind=ItemKind.CASE), Filters(category=("售后",)), Filters(language="zh")):
        found = crowded.find(SAME_WORDS, audience=Audience.PUBLIC, limit=50, fold_copies=False, filters=filters)
        assert set(found) <= {"returns-7-days", "other"}


def test_agents_see_internal_articles_and_cases_but_nothing_out_of_force(crowded: Desk) -> None:
    found = crowded.find(SAME_WORDS, limit=50, fold_copies=False)
    kinds = {"".join(character for character in item_id if character.isalpha()) for item_id in found}
    assert {"internal", "case"} <= kinds
    assert not kinds & {"draft", "expired", "future", "withdrawn"}


def test_expired_article_answers_at_the_time_it_was_in_force(crowded: Desk, now: datetime) -> None:
    found = crowded.find(SAME_WORDS, audience=Audience.PUBLIC, limit=50, fold_copies=False, now=now - timedelta(days=1))
    assert sum(item_id.startswith("expired") for item_id in found) == 30


def test_unmet_article_is_never_shown_to_customers_and_last_to_agents(desk: Desk) -> None:
    paid = [{"fact": "order.status", "op": "==", "value": "paid"}]
    desk.save(make_article(applies_when=paid), make_article(id="other", title="发票", questions=[], body=""))
    assert desk.find("七天无理由退货", order=make_order(), audience=Audience.PUBLIC) == ["other"]
    assert desk.find("七天无理由退货", order=make_order()) == ["other", "returns-7-days"]


def test_public_article_made_internal_by_a_later_version_is_gone(desk: Desk, now: datetime) -> None:
    desk.save(make_article(effective_from=now - timedelta(days=9)))
    desk.save(make_article(audience=Audience.INTERNAL, body="改为内部。", effective_from=now - timedelta(days=1)))
    assert desk.find("退货", audience=Audience.PUBLIC) == []
    assert [solution.version for solution in desk.ask("退货").solutions] == [2]


def test_customer_is_told_the_id_of_no_hidden_copy_nor_asked_about_one(crowded: Desk) -> None:
    result = crowded.ask(SAME_WORDS, audience=Audience.PUBLIC, limit=50)
    named = {item_id for solution in result.solutions for item_id in (solution.id, *solution.copies)}
    named |= {item_id for ask in result.ask for item_id in ask.separates}
    assert named <= {"returns-7-days", "other"}


def test_no_word_of_an_internal_text_is_told_to_a_customer_who_nearly_writes_it(desk: Desk) -> None:
    for item_id in ("a", "b"):  # Twice, so that it is learnt.
        title = f"褐铃草补偿口径{item_id}"
        desk.save(make_article(id=item_id, title=title, questions=[], body="", audience=Audience.INTERNAL))
    desk.save(make_article())
    assert [one.read_as for one in desk.ask("helingcao怎么赔").rewordings] == ["褐铃草"]
    for question in ("helingcao怎么赔", "褐玲草怎么赔"):
        assert list(desk.ask(question, audience=Audience.PUBLIC).rewordings) == []


def test_an_order_of_tomorrow_opens_nothing_of_tomorrow(desk: Desk, now: datetime) -> None:
    tomorrow = now + timedelta(days=1)
    desk.save(make_article(basis="order", effective_from=tomorrow))
    order = make_order(placed_at=tomorrow + timedelta(hours=1))
    assert desk.find("退货", order=order) == desk.find("退货", order=order, audience=Audience.PUBLIC) == []
