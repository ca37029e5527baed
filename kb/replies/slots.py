"""Filling a reply template from the order context, and showing plainly what is missing."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.orders.context import OrderContext
from kb.orders.words import Language, Words
from kb.replies.filters import Style, write_value
from kb.replies.slot_table import SlotValue
from kb.replies.template import Check, Node, Show, parse_template, refuse_single_braces, walk_slots

# Parsing has already matched the types of slot and constant, which `Any` cannot show.
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
_TO_FILL = Words("【待补充：{label}】", "[to fill: {label}]")


@dataclass(frozen=True, slots=True)
class FilledSlot:
    """A slot and the words that stand for it in the reply."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FilledReply:
    """A reply ready to be read: what was filled in, and what an agent still has to add."""

    text: str
    filled: tuple[FilledSlot, ...]
    missing: tuple[str, ...]


def check_template(template: str) -> tuple[str, ...]:
    """Return the slots a template uses, each once, or say what in it is not allowed."""
    parts = parse_template(template)
    refuse_single_braces(parts)  # Here only: a reply that is stored already is still filled.
    return tuple(dict.fromkeys(walk_slots(parts)))


def fill_reply(template: str, context: OrderContext, *, language: Language = "zh") -> FilledReply:
    """Fill the template; values are inserted as text and never read as templates themselves."""
    year = context.now.astimezone(context.zone).year
    filling = _Filling(context, Style(language, context.zone, year))
    filling.add(parse_template(template))
    return FilledReply(
        "".join(filling.texts), tuple(dict.fromkeys(filling.filled)), tuple(dict.fromkeys(filling.missing))
    )


@dataclass(slots=True)
class _Filling:
    context: OrderContext
    style: Style
    texts: list[str] = field(default_factory=list)
    filled: list[FilledSlot] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, parts: Iterable[Node]) -> None:
        for part in parts:
            if isinstance(part, str):
                self.texts.append(part)
            elif isinstance(part, Show):
                self._add_slot(part)
            else:
                met = (branch.body for branch in part.branches if self._holds(branch.check))
                self.add(next(met, part.otherwise))

    def _add_slot(self, show: Show) -> None:
        value = show.slot.read(self.context)
        if value is not None:
            text = write_value(value, show.slot, self.style, filter_name=show.filter_name)
            self.filled.append(FilledSlot(show.slot.name, text))
        elif show.default is not None:
            text = show.default
        else:
            label = show.slot.label.say(self.style.language)
            text = _TO_FILL.say(self.style.language).format(label=label)
            self.missing.append(show.slot.name)
        self.texts.append(text)

    def _holds(self, check: Check) -> bool:
        """Tell whether a check holds; of a missing value nothing holds, not even `!=`."""
        value: SlotValue | None = check.slot.read(self.context)
        if value is None or check.op is None:
            return bool(value)
        return _COMPARISONS[check.op](value, check.constant)
