"""The guard on the sample knowledge base: few false alarms, and nearly every change seen."""

from __future__ import annotations

from tests.kb.replies.guard.measuring import count_caught, fill_replies

# Their replies say what their own text does not; see docs/replies.md.
UNSUPPORTED = {
    "plus-benefits",
    "int-goodwill-ordinary",
    "int-goodwill-plus",
    "int-damage-evidence",
    "int-appliance-injury",
    "pay-cod-unavailable",
}


def test_only_replies_that_say_more_than_their_article_are_flagged() -> None:
    flagged = {filled.article.id for filled in fill_replies(every=9) if filled.find_unsupported()}
    assert flagged <= UNSUPPORTED


def test_changed_digits_amounts_and_dates_are_flagged_unless_something_else_says_the_same() -> None:
    for name, caught in count_caught(list(fill_replies(every=9)), share=0.25).items():
        assert caught.made >= 100, name
        assert caught.flagged >= 0.85 * caught.made, name
        assert caught.flagged + caught.said_elsewhere >= 0.99 * caught.made, name
