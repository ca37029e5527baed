"""How likely each test of a condition is to be met, where only the share for the whole condition was counted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

from kb.conditions import Block, Combinator, Condition, FactTest, Group
from kb.conditions.rarity import guess_met_share

# Nothing that is not known is certain; and a share must have a logarithm.
LEAST_SHARE = 0.01


# The same conditions are looked at in match after match.
@lru_cache(maxsize=4_096)
def spread_share(condition: Condition, share: float) -> tuple[tuple[FactTest, float], ...]:
    """Return every test with its share, so that the tests, taken as independent, give the share of the condition.

    What the form of the tests suggests says in which proportion; a condition of one test gives it all to that one.
    """
    return tuple(_spread(condition, share))


def _spread(condition: Condition, share: float) -> Iterator[tuple[FactTest, float]]:
    share = min(max(share, LEAST_SHARE), 1.0 - LEAST_SHARE)
    if isinstance(condition, FactTest):
        yield condition, share
        return
    guesses = [guess_met_share(Group((block,))) for block in condition.blocks]
    for block, of_block in zip(condition.blocks, _share_out(guesses, share), strict=True):
        yield from _spread_over_block(block, of_block)


def _spread_over_block(block: Block, share: float) -> Iterator[tuple[FactTest, float]]:
    guesses = [guess_met_share(member) for member in block.members]
    if block.combinator is Combinator.ALL:
        shares = _share_out(guesses, share)
    else:
        none = 1.0 - share if block.combinator is Combinator.ANY else share
        shares = [1.0 - left for left in _share_out([1.0 - guess for guess in guesses], none)]
    for member, of_member in zip(block.members, shares, strict=True):
        yield from _spread(member, of_member)


def _share_out(guesses: Sequence[float], product: float) -> list[float]:
    """Return the guesses, all raised to the one power that makes their product this one."""
    logarithms = [math.log(min(max(guess, LEAST_SHARE), 1.0 - LEAST_SHARE)) for guess in guesses]
    power = math.log(product) / sum(logarithms) if logarithms else 0.0
    return [math.exp(logarithm * power) for logarithm in logarithms]
