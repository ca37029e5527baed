"""Write CSV files as spreadsheets like them: UTF-8 with a byte order mark."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from kb.transfer.kinds import RecordKind
from kb.transfer.records import PlainRecord
from kb.transfer.tables import COLUMNS, make_rows


def write_csv(path: Path, records: Iterator[PlainRecord], kind: RecordKind) -> int:
    """Write the records; return how many."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS[kind])
        for cells in make_rows(records, COLUMNS[kind]):
            count += 1
            writer.writerow(cells)
    return count
