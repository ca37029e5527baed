"""What a rule of synonyms would change: which questions it touches, what they find, and that nothing is kept."""

from __future__ import annotations

import pytest

from index.preview import MOST_MATCHED, FoundSolution, preview_synonym
from kb.changes import ItemKind, get_revision
from kb.feedback.repository import count_matches, insert_matches
from kb.synonyms.models import Synonym
from kb.synonyms.service import list_synonyms, save_synonym
from tests.fakes import Desk, make_article
from tests.kb.feedback_makers import make_answered

TITLES = {
    "parcel": "我的包裹在哪里",
    "stuck": "快递三天没动了",
    "invoice": "发票抬头写错了",
    "returns": "怎么退货",
}
# 水单 is what some call an invoice; no article has a word of it.
RULE = Synonym(id="bill", terms=("水单",), means=("发票抬头",))


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A desk with an article for each title."""
    desk.save(*(make_article(id=name, title=title, questions=[], body=f"{name}。") for name, title in TITLES.items()))
    desk.live.open()
    desk.encoder.questions.clear()
    return desk


def record(desk: Desk, *questions: str) -> None:
    """Record these questions as asked one after the other."""
    with desk.database.write() as session:
        insert_matches(session, [make_answered(f"r{n}", question=text) for n, text in enumerate(questions)])


def save_rule(desk: Desk, rule: Synonym) -> None:
    """Store a rule of synonyms."""
    with desk.database.write() as session:
        save_synonym(session, rule, now=desk.clock())


def test_changed_question_has_its_first_solutions_as_they_are_and_as_the_rule_would_make_them(shop: Desk) -> None:
    record(shop, "我的水单在哪里", "怎么退货")
    found = preview_synonym(shop.matcher, RULE)
    assert (found.asked, found.touched, found.matched) == (3, 2, 2)  # The term itself, and the first question.
    term = found.questions[0]
    assert term.question == "水单"
    assert term.before[0].id != "invoice"
    assert term.after[0] == FoundSolution(ItemKind.ARTICLE, "invoice", "发票抬头写错了")
    assert [len(term.before), len(term.after)] == [3, 3]
    assert found.changed == len(found.questions)


def test_what_it_says_is_what_comes_true_when_the_rule_is_saved(shop: Desk) -> None:
    record(shop, "水单写错了怎么退", "我的水单在哪里")
    (*_, one) = preview_synonym(shop.matcher, RULE).questions
    assert shop.find(one.question, limit=3) == [solution.id for solution in one.before]
    save_rule(shop, RULE)
    assert shop.find(one.question, limit=3) == [solution.id for solution in one.after]


def test_only_questions_that_are_read_otherwise_are_matched(shop: Desk) -> None:
    record(shop, "怎么退货", "快递三天没动了", "水单在哪")
    preview_synonym(shop.matcher, RULE)
    assert shop.encoder.questions == ["水单", "水单", "水单在哪", "水单在哪"]


def test_rule_in_place_of_another_is_compared_with_it_and_its_old_terms_are_tried(shop: Desk) -> None:
    save_rule(shop, RULE)
    again = preview_synonym(shop.matcher, RULE)
    assert (again.asked, again.touched, again.questions) == (1, 0, [])
    other = preview_synonym(shop.matcher, Synonym(id="bill", terms=("账单条",), means=("发票抬头",)))
    assert (other.asked, other.touched) == (2, 2)
    back = next(one for one in other.questions if one.question == "水单")
    assert back.before[0].id == "invoice"
    assert back.after[0].id != "invoice"


def test_rule_beside_another_leaves_the_other_in_force_on_both_sides(shop: Desk) -> None:
    save_rule(shop, RULE)
    record(shop, "水单")
    found = preview_synonym(shop.matcher, Synonym(id="other", terms=("账单条",), means=("包裹",)))
    assert (found.asked, found.touched) == (2, 1)


def test_rule_that_says_what_another_says_already_touches_nothing(shop: Desk) -> None:
    save_rule(shop, RULE)
    found = preview_synonym(shop.matcher, RULE.model_copy(update={"id": "again"}))
    assert (found.touched, found.changed) == (0, 0)


def test_question_asked_twice_or_in_another_writing_is_tried_once_as_it_was_asked_last(shop: Desk) -> None:
    record(shop, "水单在哪", "水單在哪", "水单在哪", "水單在哪", "水单")
    assert preview_synonym(shop.matcher, RULE).asked == 2
    assert shop.encoder.questions == ["水单", "水单", "水单在哪", "水单在哪"]


def test_recorded_question_without_a_word_is_passed_over(shop: Desk) -> None:
    record(shop, "？？！", "")
    assert preview_synonym(shop.matcher, RULE).asked == 1


def test_no_more_than_a_hundred_are_matched_and_the_newest_come_first(shop: Desk) -> None:
    record(shop, *(f"水单第{n}页" for n in range(MOST_MATCHED + 10)))
    found = preview_synonym(shop.matcher, RULE)
    assert (found.asked, found.touched, found.matched) == (MOST_MATCHED + 11, MOST_MATCHED + 11, MOST_MATCHED)
    assert len(shop.encoder.questions) == 2 * MOST_MATCHED
    assert shop.encoder.questions[2] == f"水单第{MOST_MATCHED + 9}页"


def test_preview_keeps_nothing(shop: Desk) -> None:
    record(shop, "水单在哪")
    before = shop.ask("水单在哪")
    with shop.database.read() as session:
        kept = (get_revision(session), count_matches(session), list_synonyms(session))
    preview_synonym(shop.matcher, RULE)
    with shop.database.read() as session:
        assert (get_revision(session), count_matches(session), list_synonyms(session)) == kept
    assert shop.ask("水单在哪").rewordings == before.rewordings == ()
