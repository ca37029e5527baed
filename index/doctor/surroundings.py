"""What is around the program: room on the disk, who may read its files, settings that are dangerous in production."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from index.doctor.observation import Level, Observation, Part
from index.generation import list_generations
from kb.access import SHORTEST_KEY
from kb.settings import PREFIX, Settings

MEGABYTE = 1024 * 1024
SPARE_BYTES = 256 * MEGABYTE  # For the database's journal, and what is written meanwhile.
BUILDS_AT_ONCE = 2  # A new generation, and a process's private copy.
LOCAL = ("http://localhost", "http://127.0.0.1", "http://[::1]")


def examine_surroundings(
    settings: Settings, *, environment_file: Path = Path(".env"), has_stored_key: bool = False
) -> Iterator[Observation]:
    """Yield how much room there is, and each setting or right that lets in whom it should not."""
    yield _examine_room(settings)
    yield from _examine_rights(settings, environment_file)
    yield from _examine_keys(settings, has_stored_key=has_stored_key)
    yield from _examine_settings(settings)


def _examine_keys(settings: Settings, *, has_stored_key: bool) -> Iterator[Observation]:
    required = f"{PREFIX}KEYS_REQUIRED"
    if has_stored_key and not settings.keys and not settings.keys_required:
        what = "The keys are in the database alone: with another one, or a backup from before the first key, nobody is "
        yield Observation(Part.SETTINGS, Level.NOTE, f"{what}asked for any.", f"Set {required}=true.")
    if has_stored_key or settings.keys:
        return
    level, what = (
        (Level.WRONG, f"{required} is set and no key is there: whatever is asked under /v1 is refused.")
        if settings.keys_required
        else (Level.NOTE, "No key is set: whoever uses this machine may do everything, and nobody beyond it is served.")
    )
    yield Observation(Part.SETTINGS, level, what, "Make one: `xianzhi keys create NAME --role admin`.")


def _examine_room(settings: Settings) -> Observation:
    newest = list_generations(settings.generations_dir)[:1]
    size = sum(path.stat().st_size for folder in newest for path in folder.rglob("*") if path.is_file())
    needed, free = BUILDS_AT_ONCE * size + SPARE_BYTES, shutil.disk_usage(_find_existing(settings.data_dir)).free
    what = f"{free // MEGABYTE:,} MiB are free where {needed // MEGABYTE:,} are needed for the next build."
    if free >= needed:
        return Observation(Part.DISK, Level.WELL, what)
    return Observation(Part.DISK, Level.WRONG, what, f"Make room, or move {PREFIX}DATA_DIR.")


def _find_existing(folder: Path) -> Path:
    return next((path for path in (folder, *folder.absolute().parents) if path.is_dir()), Path("/"))


def _examine_rights(settings: Settings, environment_file: Path) -> Iterator[Observation]:
    database = settings.data_dir / "xianzhi.db"
    for path in (settings.data_dir, database):
        if path.exists() and path.stat().st_mode & stat.S_IWOTH:
            what, remedy = f"Everybody on this machine may write to {path}.", f"chmod o-rwx {path}"
            yield Observation(Part.SETTINGS, Level.WRONG, what, remedy)
    if database.exists() and database.stat().st_mode & stat.S_IROTH and settings.data_dir.stat().st_mode & stat.S_IXOTH:
        what = f"Everybody on this machine may read {database}, which holds customers' data."
        yield Observation(Part.SETTINGS, Level.NOTE, what, f"chmod o-rwx {settings.data_dir}")
    if environment_file.is_file() and environment_file.stat().st_mode & stat.S_IROTH:
        what = f"Everybody on this machine may read {environment_file}, and the secrets that are in it."
        yield Observation(Part.SETTINGS, Level.WRONG, what, f"chmod go-rwx {environment_file}")


def _examine_settings(settings: Settings) -> Iterator[Observation]:
    if settings.now is not None:
        what, remedy = f"The clock stands still at {settings.now.isoformat()}.", f"Unset {PREFIX}NOW."
        yield Observation(Part.SETTINGS, Level.WRONG, what, remedy)
    if settings.api_key is not None and len(settings.api_key.get_secret_value()) < SHORTEST_KEY:
        remedy = f"Set {PREFIX}API_KEY to at least {SHORTEST_KEY} random characters."
        yield Observation(Part.SETTINGS, Level.WRONG, "The key that may do everything can be guessed.", remedy)
    origins = (*settings.host_origins.split(), *settings.widget_origins.split(), *settings.frame_ancestors.split())
    for origin in dict.fromkeys(part.strip(",") for part in origins):
        if origin.startswith("http://") and not origin.startswith(LOCAL):
            what = f"{origin} is not encrypted: whoever is on its way can change the page that speaks with ours."
            yield Observation(Part.SETTINGS, Level.WRONG, what, "Serve it by https, and name it so.")
