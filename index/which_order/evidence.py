"""What speaks for each of several orders, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kb.orders.words import Words


class Signal(StrEnum):
    """A kind of evidence; each has one weight."""

    SITUATION = "situation"
    NAMED = "named"
    NEARNESS = "nearness"
    THING = "thing"
    TIME = "time"
    AMOUNT = "amount"
    STATE = "state"
    TRACE = "trace"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Finding:
    """How far one thing that was said fits each order, 0 to 1, and for those it fits the reason in words."""

    fits: tuple[float, ...]
    reasons: tuple[Words | None, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of one kind of evidence, what each order has of it, and the reasons of each."""

    values: tuple[float, ...]
    reasons: tuple[tuple[Words, ...], ...]


def tell_apart(fits: Sequence[bool], reason: Words, *, weight: float = 1.0) -> Iterator[Finding]:
    """Yield the finding that some orders fit and others do not; nothing where none or all of them do."""
    if any(fits) and not all(fits):
        yield Finding(tuple(weight * fit for fit in fits), give_reason(fits, reason))


def give_reason(fits: Sequence[float], reason: Words) -> tuple[Words | None, ...]:
    """Return the reason for every order that fits."""
    return tuple(reason if fit else None for fit in fits)


def add_findings(findings: Sequence[Finding], orders: int, *, most: float) -> Evidence:
    """Return the findings of one kind together, each order's sum at most `most`."""
    values = tuple(min(most, sum(finding.fits[n] for finding in findings)) for n in range(orders))
    reasons = tuple(
        tuple(reason for finding in findings if (reason := finding.reasons[n]) is not None) for n in range(orders)
    )
    return Evidence(values, reasons)


def oppose(said: Evidence, denied: Evidence) -> Evidence:
    """Return what was said less what was denied: an order that is said not to be meant has less than nothing."""
    values = tuple(now - against for now, against in zip(said.values, denied.values, strict=True))
    return Evidence(values, said.reasons)


def join_evidence(said: Evidence, before: Evidence, *, share: float, most: float) -> Evidence:
    """Return what was said together with what was said before it, which counts for a share of that."""
    return Evidence(
        tuple(min(most, now + share * earlier) for now, earlier in zip(said.values, before.values, strict=True)),
        tuple((*now, *earlier) for now, earlier in zip(said.reasons, before.reasons, strict=True)),
    )
