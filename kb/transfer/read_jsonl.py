"""Read files with one JSON object a line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn, TextIO

from kb.transfer.encoding import find_encoding
from kb.transfer.source import MAX_COLUMNS, RowFault, SourceRow, find_fault

MAX_LINE_CHARACTERS = 10_000_000


def read_jsonl(path: Path) -> Iterator[SourceRow | RowFault]:
    """Yield the object of every line that is not blank."""
    with path.open(encoding=find_encoding(path), newline="\n") as file:
        line = 0
        while text := file.readline(MAX_LINE_CHARACTERS + 1):
            line += 1
            if len(text) > MAX_LINE_CHARACTERS:
                _skip_line(file, text)
                problem = f"is longer than {MAX_LINE_CHARACTERS:,} characters"
                yield RowFault(line, None, problem, "Split the item into several.")
            elif text.strip():
                yield _parse_line(line, text)


def _skip_line(file: TextIO, text: str) -> None:
    while text and not text.endswith("\n"):
        text = file.readline(MAX_LINE_CHARACTERS)


def _parse_line(line: int, text: str) -> SourceRow | RowFault:
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_parse_float)
    except RecursionError:
        return RowFault(line, None, "is nested too deeply", "Send lists and objects at most 50 levels deep.")
    except ValueError as error:
        return RowFault(line, None, f"is not valid JSON: {error}", "Write one JSON object on each line.")
    if not isinstance(value, dict):
        return RowFault(line, None, "is not a JSON object", 'Write {"id": …, "title": …} on each line.')
    if len(value) > MAX_COLUMNS:
        problem = f"has {len(value)} fields; the limit is {MAX_COLUMNS}"
        return RowFault(line, None, problem, "Remove the fields that are not needed.")
    row = SourceRow(line, {name: field for name, field in value.items() if field is not None})
    return find_fault(row) or row


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number JSON knows")


def _parse_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:20]} is too large")
    return number
