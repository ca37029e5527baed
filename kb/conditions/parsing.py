"""Parsing conditions: everything that could be wrong is told before a condition is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import NoReturn

from kb.conditions.condition import (
    ALWAYS,
    Block,
    Combinator,
    Condition,
    FactTest,
    Form,
    Group,
    Operator,
    Scalar,
)
from kb.errors import InvalidCondition
from kb.orders.facts import FACTS, Fact, FactType, FactValue
from kb.orders.order import MAX_TEXT, split_path

MAX_DEPTH = 8
MAX_TESTS = 100
MAX_NUMBER = 1e15

_EQUALITY = frozenset({Operator.EQUAL, Operator.NOT_EQUAL, Operator.EXISTS})
_MEMBERSHIP = frozenset({Operator.IN, Operator.NOT_IN})
_ORDERING = frozenset({Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST})

OPERATORS: Mapping[FactType, frozenset[Operator]] = {
    FactType.ENUM: _EQUALITY | _MEMBERSHIP,
    FactType.TEXT: _EQUALITY | _MEMBERSHIP,
    FactType.BOOLEAN: _EQUALITY,
    FactType.NUMBER: _EQUALITY | _MEMBERSHIP | _ORDERING,
    FactType.PATH: _EQUALITY | _MEMBERSHIP | {Operator.UNDER, Operator.CONTAINS},
    FactType.LIST: frozenset({Operator.CONTAINS, Operator.EXISTS}),
    FactType.DATE: _EQUALITY | _MEMBERSHIP | _ORDERING,
}


@dataclass(slots=True)
class _Budget:
    tests_left: int = MAX_TESTS


def parse_condition(data: object) -> Condition:
    """Turn JSON data into a condition; nothing, an empty list or an empty mapping always holds."""
    if data is None:
        return ALWAYS
    if isinstance(data, list | tuple) and not data:
        return Group((), Form.LIST)
    if isinstance(data, Mapping) and not data:
        return Group(())
    return _parse(data, "applies_when", 1, _Budget())


def _refuse(path: str, problem: str) -> NoReturn:
    raise InvalidCondition(f"{path}: {problem}", details=[path])


def _nearest(name: object, names: Iterable[str]) -> str:
    close = get_close_matches(str(name)[:MAX_TEXT], list(names), n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Use one of: {', '.join(names)}."


def _show(value: object) -> str:
    """Return a value short enough for a message, in characters that can be sent."""
    if isinstance(value, str):
        text = repr(value[:60]).encode("utf-8", "replace").decode()
    elif isinstance(value, bool | float | None) or (isinstance(value, int) and abs(value) <= MAX_NUMBER):
        text = str(value)
    else:
        # Writing out a huge number or a deep list can fail by itself.
        text = f"a value of type {type(value).__name__}"
    return text


def _parse(data: object, path: str, depth: int, budget: _Budget) -> Condition:
    if depth > MAX_DEPTH:
        _refuse(path, f"conditions nest deeper than {MAX_DEPTH} levels. Join groups that mean the same.")
    if isinstance(data, list | tuple):
        members = _parse_members(data, path, depth, budget)
        return Group((Block(Combinator.ALL, members),), Form.LIST)
    if not isinstance(data, Mapping):
        _refuse(
            path,
            f"{type(data).__name__} is no condition. Write {{fact, op, value}}, a list, or all/any/none.",
        )
    if "fact" in data or "op" in data or "value" in data:
        return _parse_test(data, path, budget)
    return _parse_group(data, path, depth, budget)


def _parse_group(data: Mapping[object, object], path: str, depth: int, budget: _Budget) -> Group:
    names = [combinator.value for combinator in Combinator]
    unknown = [key for key in data if key not in names]
    if unknown:
        _refuse(path, f"{_show(unknown[0])} is no combinator. {_nearest(unknown[0], names)}")
    if not data:
        _refuse(path, "the group is empty. Leave it out.")
    blocks = []
    for key, members in data.items():
        place = f"{path}.{key}"
        if not isinstance(members, list | tuple):
            _refuse(place, "a list of conditions is expected. Put the condition in [brackets].")
        blocks.append(Block(Combinator(str(key)), _parse_members(members, place, depth, budget)))
    return Group(tuple(blocks))


def _parse_members(
    members: list[object] | tuple[object, ...], path: str, depth: int, budget: _Budget
) -> tuple[Condition, ...]:
    if not members:
        _refuse(path, "the list is empty. Leave it out.")
    if len(members) > MAX_TESTS:
        _refuse(path, f"there are more than {MAX_TESTS} tests. Use `in` with a list of values.")
    return tuple(_parse(member, f"{path}[{position}]", depth + 1, budget) for position, member in enumerate(members))


def _parse_test(data: Mapping[object, object], path: str, budget: _Budget) -> FactTest:
    budget.tests_left -= 1
    if budget.tests_left < 0:
        _refuse(path, f"there are more than {MAX_TESTS} tests. Use `in` with a list of values.")
    unknown = [key for key in data if key not in ("fact", "op", "value")]
    if unknown:
        _refuse(path, f"{_show(unknown[0])} does not belong in a test. A test has fact, op and value.")
    fact = _parse_fact(data.get("fact"), path)
    op = _parse_operator(data.get("op"), fact, path)
    place = f"{path}.value"
    if "value" in data and data["value"] is None:
        _refuse(place, "null is no value. Use `exists` with false to test that a fact is absent.")
    if op is Operator.EXISTS:
        return _parse_exists(fact, data, place)
    if "value" not in data:
        _refuse(path, f"the value is missing. Add what {fact.name!r} is compared with.")
    if op in _MEMBERSHIP:
        return _parse_membership(fact, op, data["value"], place)
    value, target = _parse_value(fact, data["value"], place)
    return FactTest(fact.name, op, value, target)


def _parse_fact(name: object, path: str) -> Fact:
    if not isinstance(name, str):
        _refuse(f"{path}.fact", f"the name of a fact is missing. {_nearest('', FACTS)}")
    if name not in FACTS:
        _refuse(f"{path}.fact", f"there is no fact {_show(name)}. {_nearest(name, FACTS)}")
    return FACTS[name]


def _parse_operator(name: object, fact: Fact, path: str) -> Operator:
    allowed = [op.value for op in Operator if op in OPERATORS[fact.type]]
    if not isinstance(name, str) or name not in allowed:
        _refuse(f"{path}.op", f"{_show(name)} does not work on {fact.name!r}. Use one of: {', '.join(allowed)}.")
    return Operator(name)


def _parse_exists(fact: Fact, data: Mapping[object, object], path: str) -> FactTest:
    value = data.get("value", True)
    if not isinstance(value, bool):
        _refuse(path, "`exists` takes true or false, or no value for true.")
    return FactTest(fact.name, Operator.EXISTS, value if "value" in data else None, value)


def _parse_membership(fact: Fact, op: Operator, values: object, path: str) -> FactTest:
    if not isinstance(values, list | tuple):
        _refuse(path, f"{op.value!r} takes a list. Put the value in [brackets], or use '=='.")
    if not 1 <= len(values) <= MAX_TESTS:
        _refuse(path, f"the list should hold 1 to {MAX_TESTS} values.")
    parsed = [_parse_value(fact, value, f"{path}[{position}]") for position, value in enumerate(values)]
    return FactTest(fact.name, op, tuple(value for value, _ in parsed), frozenset(target for _, target in parsed))


def _parse_value(fact: Fact, value: object, path: str) -> tuple[Scalar, FactValue]:
    """Return the value as written, and what facts of this type are compared with."""
    match fact.type:
        case FactType.NUMBER:
            number = _parse_number(fact, value, path)
            return number, number
        case FactType.BOOLEAN:
            if not isinstance(value, bool):
                _refuse(path, f"{fact.name!r} is true or false, not {_show(value)}.")
            return value, value
        case FactType.DATE:
            day = _parse_date(fact, value, path)
            return day, day
        case FactType.ENUM:
            text = _parse_text(fact, value, path)
            if text not in fact.values:
                _refuse(path, f"{fact.name!r} is never {_show(text)}. {_nearest(text, fact.values)}")
            return text, text
        case FactType.PATH:
            return _parse_path(fact, value, path)
        case _:
            text = _parse_text(fact, value, path)
            return text, text


def _parse_number(fact: Fact, value: object, path: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(path, f"{fact.name!r} is a number ({fact.unit}), not {_show(value)}. Write it without quotes.")
    if not abs(value) <= MAX_NUMBER:  # So written, NaN is refused too.
        _refuse(path, "the number is too large, or not a number. Write an ordinary one.")
    return value


def _parse_date(fact: Fact, value: object, path: str) -> str:
    # YAML reads an unquoted 2026-11-11 as a date.
    text = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
    try:
        # Only the long form: facts are compared as text.
        if isinstance(text, str) and date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    _refuse(path, f"{fact.name!r} is a date such as 2026-11-11, not {_show(value)}.")


def _parse_text(fact: Fact, value: object, path: str) -> str:
    if not isinstance(value, str):
        _refuse(path, f"{fact.name!r} is text, not {_show(value)}. Write it in quotes; for several use `any`.")
    if not value.strip() or len(value) > MAX_TEXT or "\0" in value:
        _refuse(path, f"text of 1 to {MAX_TEXT} characters is expected.")
    if any("\ud800" <= char <= "\udfff" for char in value):
        _refuse(path, "the text holds half of a surrogate pair; send clean UTF-8.")
    return value


def _parse_path(fact: Fact, value: object, path: str) -> tuple[str, FactValue]:
    # A list could mean one path or several: only text is clear.
    if isinstance(value, list | tuple):
        _refuse(
            path,
            f"write one path of {fact.name!r} as text, such as '家用电器/热水器'; for several use `any`.",
        )
    text = _parse_text(fact, value, path)
    parts = split_path(text)
    if not parts:
        _refuse(path, f"the path {_show(text)} has no parts.")
    return text, parts
