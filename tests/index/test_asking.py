"""The one question to ask back: what it is, what it is expected to gain, and what is never asked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.asking import LEAST_GAIN, LOOKED_AT, TEMPERATURE, Asker, ask_which_order, language_of
from index.catalogue import make_catalogue, make_entry
from index.ranking import RankedCandidate
from index.solutions import Ask
from kb.articles.models import Audience
from kb.conditions import Verdict, evaluate, missing_facts, parse_condition, question_for
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from tests.fakes import make_item, make_order

NOW = datetime(2026, 11, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ZONE = ZoneInfo("Asia/Shanghai")
SHIPPED_ORDER = make_order()

ISSUED = [{"fact": "invoice.issued", "op": "==", "value": True}]
NOT_ISSUED = [{"fact": "invoice.issued", "op": "==", "value": False}]
REFUND = [{"fact": "refund.status", "op": "==", "value": "requested"}]
BY_CARD = [{"fact": "payment.method", "op": "==", "value": "card"}]
IN_APP = [{"fact": "channel", "op": "==", "value": "app"}]


@dataclass(frozen=True, slots=True)
class Shown:
    """A solution to be: its score before the order counts, its condition, and the share of orders that meets it."""

    score: float
    applies_when: object = None
    met_share: float = 0.5


def make_asker(
    solutions: Sequence[Shown], *, order: Order | None = SHIPPED_ORDER, audience: Audience = Audience.INTERNAL
) -> tuple[Asker, list[RankedCandidate]]:
    """Return an asker about these solutions, a0, a1 and so on, and their ranking."""
    context = derive_context(order, now=NOW, zone=ZONE)
    entries = [
        replace(make_entry(make_item(f"a{n}", applies_when=s.applies_when), []), met_share=s.met_share)
        for n, s in enumerate(solutions)
    ]
    ranked = [
        RankedCandidate(n, n, s.score, evaluate(parse_condition(s.applies_when), context), 0.0)
        for n, s in enumerate(solutions)
    ]
    return Asker(make_catalogue(entries), context, audience), ranked


def choose(*solutions: Shown, order: Order | None = SHIPPED_ORDER, text: str = "退货运费") -> Ask | None:
    """Return what is asked about these solutions, of an order that is on its way."""
    asker, ranked = make_asker(solutions, order=order)
    return asker.choose(ranked, text)


def likelihood(scores: Sequence[float]) -> list[float]:
    """Return a softmax, worked out the slow way."""
    weights = [math.exp(score / TEMPERATURE) for score in scores]
    return [weight / sum(weights) for weight in weights]


def test_gain_is_what_the_likeliest_is_expected_to_win() -> None:
    ask = choose(Shown(0.0, ISSUED, 0.5), Shown(0.0))
    # Met: 0.3 - 0.7 ln(1/2) = 0.785 against 0; unmet: -4 against 0. Both answers are as likely.
    met, unmet = likelihood([0.3 + 0.7 * math.log(2), 0.0]), likelihood([-4.0, 0.0])
    after = 0.5 * met[0] + 0.5 * unmet[1]
    fixed = max(0.5 * met[0] + 0.5 * unmet[0], 0.5 * met[1] + 0.5 * unmet[1])
    assert ask == Ask("invoice.issued", "请问发票开出来了吗？", round(after - fixed, 3), ("a0", "a1"))
    assert ask.gain == 0.404


def test_answer_that_changes_no_leader_gains_nothing() -> None:
    # Issued or not, the plain article is 9 ahead, and 9 - 0.785 after the answer.
    assert choose(Shown(9.0), Shown(0.0, ISSUED)) is None


def test_likelier_answers_count_more() -> None:
    # Where nearly all or hardly any orders have it, the answer is as good as known.
    gains = [
        ask.gain if ask else 0.0 for share in (0.02, 0.5, 0.97) for ask in [choose(Shown(0, ISSUED, share), Shown(0))]
    ]
    assert gains[1] > 0.3 > 0.1 > max(gains[0], gains[2])


def test_fact_that_tells_variants_apart_goes_before_one_that_does_not() -> None:
    # Both invoice articles are even; the refund's lies 2 behind, and would lead by -2 + 0.785 at best: never.
    solutions = Shown(2.0, ISSUED), Shown(2.0, NOT_ISSUED), Shown(0.0, REFUND)
    ask = choose(*solutions)
    assert ask is not None
    assert (ask.fact, ask.separates) == ("invoice.issued", ("a0", "a1"))


def test_variants_that_exclude_each_other_are_never_met_together() -> None:
    within, after = ([{"fact": "days_since_delivered", "op": op, "value": 7}] for op in ("<=", ">"))
    ask = choose(Shown(0.0, within), Shown(0.0, after))
    # One of the two is met whatever the answer: 0.785 against -4, and each is as likely.
    (best, _) = likelihood([0.3 + 0.7 * math.log(2), -4.0])
    assert ask == Ask("days_since_delivered", "请问包裹是哪天签收的？", round(best - 0.5, 3), ("a0", "a1"))


def test_one_answer_tells_all_facts_with_its_words() -> None:
    own = [{"fact": "seller.kind", "op": "==", "value": "self"}]
    third_party = [{"fact": "is_third_party", "op": "==", "value": True}]
    order = Order.model_validate({"status": "shipped"})
    ask = choose(Shown(0.0, own), Shown(0.0, third_party), order=order)
    # Each order is the one or the other, so that this is the same as for two sides of one fact.
    (best, _) = likelihood([0.3 + 0.7 * math.log(2), -4.0])
    assert ask is not None
    assert (ask.fact, ask.gain) == ("seller.kind", round(best - 0.5, 3))


def test_one_of_two_open_facts_can_rule_a_condition_out_but_not_meet_it() -> None:
    ask = choose(Shown(1.0, [*ISSUED, *REFUND], 0.25), Shown(0.0))
    # Their form suggests 0.3 for a yes and 1/7 for one refund status of seven. Both to the power that makes their
    # product the 0.25 that was counted, they are 0.589 and 0.425. The yes tells more.
    met = 0.3 ** (math.log(0.25) / math.log(0.3 / 7))
    assert met == pytest.approx(0.589, abs=0.001)
    # Met, the refund is still open, and nothing moves.
    still_open, ruled_out = likelihood([1.0, 0.0]), likelihood([-3.0, 0.0])
    gain = met * still_open[0] + (1 - met) * ruled_out[1] - (met * still_open[0] + (1 - met) * ruled_out[0])
    assert ask is not None
    assert (ask.fact, ask.gain, ask.separates) == ("invoice.issued", round(gain, 3), ("a0", "a1"))


def test_one_of_two_alternatives_can_meet_a_condition_but_not_rule_it_out() -> None:
    ask = choose(Shown(0.0, {"any": [*ISSUED, *REFUND]}, 0.75), Shown(0.25))
    # Neither is met in 0.25 of the orders, where their form suggests 0.7 * 6/7 = 0.6: no invoice in 0.380.
    met = 1 - 0.7 ** (math.log(0.25) / math.log(0.6))
    assert met == pytest.approx(0.620, abs=0.001)
    # Met, 0.3 - 0.7 ln(0.75) = 0.501 goes ahead of 0.25; else the refund is still open, and nothing moves.
    ahead, still_open = likelihood([0.3 - 0.7 * math.log(0.75), 0.25]), likelihood([0.0, 0.25])
    fixed = [met * ahead[n] + (1 - met) * still_open[n] for n in (0, 1)]
    assert ask is not None
    assert (ask.fact, ask.gain) == ("invoice.issued", round(met * ahead[0] + (1 - met) * still_open[1] - max(fixed), 3))


def test_order_is_asked_for_where_none_is_known() -> None:
    ask = choose(Shown(0.0, ISSUED), Shown(0.0, REFUND), Shown(0.0), order=None)
    assert ask is not None
    assert (ask.fact, ask.question) == ("order.id", "请问您咨询的是哪一笔订单？")
    single = choose(Shown(0.0, ISSUED), Shown(0.0, REFUND), Shown(0.0))
    assert single is not None
    assert ask.gain > single.gain
    assert ask.separates == ("a0", "a1", "a2")


def test_order_that_would_decide_nothing_is_not_asked_for() -> None:
    assert choose(Shown(0.0), Shown(0.0), order=None) is None
    assert choose(Shown(9.0), Shown(0.0, ISSUED), order=None) is None


def test_nobody_is_asked_for_what_nobody_can_say() -> None:
    assert choose(Shown(0.0, IN_APP), Shown(0.0)) is None
    assert choose(Shown(0.0, IN_APP), Shown(0.0), order=None) is None


def test_nothing_is_asked_when_everything_is_known() -> None:
    assert choose(Shown(0.0), Shown(0.0, [{"fact": "order.status", "op": "==", "value": "paid"}])) is None
    assert choose() is None


def test_solution_further_down_is_not_asked_about() -> None:
    assert choose(*[Shown(0.0)] * LOOKED_AT, Shown(0.0, ISSUED)) is None


def test_customer_is_asked_though_the_unmet_would_not_be_shown() -> None:
    asker, ranked = make_asker([Shown(0.0, ISSUED), Shown(0.0)], audience=Audience.PUBLIC)
    ask = asker.choose(ranked, "退货运费")
    (met, _) = likelihood([0.3 + 0.7 * math.log(2), 0.0])
    # Unmet, the other is the only one left.
    assert ask is not None
    assert ask.gain == round(0.5 * met + 0.5 - (0.5 * (1 - met) + 0.5), 3)


def test_customer_left_without_any_solution_gains_nothing_by_it() -> None:
    asker, ranked = make_asker([Shown(0.0, ISSUED)], audience=Audience.PUBLIC)
    assert asker.choose(ranked, "退货运费") is None


def test_question_is_put_in_the_language_of_the_customer() -> None:
    ask = choose(Shown(0.0, ISSUED), Shown(0.0), text="where is my invoice")
    assert ask is not None
    assert ask.question == "Has the invoice been issued?"
    assert ask_which_order("在哪") == Ask("order.id", "请问您咨询的是哪一笔订单？")


@pytest.mark.parametrize(
    ("text", "language"), [("where is SF1", "en"), ("where is 它", "zh"), ("", "en"), ("？", "en")]
)
def test_one_chinese_character_makes_a_text_chinese(text: str, language: str) -> None:
    assert language_of(text) == language


tests_of_facts = st.sampled_from(
    [
        {"fact": "invoice.issued", "op": "==", "value": True},
        {"fact": "invoice.kind", "op": "in", "value": ["paper", "electronic"]},
        {"fact": "refund.status", "op": "!=", "value": "none"},
        {"fact": "days_since_delivered", "op": "<=", "value": 7},
        {"fact": "days_since_delivered", "op": ">", "value": 7},
        {"fact": "days_since_delivered", "op": ">=", "value": 15},
        {"fact": "is_late", "op": "==", "value": True},
        {"fact": "hours_late", "op": ">", "value": 24},
        {"fact": "is_third_party", "op": "==", "value": False},
        {"fact": "item.tags", "op": "contains", "value": "大件"},
        {"fact": "item.tags", "op": "contains", "value": "生鲜"},
        {"fact": "item.category", "op": "under", "value": "家用电器"},
        {"fact": "item.sku", "op": "in", "value": ["1042", "7"]},
        {"fact": "order.status", "op": "==", "value": "shipped"},
        {"fact": "order.status", "op": "in", "value": ["paid", "preparing"]},
        {"fact": "channel", "op": "==", "value": "app"},
        {"fact": "refund.status", "op": "exists"},
        {"fact": "payment.method", "op": "==", "value": "wechat"},
    ]
)
trees = st.recursive(
    tests_of_facts,
    lambda members: st.dictionaries(
        st.sampled_from(["all", "any", "none"]), st.lists(members, min_size=1, max_size=3), min_size=1, max_size=2
    ),
    max_leaves=6,
)
shown = st.lists(
    st.builds(
        Shown,
        st.floats(-2, 4),
        st.one_of(st.none(), trees),
        st.floats(0.001, 0.999),
    ),
    max_size=6,
)
orders = st.sampled_from([None, SHIPPED_ORDER, Order.model_validate({"status": "delivered"})])


def find_words(asker: Asker, ranked: Sequence[RankedCandidate]) -> set[str | None]:
    """Return the words of all questions that could make a shown solution's condition known."""
    return {
        question_for(fact, "en")
        for candidate in ranked[:LOOKED_AT]
        for fact in missing_facts(asker.catalogue.condition(candidate.ordinal), asker.context)
    }


