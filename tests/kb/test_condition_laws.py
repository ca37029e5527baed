from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.conditions import evaluate, explain, missing_facts, parse_condition, to_data
from kb.errors import InvalidCondition
from kb.orders.context import OrderContext
from kb.orders.facts import FACTS, FactType
from tests.kb.test_conditions import DELIVERED, MET, NO_ORDER, UNKNOWN, UNMET, context_of, judge

# Speed is not what these tests are about.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)
numbers = st.integers(-1000, 1000) | st.floats(-1e6, 1e6)


def values_of(name: str) -> st.SearchStrategy[Any]:
    fact = FACTS[name]
    strategies: dict[FactType, st.SearchStrategy[Any]] = {
        FactType.NUMBER: numbers,
        FactType.BOOLEAN: st.booleans(),
        FactType.ENUM: st.sampled_from(sorted(fact.values) or ["-"]),
        FactType.PATH: texts.filter(lambda text: bool(text.replace("/", "").strip())),
        FactType.DATE: st.dates().map(date.isoformat),
    }
    return strategies.get(fact.type, texts)


def leaves_on(name: str) -> st.SearchStrategy[Any]:
    plain = {
        FactType.NUMBER: ["==", "!=", "<", "<=", ">", ">="],
        FactType.LIST: ["contains"],
        FactType.PATH: ["==", "under", "contains"],
    }.get(FACTS[name].type, ["==", "!="])
    single = st.fixed_dictionaries({"fact": st.just(name), "op": st.sampled_from(plain), "value": values_of(name)})
    present = st.fixed_dictionaries({"fact": st.just(name), "op": st.just("exists")}, optional={"value": st.booleans()})
    if FACTS[name].type in (FactType.LIST, FactType.BOOLEAN):
        return single | present
    several = st.fixed_dictionaries(
        {
            "fact": st.just(name),
            "op": st.sampled_from(["in", "not_in"]),
            "value": st.lists(values_of(name), min_size=1, max_size=3),
        }
    )
    return single | present | several


def groups_of(members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(members, min_size=1, max_size=3)
    blocks = st.dictionaries(st.sampled_from(["all", "any", "none"]), some, min_size=1)
    return some | blocks


leaves = st.sampled_from(sorted(FACTS)).flatmap(leaves_on)
conditions = st.recursive(leaves, groups_of, max_leaves=8)
contexts = st.sampled_from(
    [
        NO_ORDER,
        DELIVERED,
        context_of(items=[{"sku": "1", "price": 3, "tags": ["x"], "category": "a/b"}, {}], shipments=[]),
        context_of(delivered_at="2026-11-18T00:00:00+08:00", payment={"amount": 5, "method": "card"}),
    ]
)


def depth_of(data: Any) -> int:
    if isinstance(data, list):
        return 1 + max(map(depth_of, data), default=0)
    if "fact" in data:
        return 1
    return max(depth_of(members) for members in data.values())


shallow = conditions.filter(lambda data: depth_of(data) <= 4)


@patient
@given(conditions.filter(lambda data: depth_of(data) <= 8))
def test_a_condition_gives_back_the_json_it_was_parsed_from(data: object) -> None:
    written = json.dumps(data, sort_keys=True)
    parsed = parse_condition(json.loads(written))
    # As text, since Python holds 1, 1.0 and true to be equal.
    assert json.dumps(to_data(parsed), sort_keys=True) == written
    assert parse_condition(to_data(parsed)) == parsed


@patient
@given(shallow, shallow, contexts)
def test_de_morgan_holds_for_three_values(left: object, right: object, context: OrderContext) -> None:
    assert judge({"none": [left, right]}, context) is judge([{"none": [left]}, {"none": [right]}], context)
    assert judge({"none": [[left, right]]}, context) is judge({"any": [{"none": [left]}, {"none": [right]}]}, context)


@patient
@given(shallow, shallow, contexts)
def test_order_and_repetition_do_not_matter(left: object, right: object, context: OrderContext) -> None:
    assert judge([left, right], context) is judge([right, left], context)
    assert judge({"any": [left, right]}, context) is judge({"any": [right, left]}, context)
    assert judge([left, left], context) is judge(left, context)
    assert judge({"none": [{"none": [left]}]}, context) is judge(left, context)


@patient
@given(shallow, contexts)
def test_facts_are_missing_exactly_when_the_verdict_is_open(data: object, context: OrderContext) -> None:
    condition = parse_condition(data)
    missing = missing_facts(condition, context)
    assert bool(missing) is (evaluate(condition, context) is UNKNOWN)
    known = set(context.facts)
    if len(context.item_facts) <= 1:
        known |= {name for facts in context.item_facts for name in facts}
    assert not known & set(missing)


@patient
@given(shallow, contexts, st.sampled_from(["zh", "en"]))
def test_the_lines_of_an_explanation_agree_with_the_verdict(data: object, context: OrderContext, language: Any) -> None:
    condition = parse_condition(data)
    states = [reason.state for reason in explain(condition, context, language=language)]
    joined = UNMET if UNMET in states else UNKNOWN if UNKNOWN in states else MET
    assert joined is evaluate(condition, context)


@patient
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(sorted(FACTS)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["all", "any", "none", "fact", "op", "value"]) | st.text(), inner, max_size=3
            )
        ),
        max_leaves=10,
    )
)
def test_nasty_data_is_parsed_or_refused_with_a_sendable_message(data: object) -> None:
    try:
        parse_condition(data)
    except InvalidCondition as refusal:
        sent = refusal.message
    else:
        sent = ""
    assert sent.encode() is not None
