"""The generations on disk: which are whole, which one serves, and whether it says what the database says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.doctor.observation import Level, Observation, Part, Repair
from index.doctor.parity import compare_with_database
from index.generation import (
    DAMAGED_PREFIX,
    GENERATION_FORMAT,
    GenerationDamaged,
    Manifest,
    list_generations,
    read_manifest,
    verify_generation,
)
from kb.changes import NEWEST_REVISION
from kb.database import Database
from kb.identity import find_identity

SET_ASIDE = "`xianzhi doctor --repair` sets it aside and rebuilds; the next start would too."
REBUILD = "`xianzhi doctor --repair`, or `xianzhi index build`."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a generation must have been built from to serve."""

    database_id: str | None
    encoder: str
    revision: int


def examine_generations(database: Database, folder: Path, *, encoder: str) -> Iterator[Observation]:
    """Yield how each generation is, and whether the one that serves equals the database; nothing is changed.

    `encoder` is the digest of the fingerprint of the encoder that serves.
    """
    revision = database.read_number(NEWEST_REVISION)
    with database.read() as session:
        wanted = Wanted(find_identity(session), encoder, revision)
    serving: tuple[Path, Manifest] | None = None
    for path in list_generations(folder):
        try:
            manifest = read_manifest(path)
            verify_generation(path, manifest)
        except GenerationDamaged as error:
            yield Observation(Part.INDEX, Level.WRONG, error.message, SET_ASIDE, Repair.SET_ASIDE, path.name)
            continue
        misfit = _find_misfit(manifest, wanted)
        if misfit is not None:
            yield misfit
        elif serving is None:
            serving = (path, manifest)
    for path in sorted(folder.glob(f"{DAMAGED_PREFIX}*")):
        what = f"{path.name} was found damaged and replaced."
        yield Observation(Part.INDEX, Level.NOTE, what, f"Look at it, then delete {path}.", subject=path.name)
    if serving is None:
        level = Level.WRONG if revision else Level.NOTE
        yield Observation(Part.INDEX, level, "No generation can serve.", REBUILD, Repair.REBUILD if revision else None)
        return
    yield from compare_with_database(database, *serving)


def _find_misfit(manifest: Manifest, wanted: Wanted) -> Observation | None:
    """Return why a sound generation does not serve, or None where it could."""
    if manifest.format != GENERATION_FORMAT:
        what, level, repair = "was built by another version.", Level.NOTE, None
    elif manifest.database_id != wanted.database_id:
        what, level, repair = "was built from another database.", Level.NOTE, None
    elif manifest.encoder != wanted.encoder:
        what, level, repair = "was built with another encoder.", Level.NOTE, None
    elif manifest.revision > wanted.revision:
        # As soon as the database has reached its revision again, it would be taken for the truth.
        what, level, repair = "holds a state that the database was taken back from.", Level.WRONG, Repair.REBUILD
    else:
        return None
    remedy = REBUILD if repair else "It is never used; delete it where nothing else needs it."
    return Observation(Part.INDEX, level, f"{manifest.name} {what}", remedy, repair, manifest.name)
