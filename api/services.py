"""What the routes work with: made once when the application starts, closed when it stops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from api.errors import NotReady
from api.metrics import Metrics
from index.encoder import load_encoder
from index.follower import LiveIndex
from index.matcher import Matcher, Surroundings
from kb.database import Database
from kb.settings import Settings

# A match holds two connections, any other request one: 2 x 4 + 6 fit in the pool's fifteen.
MATCHES_AT_ONCE = 4
OTHERS_AT_ONCE = 6
MATCHES_WAITING = 64  # More would wait longer than anybody does.


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """The matcher, the database behind it, and how much is done at once."""

    matcher: Matcher
    metrics: Metrics
    match_limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MATCHES_AT_ONCE))

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
            self.matcher.live.snapshot()


@contextmanager
def open_matcher(settings: Settings) -> Iterator[Matcher]:
    """Yield a matcher on the configured database, its schema brought up to date and its index open."""
    # First of all, because it fails where nothing has been prepared: then no database is left behind.
    encoder = load_encoder(
        model=settings.model,
        model_dir=settings.model_dir,
        precision=settings.precision,
        threads=settings.encoder_threads,
    )
    database = Database(settings.resolved_database_url)
    try:
        if not database.is_migrated():
            database.migrate()
        live = LiveIndex(database, encoder, settings.generations_dir)
        try:
            live.open()
            yield Matcher(live, make_surroundings(settings))
        finally:
            live.close()
    finally:
        database.close()


def make_surroundings(settings: Settings) -> Surroundings:
    """Return the clock, the zone and the threshold that the settings name."""
    fixed = settings.now
    if fixed is not None and fixed.utcoffset() is None:
        fixed = fixed.replace(tzinfo=settings.zone)
    return Surroundings(
        clock=lambda: fixed or datetime.now(UTC),
        zone=settings.zone,
        answer_threshold=settings.answer_threshold,
    )


def get_services(request: Request) -> Services:
    """Return the services of the application; raises `NotReady` before it has started."""
    services: Services | None = request.app.state.services
    if services is None:
        raise NotReady("The service is starting. Try again in a moment.")
    return services


ServicesNeeded = Annotated[Services, Depends(get_services)]
