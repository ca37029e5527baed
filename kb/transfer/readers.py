"""The reader of every kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kb.transfer.read_csv import read_csv
from kb.transfer.read_jsonl import read_jsonl
from kb.transfer.read_markdown import read_markdown
from kb.transfer.read_xlsx import read_xlsx
from kb.transfer.source import RowFault, SourceRow, UnusableFile

Reader = Callable[[Path], Iterator[SourceRow | RowFault]]

READERS: Mapping[str, Reader] = {".csv": read_csv, ".jsonl": read_jsonl, ".xlsx": read_xlsx}


KNOWN_SUFFIXES = ", ".join((*READERS, ".md"))


def get_reader(path: Path) -> Reader:
    """Return the reader of a file by its suffix, of a folder the one for Markdown; raises `UnusableFile`."""
    if path.is_dir() or path.suffix.lower() == ".md":
        return read_markdown
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnusableFile(f"{path.name} is of no kind that can be read. Use one of: {KNOWN_SUFFIXES}.")
    return reader
