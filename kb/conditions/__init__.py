"""The condition language: tests on the order context, three-valued, as data and never as code."""

from kb.conditions.condition import (
    ALWAYS,
    Block,
    Combinator,
    Condition,
    FactTest,
    Group,
    Operator,
    specificity,
    to_data,
)
from kb.conditions.evaluation import Verdict, evaluate, missing_facts
from kb.conditions.explanation import ConditionReason, explain, question_for
from kb.conditions.parsing import parse_condition
from kb.conditions.rarity import estimate_met_share

__all__ = [
    "ALWAYS",
    "Block",
    "Combinator",
    "Condition",
    "ConditionReason",
    "FactTest",
    "Group",
    "Operator",
    "Verdict",
    "estimate_met_share",
    "evaluate",
    "explain",
    "missing_facts",
    "parse_condition",
    "question_for",
    "specificity",
    "to_data",
]
