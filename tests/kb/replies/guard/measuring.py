"""How the guard does on the sample knowledge base: `python -m tests.kb.replies.guard.measuring`."""

from __future__ import annotations

import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson

from kb.articles.models import Article, ArticleStatus, Basis
from kb.conditions import Verdict, evaluate, parse_condition
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from kb.orders.words import Language
from kb.replies.guard import Claim, OrderEvidence, check_reply, find_unsupported, read_statements
from kb.replies.slots import fill_reply

SAMPLE = Path(__file__).parents[4] / "data" / "sample"
NOW = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
ZONE = ZoneInfo("Asia/Shanghai")
SEED = 7
DIGIT = re.compile("[0-9]")
AMOUNT_DIGIT = re.compile(r"(?:(?<=¥)|(?<=CNY )|(?<=[¥0-9.,]))[0-9](?=[0-9.,]* ?元)|(?<=¥)[0-9]|(?<=CNY )[0-9]")
MONTH_DAY = re.compile(
    r"(?<=月)[0-9]{1,2}(?=日)|\b[0-9]{1,2}(?= (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b)"
)


class Filled(NamedTuple):
    """An article's reply, filled from an order that meets its condition."""

    article: Article
    context: OrderContext
    text: str

    def check(self, text: str) -> tuple[Claim, ...]:
        """Return the claims of a text, supported by the order, the article's body, or nothing."""
        language: Language = "en" if self.article.language == "en" else "zh"
        return check_reply(text, self.context, [self.article.body], language).claims

    def find_unsupported(self) -> list[Claim]:
        """Return what neither the order nor the article's body supports in the reply."""
        return [claim for claim in self.check(self.text) if claim.support is None]


class Caught(NamedTuple):
    """How many changes were made, how many flagged, and how many agree with something else that supports them."""

    made: int
    flagged: int
    said_elsewhere: int


class Changed(NamedTuple):
    """A reply with one thing changed, and where."""

    text: str
    place: int


def fill_replies(*, every: int = 1) -> Iterator[Filled]:
    """Yield the reply of each article in force for each order that meets its condition, of every so many orders."""
    articles = [Article.model_validate(orjson.loads(line)) for line in _read_lines("articles.jsonl")]
    orders = [Order.model_validate(orjson.loads(line)) for line in _read_lines("orders.jsonl")]
    contexts = [derive_context(order, now=NOW, zone=ZONE) for order in orders[::every]]
    for article in articles:
        if article.reply is None or article.status is not ArticleStatus.PUBLISHED:
            continue
        condition = parse_condition(article.applies_when)
        for context in contexts:
            if _is_in_force(article, context) and evaluate(condition, context) is Verdict.MET:
                language: Language = "en" if article.language == "en" else "zh"
                yield Filled(article, context, fill_reply(article.reply, context, language=language).text)


def change_digit(filled: Filled, chance: random.Random, pattern: re.Pattern[str] = DIGIT) -> Changed | None:
    """Return the reply with one digit changed, outside the names of products."""
    places = [match.start() for match in pattern.finditer(filled.text) if _is_free(filled, match.start())]
    if not places:
        return None
    place = chance.choice(places)
    digit = chance.choice([one for one in "123456789" if one != filled.text[place]])
    return Changed(f"{filled.text[:place]}{digit}{filled.text[place + 1 :]}", place)


def change_amount(filled: Filled, chance: random.Random) -> Changed | None:
    """Return the reply with one digit of an amount changed."""
    return change_digit(filled, chance, AMOUNT_DIGIT)


def change_date(filled: Filled, chance: random.Random) -> Changed | None:
    """Return the reply with a date moved by a day."""
    dates = [match for match in MONTH_DAY.finditer(filled.text) if _is_free(filled, match.start())]
    if not dates:
        return None
    match = chance.choice(dates)
    day = int(match[0]) + (1 if match[0] == "1" else chance.choice([-1, 1]))
    return Changed(f"{filled.text[: match.start()]}{day}{filled.text[match.end() :]}", match.start())


CHANGES: dict[str, tuple[Callable[[Filled, random.Random], Changed | None], int]] = {
    "digit": (change_digit, 1_000),
    "amount": (change_amount, 500),
    "date": (change_date, 500),
}


def count_caught(replies: list[Filled], share: float = 1.0) -> dict[str, Caught]:
    """Return what came of each kind of change."""
    chance = random.Random(SEED)
    shuffled = [filled for filled in chance.sample(replies, len(replies)) if not filled.find_unsupported()]
    counts = {}
    for name, (change, wanted) in CHANGES.items():
        made: list[list[Claim]] = []
        for filled in shuffled:
            changed = change(filled, chance) if len(made) < wanted * share else None
            if changed is not None:
                made.append([c for c in filled.check(changed.text) if c.start <= changed.place < c.end])
        flagged = sum(any(claim.support is None for claim in claims) for claims in made)
        seen = sum(bool(claims) for claims in made)
        counts[name] = Caught(len(made), flagged, seen - flagged)
    return counts


def time_check(replies: list[Filled]) -> float:
    """Return the milliseconds that a match takes to check a reply it has not seen, with its article read before."""
    times = []
    for filled in {filled.text: filled for filled in replies}.values():
        language: Language = "en" if filled.article.language == "en" else "zh"
        stated = [read_statements(filled.article.body, language)]
        evidence = OrderEvidence(filled.context)
        started = time.perf_counter()
        find_unsupported(filled.text, evidence, stated, language)
        times.append(1_000 * (time.perf_counter() - started))
    return statistics.median(times)


def _read_lines(name: str) -> list[bytes]:
    return (SAMPLE / name).read_bytes().splitlines()


def _is_in_force(article: Article, context: OrderContext) -> bool:
    at = context.order.placed_at if article.basis is Basis.ORDER and context.order else None
    moment = at or context.now
    started = article.effective_from is None or article.effective_from <= moment
    return started and (article.effective_to is None or moment < article.effective_to)


def _is_free(filled: Filled, place: int) -> bool:
    names = [item.name for item in (filled.context.order.items or ()) if item.name] if filled.context.order else []
    spans = [match.span() for name in names for match in re.finditer(re.escape(name), filled.text)]
    return not any(start <= place < end for start, end in spans)


def main() -> None:
    """Write all measures."""
    replies = list(fill_replies())
    milliseconds = time_check(replies)  # First: what is seen once is remembered.
    flagged = [(filled, found) for filled in replies if (found := filled.find_unsupported())]
    kinds = Counter(claim.kind.value for _, found in flagged for claim in found)
    articles = Counter(filled.article.id for filled, _ in flagged)
    write = sys.stdout.write
    write(f"{len(flagged)} of {len(replies)} replies ({len(flagged) / len(replies):.2%}) hold an unsupported claim\n")
    write(f"by kind: {dict(kinds)}\nby article: {dict(articles)}\n")
    counts = count_caught(replies)
    counts["all"] = Caught(*(sum(parts) for parts in zip(*counts.values(), strict=True)))
    for name, caught in counts.items():
        write(f"{name}: {caught.flagged} of {caught.made} changes flagged ({caught.flagged / caught.made:.1%}), ")
        write(f"{caught.said_elsewhere} more agree with something else\n")
    write(f"one check in a match: {milliseconds:.2f} ms (median)\n")


if __name__ == "__main__":
    main()
