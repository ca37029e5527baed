"""When an answer is sure enough to be shown as the answer: from what a wrong one costs, as an operator states it.

Let `p` be the probability that a solution is right, and `W` what a wrong answer shown as sure costs, in right answers
withheld. To show it costs `W` with probability 1 - p; to withhold it costs 1 with probability p. To show is cheaper
where (1 - p) W < p, that is where p > W / (1 + W). This is the optimum of Chow (On optimum recognition error and
reject tradeoff, IEEE Transactions on Information Theory 16, 1970): reject where 1 - p is more than
(Cr - Cc) / (Ce - Cc), with the costs Ce = W of an error, Cr = 0 of a rejection and Cc = -1 of what is right.

It is the optimum for a `p` that means what it says: a base's own curve (`xianzhi index fit`) sees to that.
"""

from __future__ import annotations

from collections.abc import Mapping

from kb.articles.models import Audience
from kb.settings import Settings


def find_threshold(wrong_answer_cost: float) -> float:
    """Return the probability above which showing an answer as sure costs less than withholding it."""
    return wrong_answer_cost / (1.0 + wrong_answer_cost)


def read_thresholds(settings: Settings) -> Mapping[Audience, float]:
    """Return the threshold of each audience, by the costs that the settings state."""
    return {
        Audience.INTERNAL: find_threshold(settings.wrong_answer_cost),
        Audience.PUBLIC: find_threshold(settings.wrong_answer_cost_public),
    }
