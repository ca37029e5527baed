"""What readers of other formats yield: rows of our fields, each with where it comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.transfer.kinds import RecordKind
from kb.transfer.source import RowFault, UnusableFile

MAX_FILE_BYTES = 100_000_000  # Read as a whole: some ten times as much memory.


@dataclass(frozen=True, slots=True)
class ForeignRow:
    """One order or customer, under our names of fields; `origin` is the file and the id there."""

    origin: str
    kind: RecordKind
    values: Mapping[str, object]


def load_object(path: Path) -> dict[str, Any]:
    """Return the JSON object of a file; raises `UnusableFile`."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnusableFile(f"{path.name} is larger than {MAX_FILE_BYTES:,} bytes. Split it.")
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}. This format needs it.") from error
    except (ValueError, RecursionError) as error:
        raise UnusableFile(f"{path.name} is not the JSON that this format has.") from error
    if not isinstance(data, dict):
        raise UnusableFile(f"{path.name} is no JSON object, which this format is.")
    return data


def as_object(value: object) -> dict[str, Any]:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def refuse(origin: str, problem: str, remedy: str) -> RowFault:
    """Return the fault of a row that no record can be made of."""
    return RowFault(origin, None, problem, remedy)
