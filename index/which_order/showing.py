"""How a choice between orders is shown: the likeliest few, each with its reasons in the question's language."""

from __future__ import annotations

from index.solutions import PossibleOrder
from index.which_order.chooser import OrderChoice
from kb.orders.words import Language

MOST_SHOWN = 5


def show_choice(choice: OrderChoice | None, language: Language) -> list[PossibleOrder]:
    """Return the orders to choose from, the likeliest first; none where there was nothing to choose."""
    if choice is None:
        return []
    return [
        PossibleOrder(
            id=fit.context.order.id if fit.context.order else None,
            probability=round(fit.probability, 3),
            reasons=[reason.say(language) for reason in fit.reasons],
        )
        for fit in choice.fits[:MOST_SHOWN]
    ]
