"""Open a matcher on the configured database, encoder and index; used by the API and by the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from index.adaptation.adopted import find_serving
from index.blas import one_blas_thread
from index.build import Progress, report_nothing
from index.cores import count_cores
from index.encoder import OnnxEncoder, describe_fingerprint
from index.follower import LiveIndex
from index.generation import Manifest, find_newest
from index.matcher import Matcher, Surroundings
from index.prepared import Precision, read_description
from index.remembering import RememberingEncoder
from index.threshold import read_thresholds
from kb.changes import NEWEST_REVISION
from kb.database import Database, open_database
from kb.identity import ensure_identity
from kb.settings import Settings
from kb.sources.opening import open_source


@contextmanager
def open_matcher(settings: Settings, *, on_progress: Progress = report_nothing) -> Iterator[Matcher]:
    """Yield a matcher, its database's schema brought up to date and its index open; closed afterwards."""
    encoder = open_encoder(settings)  # First: it fails where nothing is prepared, and then nothing is left behind.
    with one_blas_thread(), open_database(settings) as database, open_source(settings, database) as orders:
        remembering = RememberingEncoder(encoder, kept=settings.question_vectors)
        live = LiveIndex(database, remembering, settings.generations_dir, clock=settings.find_now)
        try:
            live.open(on_progress=on_progress)
            surroundings = replace(make_surroundings(settings), orders=orders)
            # Who shares a batch of the encoder waits for it inside a turn.
            at_once = max(count_cores(), settings.questions_together)
            matcher = Matcher(live, surroundings, questions_kept=settings.questions_kept, at_once=at_once)
            matcher.warm_up()
            yield matcher
        finally:
            live.close()


def open_encoder(settings: Settings, *, threads: int | None = None) -> OnnxEncoder:
    """Return the configured encoder, or what it was adapted to, on as many threads as the settings or the caller say.

    Raises `ModelNotPrepared` where it has not been prepared.
    """
    precision = Precision(settings.precision)
    return OnnxEncoder(
        find_serving(settings),
        precision=precision,
        threads=threads or settings.encoder_threads,
        together=settings.questions_together,
    )


def find_serving_generation(settings: Settings, database: Database) -> tuple[Path, Manifest] | None:
    """Return the newest sound generation of this database for the encoder that serves, which is not opened.

    Raises `ModelNotPrepared` where it has not been prepared.
    """
    fingerprint = describe_fingerprint(read_description(find_serving(settings)), Precision(settings.precision))
    return find_newest(
        settings.generations_dir,
        database_id=ensure_identity(database),
        encoder=fingerprint.digest(),
        up_to=database.read_number(NEWEST_REVISION),
    )


def make_surroundings(settings: Settings) -> Surroundings:
    """Return the clock, the zone and the thresholds that the settings name."""
    return Surroundings(clock=settings.find_now, zone=settings.zone, thresholds=read_thresholds(settings))
