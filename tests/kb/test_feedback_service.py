"""Recorded matches and the judgements on them, on every database we support."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from kb.database import Database
from kb.feedback.models import FeedbackRow, FeedbackVerdict, MatchRow, RecordedMatch, SolutionRef
from kb.feedback.repository import count_matches, insert_matches, list_matches, prune_matches
from kb.feedback.service import (
    MAX_EARLIER,
    MatchNotFound,
    NewJudgement,
    SolutionNeeded,
    SolutionNotShown,
    StandingJudgement,
    save_judgement,
    undo_judgements,
)
from kb.orders.repository import save_order
from tests.fakes import SHIPPED_ORDER, make_order
from tests.kb.feedback_makers import AT, A, B, D, make_answered

USED, WRONG, SOLVED = FeedbackVerdict.USED, FeedbackVerdict.WRONG, FeedbackVerdict.SOLVED
LATER = AT + timedelta(minutes=5)


def record(database: Database, **fields: Any) -> None:
    """Store one match."""
    with database.write() as session:
        insert_matches(session, [make_answered(**fields)])


def say(
    database: Database, verdict: FeedbackVerdict, solution: SolutionRef | None = A, reply: str | None = None
) -> StandingJudgement:
    """Judge the match r1."""
    with database.write() as session:
        return save_judgement(session, NewJudgement("r1", verdict, solution, reply=reply), now=LATER)


def read_all(database: Database) -> list[RecordedMatch]:
    """Return every recorded match."""
    with database.read() as session:
        return list(list_matches(session))


def test_match_comes_back_as_it_was_shown(database: Database) -> None:
    record(database, turns=["在吗"], confidence=0.25, answered=False)
    (match,) = read_all(database)
    assert (match.question, match.turns, match.at, match.now) == ("怎么还没到", ("在吗",), AT, AT)
    assert (match.confidence, match.answered, match.generation) == (0.25, False, "g1")
    assert [(s.rank, s.ref) for s in match.shown][:2] == [(1, A), (2, B)]


def test_nothing_that_says_who_asks_is_stored(database: Database) -> None:
    order = make_order(
        customer={"id": "C0042", "tier": "plus", "region": ["北京", "海淀区", "中关村", "苏州街18号院3单元502室"]},
        seller={"kind": "third_party", "name": "王小明的店"},
    )
    record(
        database,
        question="我叫张建国，电话13812345678，怎么还没到",
        turns=["送到朝阳区建国路88号院3号楼1201室", "邮箱 zhang@example.com"],
        order=order,
        channel="13812345678",
    )
    with database.read() as session:
        row = session.execute(text("SELECT * FROM matches")).one()
    stored = str(tuple(row))
    for word in ("13812345678", "张建国", "88号", "zhang@", "王小明", "C0042", "502", "QY7306518138", "昆山"):
        assert word not in stored
    assert "怎么还没到" in stored


def test_long_texts_are_cut_without_leaving_half_a_number(database: Database) -> None:
    record(database, turns=["一" * 1_995 + "13812345678"] * 12)
    (match,) = read_all(database)
    assert len(match.turns) == 10
    assert all("138" not in turn and len(turn) <= 2_000 for turn in match.turns)


def test_order_named_by_its_id_is_kept_as_it_was_then(database: Database) -> None:
    with database.write() as session:
        save_order(session, make_order())
    record(database, order_id=str(SHIPPED_ORDER["id"]))
    with database.write() as session:
        save_order(session, make_order(status="delivered"))
    (match,) = read_all(database)
    assert match.order is not None
    assert match.order["status"] == "shipped"
    assert "id" not in match.order


def test_order_that_is_gone_leaves_a_match_without_one(database: Database) -> None:
    record(database, order_id="gone")
    assert read_all(database)[0].order is None


def test_judgement_stands_with_rank_version_and_generation(database: Database) -> None:
    record(database)
    standing = say(database, USED, B, reply="打 13812345678 找我")
    assert (standing.rank, standing.version, standing.generation) == (2, 1, "g1")
    assert (standing.verdict, standing.at, standing.reply) == (USED, LATER, "打 [手机号] 找我")
    (match,) = read_all(database)
    assert [(j.solution, j.verdict) for j in match.judgements] == [(B, USED)]


def test_same_judgement_again_changes_nothing(database: Database) -> None:
    record(database)
    first = say(database, USED, reply="13812345678")
    assert say(database, USED, reply="13812345678") == first
    with database.read() as session:
        assert len(session.scalars(select(FeedbackRow)).all()) == 1


def test_later_verdict_takes_the_place_of_the_earlier_one_which_is_listed(database: Database) -> None:
    record(database)
    say(database, USED)
    standing = say(database, WRONG)
    assert (standing.verdict, [e.verdict for e in standing.earlier]) == (WRONG, [USED])
    assert [j.verdict for j in read_all(database)[0].judgements] == [WRONG]


def test_history_of_one_solution_is_bounded(database: Database) -> None:
    record(database)
    for _ in range(MAX_EARLIER):
        say(database, USED)
        standing = say(database, WRONG)
    assert len(standing.earlier) == MAX_EARLIER
    with database.read() as session:
        assert len(session.scalars(select(FeedbackRow)).all()) == MAX_EARLIER + 1


def test_whole_answer_and_its_solutions_are_judged_apart(database: Database) -> None:
    record(database)
    say(database, USED, A)
    whole = say(database, SOLVED, None)
    assert (whole.solution, whole.rank, whole.version) == (None, None, None)
    assert [(j.solution, j.verdict) for j in read_all(database)[0].judgements] == [(A, USED), (None, SOLVED)]


@pytest.mark.parametrize("verdict", [FeedbackVerdict.USED, FeedbackVerdict.EDITED])
def test_whole_answer_cannot_be_used_or_edited(database: Database, verdict: FeedbackVerdict) -> None:
    record(database)
    with pytest.raises(SolutionNeeded, match="Name the solution"):
        say(database, verdict, None)


def test_unknown_match_and_solutions_that_were_not_shown_are_refused(database: Database) -> None:
    with pytest.raises(MatchNotFound):
        say(database, USED)
    record(database)
    with pytest.raises(SolutionNotShown):
        say(database, USED, D)
    with pytest.raises(SolutionNotShown), database.write() as session:
        undo_judgements(session, "r1", D, now=LATER)


def test_undoing_one_leaves_the_others_and_undoing_all_leaves_none(database: Database) -> None:
    record(database)
    say(database, USED, A, reply="亲，已催")
    say(database, WRONG, B)
    say(database, SOLVED, None)
    with database.write() as session:
        assert undo_judgements(session, "r1", A, now=LATER) == 1
        assert undo_judgements(session, "r1", A, now=LATER) == 0
        assert session.scalars(select(FeedbackRow).where(FeedbackRow.reply.is_not(None))).all() == []
    assert [j.solution for j in read_all(database)[0].judgements] == [B, None]
    with database.write() as session:
        assert undo_judgements(session, "r1", None, now=LATER) == 2
    assert read_all(database)[0].judgements == ()


def test_judgement_after_an_undone_one_stands_anew(database: Database) -> None:
    record(database)
    say(database, USED)
    with database.write() as session:
        undo_judgements(session, "r1", A, now=LATER)
    standing = say(database, USED)
    assert (standing.verdict, len(standing.earlier)) == (USED, 1)


def test_request_id_sent_twice_names_the_newest_match(database: Database) -> None:
    record(database)
    say(database, USED)
    record(database, question="能退吗")
    say(database, WRONG)
    assert [[j.verdict for j in match.judgements] for match in read_all(database)] == [[USED], [WRONG]]


def test_old_matches_go_in_batches_and_take_their_feedback_along(database: Database) -> None:
    record(database, at=AT - timedelta(days=91))
    say(database, USED)
    record(database, request_id="r2", at=AT - timedelta(days=91))
    record(database, request_id="r3", at=AT - timedelta(days=89))
    pruned = []
    for _ in range(3):
        with database.write() as session:
            pruned.append(prune_matches(session, before=AT - timedelta(days=90), limit=1))
    assert pruned == [1, 1, 0]
    assert [match.request_id for match in read_all(database)] == ["r3"]
    with database.read() as session:
        assert session.scalars(select(FeedbackRow)).all() == []


def test_matches_are_read_from_a_day_on_and_no_more_than_asked_for(database: Database) -> None:
    for day in range(4):
        record(database, request_id=f"r{day}", at=AT + timedelta(days=day))
    with database.read() as session:
        assert [m.request_id for m in list_matches(session, since=AT + timedelta(days=2))] == ["r2", "r3"]
        assert [m.request_id for m in list_matches(session, newest=3)] == ["r1", "r2", "r3"]
        assert [m.request_id for m in list_matches(session, newest=9)] == ["r0", "r1", "r2", "r3"]


def test_more_matches_than_one_page_are_all_read(database: Database) -> None:
    with database.write() as session:
        insert_matches(session, [make_answered(f"r{number}") for number in range(1_001)])
    with database.read() as session:
        assert len({match.request_id for match in list_matches(session)}) == count_matches(session) == 1_001
        assert session.scalar(select(MatchRow.row_id).limit(1)) is not None
