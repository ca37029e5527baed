"""What a condition is: tests on facts, joined by `all`, `any` and `none`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from kb.orders.facts import FactValue

Scalar: TypeAlias = str | bool | int | float
Written: TypeAlias = Scalar | tuple[Scalar, ...] | None


class Operator(StrEnum):
    """How a fact is compared with the value."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    IN = "in"
    NOT_IN = "not_in"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    CONTAINS = "contains"
    UNDER = "under"
    EXISTS = "exists"


class Combinator(StrEnum):
    """How the members of a block are joined."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Form(StrEnum):
    """How a group was written, so that it is given back the same way."""

    MAPPING = "mapping"
    LIST = "list"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class FactTest:
    """One test on one fact; `value` is as written, `target` is what the fact is compared with."""

    fact: str
    op: Operator
    value: Written
    target: FactValue | frozenset[FactValue] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Block:
    """The members under one combinator."""

    combinator: Combinator
    members: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that must all hold; a group without blocks always holds."""

    blocks: tuple[Block, ...]
    form: Form = Form.MAPPING


Condition: TypeAlias = FactTest | Group

ALWAYS = Group((), Form.NOTHING)


def specificity(condition: Condition) -> int:
    """Count the tests that must hold: of an `any` block only its least demanding member counts."""
    if isinstance(condition, FactTest):
        return 1
    return sum(_block_specificity(block) for block in condition.blocks)


def _block_specificity(block: Block) -> int:
    counts = [specificity(member) for member in block.members]
    return min(counts) if block.combinator is Combinator.ANY else sum(counts)


def to_data(condition: Condition) -> object:
    """Return the JSON data that the condition was parsed from."""
    if isinstance(condition, FactTest):
        data: dict[str, object] = {"fact": condition.fact, "op": condition.op.value}
        if condition.value is not None:
            data["value"] = list(condition.value) if isinstance(condition.value, tuple) else condition.value
        return data
    if condition.form is Form.NOTHING:
        return None
    blocks = {block.combinator.value: [to_data(member) for member in block.members] for block in condition.blocks}
    return blocks if condition.form is Form.MAPPING else blocks.get(Combinator.ALL.value, [])
