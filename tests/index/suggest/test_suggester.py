"""What is suggested for half a question, in which order, and what never is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from index.suggest.showing import FoundBy
from kb.articles.models import ArticleStatus, Audience, Basis
from kb.articles.service import withdraw_article
from kb.changes import ItemKind
from kb.database import Database
from kb.feedback.models import AnsweredMatch, FeedbackRow, FeedbackVerdict, MatchRow, ShownSolution
from kb.feedback.repository import insert_matches
from tests.fakes import make_article, widen
from tests.index.suggest.conftest import SuggestDesk

TITLES = (
    "退款进度怎么查",
    "发票抬头开错了",
    "电子发票什么时候开",
    "Returning goods within 7 days",
    "Where is my parcel",
    "wifi 连不上",
)


@pytest.mark.parametrize(
    ("typed", "title", "found_by"),
    [
        ("退款", "退款进度怎么查", FoundBy.PREFIX),
        ("退", "退款进度怎么查", FoundBy.PREFIX),
        ("進度", "退款进度怎么查", FoundBy.WORDS),
        ("进度退款", "退款进度怎么查", FoundBy.WORDS),
        ("tuikuan", "退款进度怎么查", FoundBy.PINYIN),
        ("tuik", "退款进度怎么查", FoundBy.PINYIN),
        ("tk", "退款进度怎么查", FoundBy.PINYIN),
        ("tkuan", "退款进度怎么查", FoundBy.PINYIN),
        ("tui款", "退款进度怎么查", FoundBy.PINYIN),
        ("退k", "退款进度怎么查", FoundBy.PINYIN),
        ("tui'kuan", "退款进度怎么查", FoundBy.PINYIN),
        ("tui kuan", "退款进度怎么查", FoundBy.PINYIN),
        ("t k", "退款进度怎么查", FoundBy.PINYIN),
        ("TUIKUAN", "退款进度怎么查", FoundBy.PINYIN),
        (widen("tuik"), "退款进度怎么查", FoundBy.PINYIN),
        ("推款", "退款进度怎么查", FoundBy.TYPO),
        ("retu", "Returning goods within 7 days", FoundBy.PREFIX),
        ("RETURN", "Returning goods within 7 days", FoundBy.PREFIX),
        ("goods ret", "Returning goods within 7 days", FoundBy.WORDS),
        ("retrun", "Returning goods within 7 days", FoundBy.TYPO),
        ("pracel", "Where is my parcel", FoundBy.TYPO),
        ("wifi lian bu shang", "wifi 连不上", FoundBy.PINYIN),
    ],
)
def test_half_a_question_finds_its_heading(typing_desk: SuggestDesk, typed: str, title: str, found_by: FoundBy) -> None:
    typing_desk.save_titles(*TITLES)
    best = typing_desk.suggest(typed)[0]
    assert (best.title, best.found_by) == (title, found_by)


@pytest.mark.parametrize(
    "typed", ["", " ", "？！", "qwertyuiop", "asdfgh", "今天天气", "周杰伦", "recommend a movie", "13800001234"]
)
def test_what_fits_nothing_gets_nothing(typing_desk: SuggestDesk, typed: str) -> None:
    typing_desk.save_titles(*TITLES)
    assert typing_desk.suggest(typed) == []


def test_base_without_articles_suggests_nothing(typing_desk: SuggestDesk) -> None:
    assert typing_desk.suggest("退款") == []
    typing_desk.suggester.open()
    assert typing_desk.suggest("退款") == []


def test_number_beside_words_takes_nothing_from_them(typing_desk: SuggestDesk) -> None:
    typing_desk.save_titles(*TITLES)
    assert typing_desk.find("SO2026111500017 退款") == typing_desk.find("退款")


def test_article_is_suggested_once_by_its_best_question(typing_desk: SuggestDesk) -> None:
    typing_desk.save(make_article(title="退款说明", questions=["多久能退款", "怎么申请退款"]))
    assert typing_desk.find("怎么申请") == ["怎么申请退款"]
    assert typing_desk.find("退款") == ["退款说明"]


def test_articles_that_share_a_question_are_told_apart_by_their_titles(typing_desk: SuggestDesk) -> None:
    shared = ["我的快递到哪了"]
    typing_desk.save(
        make_article(id="a", title="已发货，运输正常", questions=shared),
        make_article(id="b", title="物流没有更新", questions=shared),
    )
    assert typing_desk.find("我的快递") == ["我的快递到哪了", "物流没有更新"]


def test_stretches_mark_what_was_typed_in_the_heading_as_it_is_written(typing_desk: SuggestDesk) -> None:
    typing_desk.save_titles(f"{widen('PLUS')} 會員怎么退款", "Returning goods")
    marked = {}
    for typed in ("plus", "会员", "tuik", "退会员", "retu"):
        best = typing_desk.suggest(typed)[0]
        marked[typed] = [best.title[one.start : one.end] for one in best.highlights]
    assert marked == {
        "plus": [widen("PLUS")],
        "会员": ["會員"],
        "tuik": ["退款"],
        "退会员": ["會員", "退"],
        "retu": ["Retu"],
    }


def test_beginning_goes_before_what_lies_within(typing_desk: SuggestDesk) -> None:
    typing_desk.save_titles("怎么开发票", "发票抬头开错了怎么办")
    assert typing_desk.find("发票") == ["发票抬头开错了怎么办", "怎么开发票"]


def test_the_more_used_of_those_that_fit_alike_comes_first(typing_desk: SuggestDesk, now: datetime) -> None:
    typing_desk.save_titles("发票抬头", "发票内容")
    assert typing_desk.find("发票") == ["发票内容", "发票抬头"]
    record_use(typing_desk.database, "发票抬头", at=now - timedelta(days=1))
    typing_desk.suggester.open()
    assert typing_desk.find("发票") == ["发票抬头", "发票内容"]


def test_use_of_last_season_weighs_less_than_that_of_this_week(typing_desk: SuggestDesk, now: datetime) -> None:
    typing_desk.save_titles("发票抬头", "发票内容")
    for _ in range(5):
        record_use(typing_desk.database, "发票内容", at=now - timedelta(days=80))
    record_use(typing_desk.database, "发票抬头", at=now - timedelta(days=1))
    typing_desk.suggester.open()
    assert typing_desk.find("发票") == ["发票抬头", "发票内容"]


def test_article_that_solved_a_problem_counts_for_more_than_one_that_was_shown(
    typing_desk: SuggestDesk, now: datetime
) -> None:
    typing_desk.save_titles("发票抬头", "发票内容")
    record_use(typing_desk.database, "发票内容", at=now)
    match_id = record_use(typing_desk.database, "发票内容", at=now)
    with typing_desk.database.write() as session:
        session.add(
            FeedbackRow(
                match_id=match_id,
                solution_kind=ItemKind.ARTICLE.value,
                solution_id="发票抬头",
                generation="g",
                verdict=FeedbackVerdict.SOLVED.value,
                at=now,
            )
        )
    typing_desk.suggester.open()
    assert typing_desk.find("发票") == ["发票抬头", "发票内容"]


def test_popularity_never_beats_a_better_fit(typing_desk: SuggestDesk, now: datetime) -> None:
    typing_desk.save_titles("怎么开发票", "发票抬头开错了怎么办")
    for _ in range(50):
        record_use(typing_desk.database, "怎么开发票", at=now)
    typing_desk.suggester.open()
    assert typing_desk.find("发票")[0] == "发票抬头开错了怎么办"


def test_only_public_articles_in_force_are_suggested(typing_desk: SuggestDesk, now: datetime) -> None:
    hour = timedelta(hours=1)
    typing_desk.save(
        make_article(id="internal", audience=Audience.INTERNAL),
        make_article(id="draft", status=ArticleStatus.DRAFT),
        make_article(id="over", effective_to=now - hour),
        make_article(id="to-come", title="七天价保", effective_from=now + hour),
        make_article(id="to-come-by-order", title="七天发货", basis=Basis.ORDER, effective_from=now + hour),
        make_article(id="shown", effective_from=now - hour, effective_to=now + hour),
    )
    assert [one.id for one in typing_desk.suggest("七天", limit=10)] == ["shown"]
    typing_desk.clock.now = now + 2 * hour
    assert {one.id for one in typing_desk.suggest("七天", limit=10)} == {"to-come", "to-come-by-order"}


def test_text_that_a_hidden_version_replaced_is_not_suggested_in_its_place(
    typing_desk: SuggestDesk, now: datetime
) -> None:
    typing_desk.save(make_article(effective_from=now - timedelta(days=9)))
    typing_desk.save(make_article(audience=Audience.INTERNAL, effective_from=now - timedelta(days=1)))
    assert typing_desk.suggest("七天") == []


def test_withdrawn_made_internal_and_reworded_articles_are_gone_at_once(typing_desk: SuggestDesk) -> None:
    titles = ("七天无理由退货", "七天价保", "七天内发货")
    typing_desk.save(*(make_article(id=str(n), title=title, questions=[]) for n, title in enumerate(titles)))
    assert len(typing_desk.suggest("七天")) == 3
    with typing_desk.database.write() as session:
        withdraw_article(session, "0", now=typing_desk.clock())
    typing_desk.store(
        make_article(id="1", title="七天价保", questions=[], audience=Audience.INTERNAL),
        make_article(id="2", title="十天内发货", questions=[]),
    )
    assert not {"七天无理由退货", "七天价保", "七天内发货"} & set(typing_desk.find("七天"))


def record_use(database: Database, article_id: str, *, at: datetime) -> int:
    """Store a match that an article surely answered, and return its number."""
    match = AnsweredMatch(
        request_id=f"r{at.timestamp()}",
        at=at,
        now=at,
        question="发票",
        turns=(),
        audience=Audience.PUBLIC,
        channel=None,
        order=None,
        order_id=None,
        generation="g",
        confidence=0.9,
        answered=True,
        is_filtered=False,
        shown=[ShownSolution(1, ItemKind.ARTICLE, article_id, 1, 1.0)],
    )
    with database.write() as session:
        insert_matches(session, [match])
    with database.read() as session:
        return max(row.row_id for row in session.query(MatchRow))
