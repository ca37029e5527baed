"""The likely reasons of one look-up on the command line, where no service holds the index open."""

from __future__ import annotations

import logging

from index.generation import list_generations
from index.opening import find_serving_generation, open_matcher
from index.prepared import ModelNotPrepared
from index.reasons.customer import find_likely_reasons
from index.reasons.solving import add_solutions
from kb.customers.desk import Lookup
from kb.customers.likely import LikelyReasons, ReasonsFrom
from kb.customers.profile import View
from kb.database import Database
from kb.settings import Settings

log = logging.getLogger(__name__)


def find_reasons(settings: Settings, database: Database, found: Lookup, view: View) -> LikelyReasons:
    """Return why whoever was found probably gets in touch; builds no index where there is none."""
    if found.profile is None:
        return LikelyReasons(ReasonsFrom.NO_PROFILE)
    if not _has_index(settings, database):
        return LikelyReasons(ReasonsFrom.NO_INDEX)
    try:
        with open_matcher(settings) as matcher:
            likely, orders = find_likely_reasons(matcher.live, database, found, view)
            return add_solutions(matcher, likely, orders, seconds=settings.solutions_seconds)
    except Exception as error:  # Whoever was looked up is shown whatever fails here.
        log.error("likely_reasons_failed", extra={"error": type(error).__name__})
        return LikelyReasons(ReasonsFrom.FAILED)


def _has_index(settings: Settings, database: Database) -> bool:
    if not list_generations(settings.generations_dir):
        return False
    try:
        return find_serving_generation(settings, database) is not None
    except ModelNotPrepared:
        return False
