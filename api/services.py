"""What the routes work with: made once when the application starts, closed when it stops."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from api.errors import NotReady
from api.metrics import Metrics
from api.places import Places
from index.matcher import Matcher
from index.suggest.suggester import Suggester
from kb.customer_token import CustomerTokens
from kb.database import Database
from kb.feedback.recorder import MatchRecorder
from kb.keys.ring import KeyRing

# A match holds two connections, any other request, a suggestion and the recorder one: 2 x 4 places + 5 + 1 + 1 are the
# pool's fifteen.
OTHERS_AT_ONCE = 5
PREVIEWS_AT_ONCE = 1
SUGGESTIONS_AT_ONCE = 1  # Milliseconds each, nearly all of them the interpreter's, which matches want too.
SUGGESTIONS_WAITING = 8


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """The matcher, the database behind it, what records matches, who may tell events, and how much is done at once."""

    matcher: Matcher
    metrics: Metrics
    recorder: MatchRecorder
    suggester: Suggester
    webhook_secrets: tuple[bytes, ...] = field(default=(), repr=False)
    solutions_seconds: float = 0.5
    matches_kept: timedelta | None = None
    places: Places = field(default_factory=Places)
    # A preview takes the place of a match for seconds: never more than one place of them.
    preview_limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(PREVIEWS_AT_ONCE))

    suggest_limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(SUGGESTIONS_AT_ONCE))
    customer_tokens: CustomerTokens = field(default_factory=CustomerTokens, repr=False)
    keys: KeyRing = field(default_factory=KeyRing, repr=False)

    @property
    def database(self) -> Database:
        """The database that the index follows."""
        return self.matcher.live.database

    def now(self) -> datetime:
        """Return the present moment, by the clock that matches go by."""
        return self.matcher.surroundings.clock()

    def catch_up(self) -> None:
        """Bring the index up to the database, so that the next match goes by what was just saved."""
        if self.matcher.live.is_open:
            self.matcher.live.snapshot(wait=True)


async def get_services(request: Request) -> Services:
    """Return the services of the application; raises `NotReady` before it has started."""
    # Not a thread's work: for one of those it would wait, behind whatever else is asked, before every request.
    services: Services | None = request.app.state.services
    if services is None:
        raise NotReady("The service is starting. Try again in a moment.")
    return services


ServicesNeeded = Annotated[Services, Depends(get_services)]