@given(shown, orders, st.sampled_from(Audience))
def test_only_what_a_shown_solution_needs_is_asked_and_only_for_a_gain(
    solutions: list[Shown], order: Order | None, audience: Audience
) -> None:
    asker, ranked = make_asker(solutions, order=order, audience=audience)
    seen = [c for c in ranked if c.applies is not Verdict.UNMET or audience is Audience.INTERNAL]
    ask = asker.choose(seen, "why")
    if ask is None:
        return
    assert LEAST_GAIN <= ask.gain <= 1.0
    assert len(ask.separates) >= 2
    assert set(ask.separates) <= {f"a{candidate.ordinal}" for candidate in seen[:LOOKED_AT]}
    words = find_words(asker, seen)
    assert ask.question in words or (ask.fact == "order.id" and order is None and words - {None})


@given(shown, orders)
def test_known_fact_is_never_asked_for(solutions: list[Shown], order: Order | None) -> None:
    asker, ranked = make_asker(solutions, order=order)
    ask = asker.choose(ranked, "why")
    assert ask is None or not is_known(ask.fact, asker.context)


def is_known(fact: str, context: OrderContext) -> bool:
    """Tell whether a fact is known of the order and of all its items."""
    if fact.startswith("item."):
        return bool(context.item_facts) and all(fact in facts for facts in context.item_facts)
    return fact in context.facts
