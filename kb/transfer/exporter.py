"""Export the database, so that importing what was written gives the same database again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path

from kb.database import Database
from kb.errors import InvalidInput
from kb.transfer.kinds import RecordKind, guess_file_kind
from kb.transfer.records import PlainRecord, list_records
from kb.transfer.write_csv import write_csv
from kb.transfer.write_jsonl import write_jsonl
from kb.transfer.write_markdown import refuse_others, write_markdown
from kb.transfer.write_xlsx import write_xlsx

Writer = Callable[[Path, Iterator[PlainRecord], RecordKind], int]


class ExportFormat(StrEnum):
    """The formats that can be written."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    MARKDOWN = "markdown"


WRITERS: Mapping[ExportFormat, Writer] = {
    ExportFormat.JSONL: write_jsonl,
    ExportFormat.CSV: write_csv,
    ExportFormat.XLSX: write_xlsx,
    ExportFormat.MARKDOWN: write_markdown,
}
STAGED = ".export-"
_FORMATS = {f".{file_format}": file_format for file_format in WRITERS if file_format is not ExportFormat.MARKDOWN}


def export_path(
    database: Database,
    path: Path,
    *,
    kind: RecordKind | None = None,
    file_format: ExportFormat | None = None,
    zone: tzinfo,
) -> Mapping[Path, int]:
    """Write one kind to a file, or every kind that has records to a folder; return how many each holds.

    Everything is read in one transaction, and put in place once all of it is written: an older export is replaced
    whole or not at all. Cases leave as they are stored: masked.
    """
    targets = _plan_targets(path, kind, file_format)
    staged: dict[Path, Path] = {}
    counts: dict[Path, int] = {}
    with ExitStack() as stack, database.read() as session:
        for target, (target_kind, target_format) in targets.items():
            staged[target] = stack.enter_context(_stage(target, target_format))
            records = list_records(session, target_kind, zone=zone)
            counts[target] = WRITERS[target_format](staged[target], records, target_kind)
        for target, place in staged.items():
            if counts[target] or target == path:
                _move_in(place, target)
            elif target.is_file():
                # A file without rows is refused by an import; an older one would bring back what is gone.
                target.unlink()
    return {target: count for target, count in counts.items() if count or target == path}


def _plan_targets(
    path: Path, kind: RecordKind | None, file_format: ExportFormat | None
) -> Mapping[Path, tuple[RecordKind, ExportFormat]]:
    suffix_format = _FORMATS.get(path.suffix.lower())
    if suffix_format is not None and not path.is_dir():
        if file_format not in (None, suffix_format):
            raise InvalidInput(f"{path.name} would hold {file_format}. Name a .{file_format} file, or a folder.")
        file_kind = kind or guess_file_kind(path)
        if file_kind is None:
            raise InvalidInput(f"What shall {path.name} hold? Say it with --kind, or name a folder for everything.")
        return {path: (file_kind, suffix_format)}
    kinds = [kind] if kind else list(RecordKind)
    return dict(_plan_in_folder(path, each, file_format or ExportFormat.JSONL) for each in kinds)


def _plan_in_folder(
    folder: Path, kind: RecordKind, file_format: ExportFormat
) -> tuple[Path, tuple[RecordKind, ExportFormat]]:
    if file_format is ExportFormat.MARKDOWN:
        if kind is RecordKind.ARTICLE:
            return folder / "articles", (kind, file_format)
        # Only articles are prose; the rest goes beside them.
        file_format = ExportFormat.JSONL
    return folder / f"{kind}s.{file_format}", (kind, file_format)


@contextmanager
def _stage(target: Path, file_format: ExportFormat) -> Iterator[Path]:
    """Yield a hidden place beside the target to write to, which is gone afterwards unless it was moved in."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if file_format is ExportFormat.MARKDOWN:
        refuse_others(target)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=STAGED) as name:
            yield Path(name)
        return
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=STAGED)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _move_in(staged: Path, target: Path) -> None:
    if staged.is_file():
        staged.replace(target)
        return
    target.mkdir(exist_ok=True)
    for file in staged.iterdir():
        file.replace(target / file.name)
