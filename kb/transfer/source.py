"""What readers yield: rows with the place they stand at, and the faults of rows that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.errors import InvalidInput

# A line of a text file, a row of a sheet, or the name of a Markdown file.
Line = int | str

MAX_CELL_CHARACTERS = 200_000
MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as it stands in the file."""

    line: Line
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row cannot be used, and what to do about it."""

    line: Line
    field: str | None
    problem: str
    remedy: str


class UnusableFile(InvalidInput):
    """A file cannot be read as a whole."""

    code = "unusable_file"


def find_fault(row: SourceRow) -> RowFault | None:
    """Return the fault of a row beyond the limits of size or with characters no storage takes."""
    for name, value in row.values.items():
        if not isinstance(value, str):
            continue
        if len(value) > MAX_CELL_CHARACTERS:
            problem = f"holds {len(value):,} characters; the limit is {MAX_CELL_CHARACTERS:,}"
            return RowFault(row.line, name, problem, "Split the text over several items.")
        if "\x00" in value:
            return RowFault(row.line, name, "holds a NUL character", "Remove it, or export the file again.")
    return None
