"""Write one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from kb.transfer.kinds import RecordKind
from kb.transfer.records import PlainRecord


def write_jsonl(path: Path, records: Iterator[PlainRecord], _kind: RecordKind) -> int:
    """Write the records; return how many."""
    count = 0
    with path.open("wb") as file:
        for record in records:
            count += 1
            file.write(orjson.dumps(record) + b"\n")
    return count
