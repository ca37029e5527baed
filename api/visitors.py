"""Who visits the shop's page: the header with the shop's token, read for the routes that ask for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from api.services import ServicesNeeded
from kb.customer_token import Visitor
from kb.orders.words import Language

CUSTOMER_HEADER = "X-Xianzhi-Customer"

Token = Annotated[
    str | None,
    Header(
        alias=CUSTOMER_HEADER,
        description="The token with which the shop says who visits; anonymous without it.",
    ),
]
Locale = Annotated[Language | None, Query(description="The language of orders' words; the browser's without it.")]


async def find_visitor(services: ServicesNeeded, token: Token = None) -> Visitor | None:
    """Return whom the shop vouches for, None for anybody else; raises `CustomerTokenRefused`."""
    # By the clock on the wall: the shop signs by its own, also while ours stands still for a demonstration.
    return services.customer_tokens.read(token, now=datetime.now(UTC)) if token else None


async def choose_language(request: Request, locale: Locale = None) -> Language:
    """Return the language that was asked for, or the one that the browser asks for first."""
    if locale is not None:
        return locale
    accepted = request.headers.get("accept-language", "")[:200].lower().split(",")
    codes = [part.strip()[:2] for part in accepted]
    return next(("en" if code == "en" else "zh" for code in codes if code in ("zh", "en")), "zh")


VisitorAsks = Annotated[Visitor | None, Depends(find_visitor)]
LanguageChosen = Annotated[Language, Depends(choose_language)]
