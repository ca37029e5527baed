"""Reading questions, through the whole matcher: pinyin, synonyms, what found a solution, text that is no question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.lexical import OtherWriting
from index.matcher import Matcher
from index.question import QuestionEmpty
from index.reading import list_other_writings
from index.recipe import STANDARD
from index.solutions import MatchRequest, MatchResult, Solution
from index.wording import How, Reading, Rewording
from kb.synonyms.models import Synonym
from kb.synonyms.service import delete_synonym, save_synonym
from tests.fakes import Desk, make_article

TITLES = {
    "parcel": "我的包裹在哪里",
    "stuck": "快递三天没动了",
    "invoice": "发票抬头写错了",
    "returns": "怎么退货",
    "insurance": "运费险怎么赔付",
}
PINYIN = "wo de baoguo zai nali"
RULE = Synonym(id="insurance", terms=("退货保障", "运费险"))
BY_RULE = Rewording("退货保障", "运费险", How.SYNONYM, 1.0)


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A desk with an article for each title."""
    desk.save(*(make_article(id=name, title=title, questions=[], body=f"{name}。") for name, title in TITLES.items()))
    desk.live.open()
    desk.encoder.questions.clear()
    return desk


def find_solution(result: MatchResult, item_id: str) -> Solution:
    """Return the solution of one article."""
    (found,) = [solution for solution in result.solutions if solution.id == item_id]
    return found


def save_rule(desk: Desk, rule: Synonym) -> None:
    """Store a rule of synonyms."""
    with desk.database.write() as session:
        save_synonym(session, rule, now=desk.clock())


def test_question_in_pinyin_finds_the_chinese_article(shop: Desk) -> None:
    result = shop.ask(PINYIN)
    assert (result.solutions[0].id, result.answered) == ("parcel", True)
    read = [(one.written, one.read_as, one.how) for one in result.rewordings]
    assert read == [(PINYIN, TITLES["parcel"], How.PINYIN)]
    assert shop.encoder.questions == [TITLES["parcel"]]


def test_correction_is_not_applied_when_wordings_do_not_count(shop: Desk) -> None:
    plain = Matcher(shop.live, shop.matcher.surroundings, replace(STANDARD, wording_counts=False))
    result = plain.match(MatchRequest(PINYIN))
    assert (result.rewordings, result.answered) == ((), False)
    assert shop.encoder.questions == [PINYIN]


def test_synonym_is_used_by_the_next_match_and_gone_by_the_next_after_its_deletion(shop: Desk) -> None:
    question = "退货保障是什么"
    before = find_solution(shop.ask(question), "insurance")
    save_rule(shop, RULE)
    with_rule = shop.ask(question)
    assert list(with_rule.rewordings) == [BY_RULE]
    assert find_solution(with_rule, "insurance").scores["lexical_full"] > before.scores["lexical_full"]
    with shop.database.write() as session:
        delete_synonym(session, RULE.id, now=shop.clock())
    after = shop.ask(question)
    assert after.rewordings == ()
    assert find_solution(after, "insurance").scores == before.scores


def test_changed_rule_takes_the_old_ones_place(shop: Desk) -> None:
    save_rule(shop, RULE)
    shop.ask("退货保障")
    save_rule(shop, Synonym(id=RULE.id, terms=("退货保障",), means=("包裹",)))
    assert [one.read_as for one in shop.ask("退货保障").rewordings] == ["包裹"]


def test_synonym_is_not_read_when_synonyms_do_not_count(shop: Desk) -> None:
    save_rule(shop, RULE)
    without = Matcher(shop.live, shop.matcher.surroundings, replace(STANDARD, synonyms_count=False))
    assert without.match(MatchRequest("退货保障是什么")).rewordings == ()
    assert [one.how for one in without.match(MatchRequest(PINYIN)).rewordings] == [How.PINYIN]


def test_solution_names_the_words_it_was_found_by_and_others_do_not(shop: Desk) -> None:
    save_rule(shop, RULE)
    result = shop.ask("退货保障是什么")
    assert {solution.id: list(solution.found_by) for solution in result.solutions} == {
        name: [BY_RULE] if name == "insurance" else [] for name in TITLES
    }


def test_corrections_go_into_the_text_and_other_writings_into_the_terms() -> None:
    corrected = [Rewording("kuaidi", "快递", how, 0.9) for how in (How.PINYIN, How.SPELLING, How.HOMOPHONE)]
    further = [Rewording("七天", "7天", How.NUMERAL, 1.0), Rewording("运费", "邮费", How.SYNONYM, 1.0)]
    reading = Reading("快递七天", (*corrected, *further))
    assert list_other_writings(reading) == [OtherWriting("7天", 0.3), OtherWriting("邮费", 0.7)]


@pytest.mark.parametrize("text", ["%" * 10_000, "-" * 33, "？！…", "🦄"], ids=["percent", "dashes", "marks", "unicorn"])
def test_text_without_a_word_is_refused_as_an_empty_question(shop: Desk, text: str) -> None:
    with pytest.raises(QuestionEmpty):
        shop.ask(text)


@pytest.mark.parametrize("noise", ["%" * 9_996, "-" * 33, "📦" * 500, "_" * 2_000], ids=["%", "-", "emoji", "_"])
def test_noise_around_a_question_breaks_nothing(shop: Desk, noise: str) -> None:
    result = shop.ask(f"怎么退货{noise}")
    # The fake encoder drowns in the noise; the words are still found.
    lexical = {solution.id: solution.scores["lexical_full"] for solution in result.solutions}
    assert max(lexical, key=lambda name: lexical[name]) == "returns"
    assert 0 <= shop.ask(f"{noise}怎么退货").confidence <= 1


def test_lone_emoji_of_the_trade_is_read_as_its_word(shop: Desk) -> None:
    assert shop.ask("📦").solutions[0].id == "parcel"
