"""What to ask the customer: the facts that would decide which of the best solutions applies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.catalogue import Catalogue
from index.ranking import RankedCandidate
from index.solutions import Ask
from kb.conditions import Verdict, missing_facts, question_for
from kb.orders.context import OrderContext
from kb.orders.words import Language

LOOKED_AT = 5  # Solutions an agent takes in at a glance.
ASK_MARGIN = 1.0  # What lies further behind the best than this is not in question.
MOST_ASKED = 2
ORDER_ID = "order.id"
WHICH_ORDER = {"zh": "请问您咨询的是哪一笔订单？", "en": "Which order is this about?"}
CHINESE = re.compile(r"[\u3400-\u9fff]")


def choose_questions(
    ranked: Sequence[RankedCandidate], catalogue: Catalogue, context: OrderContext, question: str
) -> list[Ask]:
    """Return the facts most worth asking for, best first: unknown ones the best solutions depend on.

    Where no order is known, the order itself is asked for: it would tell them all.
    """
    worth: dict[str, float] = {}
    for place, candidate in enumerate(ranked[:LOOKED_AT], 1):
        if candidate.applies is Verdict.UNKNOWN and candidate.score >= ranked[0].score - ASK_MARGIN:
            for fact in missing_facts(catalogue.condition(candidate.ordinal), context):
                worth[fact] = worth.get(fact, 0.0) + 1.0 / place
    if worth and context.order is None:
        return [ask_which_order(question)]
    language = language_of(question)
    asks: dict[str, Ask] = {}  # By their words: several facts can be learnt from one answer.
    for fact in sorted(worth, key=lambda name: -worth[name]):
        words = question_for(fact, language)
        if words is not None:
            asks.setdefault(words, Ask(fact, words))
    return list(asks.values())[:MOST_ASKED]


def ask_which_order(question: str) -> Ask:
    """Return the question for the order itself."""
    return Ask(ORDER_ID, WHICH_ORDER[language_of(question)])


def language_of(text: str) -> Language:
    """Return the language to answer in: Chinese as soon as one character is."""
    return "zh" if CHINESE.search(text) else "en"
