"""Conditions in words: what each test asks, whether it holds, and what to ask back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from kb.conditions.condition import Block, Combinator, Condition, FactTest, Group, Operator, Written
from kb.conditions.evaluation import Verdict, evaluate, negate
from kb.orders.context import OrderContext
from kb.orders.facts import FACTS, UNIT_WORDS, Fact, FactType, FactValue, Unit
from kb.orders.words import Language, Words

_NEGATED: Mapping[Operator, Operator] = {
    Operator.EQUAL: Operator.NOT_EQUAL,
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.IN: Operator.NOT_IN,
    Operator.NOT_IN: Operator.IN,
    Operator.LESS: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.LESS,
    Operator.MORE: Operator.AT_MOST,
    Operator.AT_MOST: Operator.MORE,
}
_PHRASES: Mapping[Operator, Words] = {
    Operator.EQUAL: Words("{label}为{value}", "{label} is {value}"),
    Operator.NOT_EQUAL: Words("{label}不是{value}", "{label} is not {value}"),
    Operator.IN: Words("{label}为{value}", "{label} is {value}"),
    Operator.NOT_IN: Words("{label}不是{value}", "{label} is not {value}"),
    Operator.LESS: Words("{label}少于{value}", "{label} is less than {value}"),
    Operator.AT_MOST: Words("{label}不超过{value}", "{label} is at most {value}"),
    Operator.MORE: Words("{label}超过{value}", "{label} is more than {value}"),
    Operator.AT_LEAST: Words("{label}不少于{value}", "{label} is at least {value}"),
    Operator.UNDER: Words("{label}属于{value}", "{label} is under {value}"),
    Operator.CONTAINS: Words("{label}含{value}", "{label} contains {value}"),
}
_ELAPSED_PHRASES: Mapping[Operator, Words] = {
    Operator.LESS: Words("{since}后不满{value}", "less than {value} since {since}"),
    Operator.AT_MOST: Words("{since}后{value}内", "within {value} of {since}"),
    Operator.MORE: Words("{since}后超过{value}", "more than {value} since {since}"),
    Operator.AT_LEAST: Words("{since}后满{value}", "at least {value} since {since}"),
}
_DATE_PHRASES: Mapping[Operator, Words] = {
    Operator.LESS: Words("{label}早于{value}", "{label} is before {value}"),
    Operator.AT_MOST: Words("{label}不晚于{value}", "{label} is not after {value}"),
    Operator.MORE: Words("{label}晚于{value}", "{label} is after {value}"),
    Operator.AT_LEAST: Words("{label}不早于{value}", "{label} is not before {value}"),
}
_NEGATED_PHRASES: Mapping[Operator, Words] = {
    Operator.UNDER: Words("{label}不属于{value}", "{label} is not under {value}"),
    Operator.CONTAINS: Words("{label}不含{value}", "{label} does not contain {value}"),
}
_KNOWN = Words("已知{label}", "{label} is known")
_NOT_KNOWN = Words("没有{label}", "{label} is not known")
_NO_ITEM = Words("没有一件商品满足：{text}", "no item meets: {text}")
_NOT = Words("并非：{text}", "not: {text}")
_NOW = Words("{text}（现在{value}）", "{text} (now {value})")
_DAY = Words("第 {value} 天", "day {value}")
_OR = Words("或", " or ")
_GROUPED = Words("（{text}）", "({text})")
_AND = Words(" 且 ", " and ")
_EITHER = Words(" 或 ", " or ")


@dataclass(frozen=True, slots=True)
class ConditionReason:
    """One line of an explanation: what is asked, and whether it holds."""

    text: str
    state: Verdict


def explain(condition: Condition, context: OrderContext, *, language: Language) -> tuple[ConditionReason, ...]:
    """Explain the condition, a line for each test that must hold; alternatives share one line."""
    if isinstance(condition, FactTest):
        return (_explain_test(condition, context, language),)
    return tuple(line for block in condition.blocks for line in _explain_block(block, context, language))


def question_for(fact: str, language: Language) -> str | None:
    """Return what to ask to learn this fact; None where nobody can be asked."""
    known = FACTS.get(fact)
    return known.question.say(language) if known and known.question else None


def _explain_block(block: Block, context: OrderContext, language: Language) -> tuple[ConditionReason, ...]:
    if block.combinator is Combinator.ALL:
        return tuple(line for member in block.members for line in explain(member, context, language=language))
    if block.combinator is Combinator.NONE:
        return tuple(_explain_refusal(member, context, language) for member in block.members)
    if len(block.members) == 1:
        return explain(block.members[0], context, language=language)
    group = Group((block,))
    return (ConditionReason(_describe(group, language), evaluate(group, context)),)


def _explain_test(test: FactTest, context: OrderContext, language: Language) -> ConditionReason:
    state = evaluate(test, context)
    text = _describe_test(test, language)
    return ConditionReason(_add_present(text, test, context, state, language), state)


def _explain_refusal(member: Condition, context: OrderContext, language: Language) -> ConditionReason:
    """Explain one member of a `none` block: the line is met when the member is not."""
    state = negate(evaluate(member, context))
    if not isinstance(member, FactTest):
        return ConditionReason(_NOT.say(language).format(text=_describe(member, language)), state)
    if FACTS[member.fact].is_about_items:
        return ConditionReason(_NO_ITEM.say(language).format(text=_describe_test(member, language)), state)
    text = _describe_test(member, language, negated=True)
    return ConditionReason(_add_present(text, member, context, state, language), state)


def _describe(condition: Condition, language: Language) -> str:
    if isinstance(condition, FactTest):
        return _describe_test(condition, language)
    return _AND.say(language).join(_describe_block(block, language) for block in condition.blocks)


def _describe_block(block: Block, language: Language) -> str:
    texts = [
        _describe(member, language)
        if isinstance(member, FactTest)
        else _GROUPED.say(language).format(text=_describe(member, language))
        for member in block.members
    ]
    if block.combinator is Combinator.ALL:
        return _AND.say(language).join(texts)
    joined = _EITHER.say(language).join(texts)
    return joined if block.combinator is Combinator.ANY else _NOT.say(language).format(text=joined)


def _describe_test(test: FactTest, language: Language, *, negated: bool = False) -> str:
    fact = FACTS[test.fact]
    label = fact.label.say(language)
    if test.op is Operator.EXISTS:
        return (_KNOWN if test.target is not negated else _NOT_KNOWN).say(language).format(label=label)
    op = _NEGATED.get(test.op, test.op) if negated else test.op
    if fact.type is FactType.BOOLEAN:
        return _describe_truth(fact, test.value is (op is Operator.EQUAL), language)
    phrase = _find_phrase(fact, op, negated=negated)
    since = fact.since.say(language) if fact.since else ""
    return phrase.say(language).format(label=label, since=since, value=_write_values(fact, test.value, language))


def _describe_truth(fact: Fact, value: bool, language: Language) -> str:
    return fact.values["true" if value else "false"].say(language)


def _find_phrase(fact: Fact, op: Operator, *, negated: bool) -> Words:
    if negated and op in _NEGATED_PHRASES:
        return _NEGATED_PHRASES[op]
    if fact.since and op in _ELAPSED_PHRASES:
        return _ELAPSED_PHRASES[op]
    if fact.type is FactType.DATE and op in _DATE_PHRASES:
        return _DATE_PHRASES[op]
    return _PHRASES[op]


def _write_values(fact: Fact, value: Written, language: Language) -> str:
    values = value if isinstance(value, tuple) else (value,)
    lead = _lead(fact, language)
    joiner = f"{lead}{_OR.say(language)}{lead}"
    return lead + joiner.join(_write(fact, one, language) for one in values)


def _lead(fact: Fact, language: Language) -> str:
    # Chinese words follow each other without a space; numbers and names from the data do not.
    return " " if language == "zh" and fact.type is not FactType.ENUM else ""


def _write(fact: Fact, value: FactValue | None, language: Language) -> str:
    if isinstance(value, tuple):
        return "/".join(value)
    if fact.type is FactType.ENUM:
        words = fact.values.get(str(value))
        return words.say(language) if words else str(value)
    if fact.unit and isinstance(value, int | float):
        return write_quantity(value, fact.unit, language)
    return str(value)


def _add_present(text: str, test: FactTest, context: OrderContext, state: Verdict, language: Language) -> str:
    """Add what the fact is now: to a number always, to anything else where it explains a refusal."""
    fact = FACTS[test.fact]
    value = _find_present(fact, context)
    if value is None or fact.type is FactType.BOOLEAN or test.op is Operator.EXISTS:
        return text
    if fact.type is not FactType.NUMBER and state is not Verdict.UNMET:
        return text
    return _NOW.say(language).format(text=text, value=_write_present(fact, test.op, value, language))


def _find_present(fact: Fact, context: OrderContext) -> FactValue | None:
    if not fact.is_about_items:
        return context.facts.get(fact.name)
    # Several items have several values; none of them alone explains the verdict.
    return context.item_facts[0].get(fact.name) if len(context.item_facts) == 1 else None


def _write_present(fact: Fact, op: Operator, value: FactValue, language: Language) -> str:
    # "Within 7 days" is counted on the calendar: after 8.2 days it is day 9.
    if (
        fact.since
        and fact.unit is Unit.DAYS
        and op in (Operator.AT_MOST, Operator.MORE)
        and isinstance(value, int | float)
    ):
        return _DAY.say(language).format(value=max(1, math.ceil(value)))
    return _lead(fact, language) + _write(fact, value, language)


def write_quantity(value: float, unit: Unit, language: Language) -> str:
    """Write a number with its unit, with no more digits than it needs."""
    if unit is Unit.YUAN:
        amount = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
        return f"{amount} 元" if language == "zh" else f"¥{amount}"
    number = f"{round(value, 1):g}" if value < 1e5 else f"{value:,.0f}"
    words = UNIT_WORDS[unit].say(language)
    return f"{number} {words.removesuffix('s') if number == '1' else words}"
