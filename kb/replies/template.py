"""Reply templates: Jinja2's syntax, of which only slots, filters and plain choices are taken.

Jinja only parses. What is allowed becomes the frozen nodes below, and nothing else is ever run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import NoReturn, TypeAlias

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kb.errors import InvalidReply
from kb.replies.filters import DEFAULT, FILTERS
from kb.replies.slot_table import SLOTS, Slot, SlotKind

MAX_TEMPLATE = 5_000
MAX_DEPTH = 10
CACHED_TEMPLATES = 2_048

Constant: TypeAlias = str | int | float

# People also write the label they see: {{ 承诺送达时间 }}.
_LABELS = {slot.label.zh: slot.name for slot in SLOTS.values()} | {slot: slot for slot in SLOTS}
_NUMBERS = frozenset({SlotKind.AMOUNT, SlotKind.HOURS, SlotKind.DAYS})
_WORDS = frozenset({SlotKind.ENUM, SlotKind.TEXT})
_EQUALITY = frozenset({"eq", "ne"})
# Jinja warns of odd escapes instead of refusing them.
_BACKSLASH_IN_TAG = re.compile(r"\{[{%][^}]*\\")
# `{order.id}` or `{order.id`, also full-width: text to Jinja, and a slot to whoever wrote it.
_SINGLE_BRACE = re.compile(r"[{\uff5b]\s*(?P<name>\w+(?:\.\w*)*)(?P<end>\s*[|}\uff5d])?")
_FIRST_PARTS = frozenset(name.split(".")[0] for name in SLOTS if "." in name)
_ENVIRONMENT = ImmutableSandboxedEnvironment(keep_trailing_newline=True)


@dataclass(frozen=True, slots=True)
class Show:
    """A slot's value, written with a filter; `default` stands in when it is missing."""

    slot: Slot
    filter_name: str | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a slot is there, or how it compares with a constant."""

    slot: Slot
    op: str | None = None
    constant: Constant = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of the template that is written when the check holds."""

    check: Check
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first branch whose check holds, else the rest."""

    branches: tuple[Branch, ...]
    otherwise: tuple[Node, ...]


Node: TypeAlias = str | Show | Choice


@lru_cache(maxsize=CACHED_TEMPLATES)
def parse_template(template: str) -> tuple[Node, ...]:
    """Parse a reply template, or say what in it is not allowed."""
    if len(template) > MAX_TEMPLATE:
        raise InvalidReply(f"The reply has {len(template)} characters; shorten it to {MAX_TEMPLATE}.")
    if _BACKSLASH_IN_TAG.search(template):
        raise InvalidReply("A backslash inside {{ }} or {% %} is not allowed; leave it out.")
    try:
        tree = _ENVIRONMENT.parse(template)
    except TemplateSyntaxError as error:
        raise InvalidReply(
            f"The reply does not parse, line {error.lineno}: {error.message} Check the braces and `endif`."
        ) from error
    except (RecursionError, ValueError) as error:
        # Thousands of brackets or of digits.
        raise InvalidReply("The reply does not parse: a tag in it is too long or too deep.") from error
    return _take_nodes(tree.body, 1)


def walk_slots(parts: Iterable[Node]) -> Iterator[str]:
    """Yield the names of the slots that a template shows or checks, in order."""
    for part in parts:
        if isinstance(part, Show):
            yield part.slot.name
        elif isinstance(part, Choice):
            for branch in part.branches:
                yield branch.check.slot.name
                yield from walk_slots(branch.body)
            yield from walk_slots(part.otherwise)


def refuse_single_braces(parts: Iterable[Node]) -> None:
    """Refuse text that shows a slot in single braces: customers would read it as it stands."""
    for part in parts:
        if isinstance(part, str):
            _check_text(part)
        elif isinstance(part, Choice):
            for branch in part.branches:
                refuse_single_braces(branch.body)
            refuse_single_braces(part.otherwise)


def _check_text(text: str) -> None:
    for found in _SINGLE_BRACE.finditer(text):
        name = found["name"].lower().rstrip(".")
        begins_like_a_slot = name.split(".")[0] in _FIRST_PARTS and ("." in found["name"] or found["end"])
        if name in SLOTS or name in _LABELS or begins_like_a_slot:
            raise InvalidReply(
                f"{found[0]!r} is not filled in: a slot stands in double braces. Write {_correct(name)}."
            )


def _correct(name: str) -> str:
    close = get_close_matches(name[:100], _LABELS, n=1, cutoff=0.5)
    return f"{{{{ {_LABELS[close[0]]} }}}}" if close else f"{{{{ slot }}}} with one of: {', '.join(SLOTS)}"


def _refuse(line: int, problem: str) -> NoReturn:
    raise InvalidReply(f"Line {line} of the reply: {problem}")


def _take_nodes(tree: list[nodes.Node], depth: int) -> tuple[Node, ...]:
    if depth > MAX_DEPTH:
        _refuse(tree[0].lineno, f"choices nest deeper than {MAX_DEPTH} levels. Write separate replies.")
    taken: list[Node] = []
    for node in tree:
        if isinstance(node, nodes.Output):
            taken.extend(_take_output(part) for part in node.nodes)
        elif isinstance(node, nodes.If):
            taken.append(_take_choice(node, depth))
        else:
            _refuse(node.lineno, f"{_name(node)} is not allowed. Use {{{{ slot }}}} and {{% if slot %}}.")
    return tuple(taken)


def _name(node: nodes.Node) -> str:
    return f"`{type(node).__name__.lower()}`"


def _take_choice(node: nodes.If, depth: int) -> Choice:
    branches = tuple(
        Branch(_take_check(branch.test), _take_nodes(branch.body, depth + 1)) for branch in (node, *node.elif_)
    )
    return Choice(branches, _take_nodes(node.else_, depth + 1) if node.else_ else ())


def _take_output(node: nodes.Node) -> Node:
    if isinstance(node, nodes.TemplateData):
        return node.data
    filters: list[nodes.Filter] = []
    inner = node
    while isinstance(inner, nodes.Filter) and inner.node is not None:
        filters.append(inner)
        inner = inner.node
    slot = _take_slot(inner)
    filter_name: str | None = None
    default: str | None = None
    for used in reversed(filters):
        if used.name == DEFAULT and default is None:
            default = _take_default(used)
        elif used.name != DEFAULT and filter_name is None:
            filter_name = _take_filter(used, slot)
        else:
            _refuse(used.lineno, f"the filter {used.name!r} is one too many. Use one, and `default`.")
    return Show(slot, filter_name, default)


def _take_slot(node: nodes.Node) -> Slot:
    parts: list[str] = []
    inner = node
    while isinstance(inner, nodes.Getattr):
        parts.append(inner.attr)
        inner = inner.node
    if not isinstance(inner, nodes.Name):
        _refuse(node.lineno, f"{_name(inner)} is not allowed. Name a slot, such as {{{{ order.status }}}}.")
    name = ".".join([inner.name, *reversed(parts)])
    if name not in SLOTS:
        _refuse(node.lineno, f"there is no slot {name!r}. {_nearest_slot(name)}")
    return SLOTS[name]


def _nearest_slot(name: str) -> str:
    close = get_close_matches(name[:100], _LABELS, n=1, cutoff=0.5)
    return f"Did you mean {_LABELS[close[0]]!r}?" if close else f"Use one of: {', '.join(SLOTS)}."


def _take_filter(used: nodes.Filter, slot: Slot) -> str:
    fitting = [name for name, known in FILTERS.items() if slot.kind in known.kinds]
    if used.name not in FILTERS:
        close = get_close_matches(used.name[:100], [*FILTERS, DEFAULT], n=1, cutoff=0.5)
        nearest = f"Did you mean {close[0]!r}?" if close else f"Use one of: {', '.join([*FILTERS, DEFAULT])}."
        _refuse(used.lineno, f"there is no filter {used.name!r}. {nearest}")
    if used.name not in fitting:
        _refuse(
            used.lineno,
            f"the filter {used.name!r} does not fit {slot.name!r}. Use one of: {', '.join(fitting)}.",
        )
    if used.args or used.kwargs or used.dyn_args or used.dyn_kwargs:
        _refuse(used.lineno, f"the filter {used.name!r} takes nothing in brackets. Leave them out.")
    return used.name


def _take_default(used: nodes.Filter) -> str:
    if len(used.args) != 1 or used.kwargs or used.dyn_args or used.dyn_kwargs:
        _refuse(used.lineno, '`default` takes one text, such as default("尽快").')
    return str(_take_constant(used.args[0]))


def _take_constant(node: nodes.Node) -> Constant:
    value = node.value if isinstance(node, nodes.Const) else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        _refuse(node.lineno, f"{_name(node)} is not allowed here. Write a text in quotes or a number.")
    if isinstance(value, float) and not math.isfinite(value):
        _refuse(node.lineno, "the number is too large. Write an ordinary one.")
    return value


def _take_check(node: nodes.Node) -> Check:
    if not isinstance(node, nodes.Compare):
        return Check(_take_slot(node))
    slot = _take_slot(node.expr)
    if len(node.ops) != 1:
        _refuse(node.lineno, "a slot is compared with one value only. Nest a second {% if %} inside.")
    op, constant = node.ops[0].op, _take_constant(node.ops[0].expr)
    if slot.kind in _NUMBERS and not isinstance(constant, str) and op not in ("in", "notin"):
        return Check(slot, op, constant)
    if slot.kind in _WORDS and isinstance(constant, str) and op in _EQUALITY:
        if slot.values is not None and constant not in slot.values:
            _refuse(node.lineno, f"{slot.name!r} is never {constant!r}. Use one of: {', '.join(slot.values)}.")
        return Check(slot, op, constant)
    _refuse(node.lineno, f"{slot.name!r} cannot be compared so. {_say_comparison(slot)}")


def _say_comparison(slot: Slot) -> str:
    if slot.kind in _NUMBERS:
        return "Compare it with a number."
    if slot.kind in _WORDS:
        return "Use == or != with a text in quotes."
    return f"Use {{% if {slot.name} %}}."
