"""A match result as a terminal shows it."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

from rich.console import Console

from index.screen import list_matched_words, say_rewordings, show_result
from index.solutions import Ask, Highlight, MatchResult, Reason, Remedies, Reply, Solution
from index.wording import How, Rewording
from kb.articles.models import Audience
from kb.changes import ItemKind

FREIGHT = Rewording("邮费", "运费", How.SYNONYM, 1.0)
COURIER = Rewording("邮费", "快递费", How.SYNONYM, 1.0)
SCORES = {
    "dense_heading": 0.93,
    "dense_passage": 0.88,
    "lexical_heading": 21.5,
    "lexical_full": 17.25,
    "identifier": 0.0,
    "order_context": -0.44,
}
SOLUTION = Solution(
    rank=1,
    kind=ItemKind.ARTICLE,
    id="return-fee",
    version=3,
    title="退货运费谁出",
    snippet="质量问题的退货运费由商家承担。",
    highlights=[Highlight("title", 0, 4), Highlight("snippet", 5, 9), Highlight("snippet", 10, 12)],
    score=3.456,
    confidence=0.87,
    scores=SCORES,
    applies="unknown",
    conditions=[Reason("订单状态为已签收", "met"), Reason("七天以内", "unknown")],
    reply=Reply("您好", {}, []),
    citations=[],
    audience=Audience.PUBLIC,
    found_by=[FREIGHT],
)
RESULT = MatchResult(
    request_id="r",
    generation="g1",
    confidence=0.87,
    answered=True,
    solutions=[SOLUTION],
    ask=[],
    notices=[],
    rewordings=[FREIGHT, COURIER],
)


def show(result: MatchResult, *, explain: bool = False) -> str:
    """Return what is printed on a terminal of a hundred columns."""
    paper = StringIO()
    show_result(result, Console(file=paper, width=100), explain=explain)
    return paper.getvalue()


def test_one_stretch_of_the_question_is_one_line_of_rewordings() -> None:
    numeral = Rewording("三天", "3 天", How.NUMERAL, 1.0)
    assert say_rewordings([FREIGHT, numeral, COURIER]) == [
        "邮费 → 运费 / 快递费, synonym",
        "三天 → 3 天, numeral",
    ]


def test_matched_words_are_listed_once_in_the_order_they_are_met() -> None:
    assert list_matched_words(SOLUTION) == ["退货运费", "商家"]


def test_what_was_read_otherwise_is_said_before_the_solutions() -> None:
    shown = show(RESULT)
    assert shown.index("邮费 → 运费 / 快递费, synonym") < shown.index("退货运费谁出")


def test_explaining_shows_every_score_the_version_and_how_sure() -> None:
    shown = show(RESULT, explain=True)
    (line,) = (line for line in shown.splitlines() if "return-fee v3" in line and "0.93" in line)
    assert line.split() == [
        "1",
        "return-fee",
        "v3",
        "87%",
        "3.46",
        "-0.44",
        "0.93",
        "0.88",
        "21.50",
        "17.25",
        "0.00",
    ]


def test_explaining_says_why_in_words() -> None:
    reasons = show(RESULT, explain=True).split("reasons")[1]
    for words in ("✓ 订单状态为已签收", "? 七天以内", "退货运费 商家", "邮费 → 运费, synonym"):
        assert words in reasons


def test_without_explaining_no_scores_are_shown() -> None:
    assert "17.25" not in show(RESULT)
    assert "reasons" not in show(RESULT)


def test_a_solution_without_reasons_is_explained_all_the_same() -> None:
    bare = replace(SOLUTION, conditions=[], highlights=[], found_by=[])
    reasons = show(replace(RESULT, solutions=[bare]), explain=True).split("reasons")[1]
    assert any(line.split() == ["1", "-", "-", "-"] for line in reasons.splitlines())


def test_a_customer_without_an_answer_is_to_be_handed_over() -> None:
    unsure = replace(RESULT, answered=False)
    assert "hand the customer over" in show(replace(unsure, hand_over=True))
    assert "Not sure; these are the nearest" in show(unsure)


def test_what_to_ask_says_what_it_is_worth_and_the_usual_remedy_how_usual() -> None:
    ask = Ask("order.id", "请问是哪一笔订单？", 0.18, ("return-fee", "return-7-days"))
    remedies = Remedies("按比例退款", 4, 6, 4, ("case-1",))
    shown = show(replace(RESULT, ask=[ask], remedies=remedies))
    assert "请问是哪一笔订单？  (order.id, +18%: return-fee, return-7-days)" in shown
    assert "按比例退款  (4/6)" in shown


def test_copies_are_named_in_their_leaders_panel() -> None:
    assert "= return-fee-2" in show(replace(RESULT, solutions=[replace(SOLUTION, copies=["return-fee-2"])]))


def test_brackets_in_texts_are_printed_and_not_obeyed() -> None:
    bracketed = replace(
        SOLUTION,
        title="[/b]运费",
        highlights=[Highlight("title", 0, 6)],
        found_by=[replace(FREIGHT, written="[bold]")],
    )
    shown = show(replace(RESULT, solutions=[bracketed]), explain=True)
    assert "[/b]运费" in shown.split("reasons")[1]
    assert "[bold] → 运费" in shown
