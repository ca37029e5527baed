"""One examination of everything, in the order in which a fault of one explains faults of the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from index.adaptation.adopted import find_serving
from index.doctor.database import examine_database
from index.doctor.encoders import examine_encoders
from index.doctor.generations import examine_generations
from index.doctor.keys import examine_keys
from index.doctor.observation import Level, Observation, Part, find_wrong
from index.doctor.surroundings import examine_surroundings
from index.encoder import describe_fingerprint
from index.prepared import Precision, read_description
from kb.database import Database
from kb.keys.models import KeyRecord
from kb.keys.repository import list_records_there
from kb.opening import is_database_there
from kb.settings import PREFIX, Settings


def examine(settings: Settings) -> Iterator[Observation]:
    """Yield what there is to say of the configured knowledge base; nothing is written, created or migrated."""
    encoders = list(examine_encoders(settings))
    yield from encoders
    if not is_database_there(settings):
        remedy = f"Check {PREFIX}DATA_DIR; `xianzhi kb import` makes a new one, `xianzhi restore` an old one."
        yield Observation(Part.DATABASE, Level.WRONG, "There is no database.", remedy)
        return
    database = Database(settings.resolved_database_url)
    keys: Sequence[KeyRecord] = ()
    try:
        told = list(examine_database(database))
        yield from told
        if not find_wrong(one for one in told if one.part is Part.DATABASE):
            now = datetime.now(UTC)
            keys = list_records_there(database, now=now)
            yield from examine_keys(keys, now=now)
        # What a damaged database says is nothing to judge an index by, and what serves is not known without an encoder.
        if not find_wrong([one for one in told if one.part is Part.DATABASE] + encoders):
            encoder = read_digest(settings)
            yield from examine_generations(database, settings.generations_dir, encoder=encoder)
    finally:
        database.close()
    yield from examine_surroundings(settings, has_stored_key=bool(keys))


def read_digest(settings: Settings) -> str:
    """Return the digest of the fingerprint of the encoder that serves, without loading it."""
    return describe_fingerprint(read_description(find_serving(settings)), Precision(settings.precision)).digest()
