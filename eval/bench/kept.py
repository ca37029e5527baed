"""A base that is kept in a folder: what it is made of, and what building it has taken."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.bench.multiplied import SEED, Pieces
from index.encoder import EncoderFingerprint
from index.generation import GENERATION_FORMAT, find_newest
from kb.changes import get_revision
from kb.database import Database
from kb.errors import InvalidInput
from kb.identity import ensure_identity

BUILT_FILE, DATABASE_FILE, GENERATIONS = "built.json", "xianzhi.db", "generations"
HASH_DIGITS = 16
REMEDY = "Remove this folder, so that the base is built anew, or name another one with --bases."


class Origin(BaseModel):
    """What a base is made of: one that differs in any of these is another base, or cannot be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    texts: str
    encoder: str
    format: int


class Built(BaseModel):
    """What building a base has taken, as it is written beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: Origin
    build_seconds: float
    build_megabytes: float
    encode_seconds: float
    bytes_a_passage: float


OTHERS = {
    "texts": "texts of another dataset",
    "encoder": "vectors of another encoder",
    "format": "files of another format",
}


def describe_origin(pieces: Pieces, encoder: EncoderFingerprint) -> Origin:
    """Return what a base that is built now is made of."""
    texts = "\n".join((str(SEED), *pieces.titles, "", *pieces.sentences))
    digest = sha256(texts.encode("utf-8", "replace")).hexdigest()[:HASH_DIGITS]
    return Origin(texts=digest, encoder=encoder.digest(), format=GENERATION_FORMAT)


def find_built(folder: Path, origin: Origin) -> Built | None:
    """Return what building the folder's base has taken, None where there is no base.

    Raises `InvalidInput` for one that was never finished, or is not of this origin.
    """
    path = folder / BUILT_FILE
    if not path.is_file():
        if (folder / DATABASE_FILE).exists():
            raise InvalidInput(f"The base in {folder} was never finished. {REMEDY}")
        return None
    try:
        built = Built.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise InvalidInput(f"{path} does not say what the base is made of. {REMEDY}") from error
    others = [words for name, words in OTHERS.items() if getattr(built.origin, name) != getattr(origin, name)]
    if others:
        raise InvalidInput(f"The base in {folder} holds {' and '.join(others)}. {REMEDY}")
    return built


def write_built(folder: Path, built: Built) -> None:
    """Write what building a base has taken: from now on it is one that is kept."""
    (folder / BUILT_FILE).write_text(built.model_dump_json(), encoding="utf-8")


def get_generation(folder: Path, origin: Origin) -> Path:
    """Return the generation that a server of this encoder reads: the newest sound one, however many there are."""
    database = Database(f"sqlite:///{folder / DATABASE_FILE}")
    try:
        identity = ensure_identity(database)
        with database.read() as session:
            revision = get_revision(session)
        newest = find_newest(folder / GENERATIONS, database_id=identity, encoder=origin.encoder, up_to=revision)
    finally:
        database.close()
    if newest is None:
        raise InvalidInput(f"The base in {folder} has no generation that can be served. {REMEDY}")
    return newest[0]
