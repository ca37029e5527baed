"""Read a folder of Markdown files, each an article with optional YAML front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kb.transfer.columns import ARTICLE_COLUMNS
from kb.transfer.encoding import find_encoding
from kb.transfer.source import RowFault, SourceRow, UnusableFile, find_fault
from kb.transfer.structured import InvalidStructure, parse_structure

MAX_FILE_BYTES = 2_000_000
FENCE = "---"
_HEADING = re.compile(r"^#[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_DIGITS = re.compile(r"([0-9]+)")
_UNUSABLE_IN_IDS = re.compile(r"\s+")


def read_markdown(folder: Path) -> Iterator[SourceRow | RowFault]:
    """Yield one row a file, in order of path; README files are about the folder and are left out.

    A single file may be named instead of its folder.
    """
    if folder.is_file():
        yield _read_file(folder, Path(folder.name))
        return
    for path in list_markdown(folder):
        yield _read_file(path, path.relative_to(folder))


def list_markdown(folder: Path) -> list[Path]:
    """Return the Markdown files under a folder, hidden ones and READMEs aside."""
    paths = [
        path
        for path in folder.rglob("*.md")
        if path.is_file()
        and path.stem.lower() != "readme"
        and not _is_hidden(path.relative_to(folder))
        and lies_within(path, folder)
    ]
    return sorted(paths, key=_order_by_number)


def lies_within(path: Path, folder: Path) -> bool:
    """Tell whether a file of a folder is really there: a link may lead to anything that its reader may read."""
    return path.resolve().is_relative_to(folder.resolve())


def _order_by_number(path: Path) -> list[tuple[int, str]]:
    # Version 10 of an article comes after version 2.
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(path.as_posix())]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _read_file(path: Path, name: Path) -> SourceRow | RowFault:
    line = name.as_posix()
    if path.stat().st_size > MAX_FILE_BYTES:
        return RowFault(line, None, f"is larger than {MAX_FILE_BYTES:,} bytes", "Split it into several articles.")
    try:
        # Line ends stay as they are: what an export wrote is read back exactly.
        with path.open(encoding=find_encoding(path), newline="") as file:
            front, body = _split_front_matter(file.read())
        values = _parse_front_matter(front)
    except UnusableFile as error:
        return RowFault(line, None, error.message, "Save the file again as UTF-8.")
    except InvalidStructure as error:
        remedy = "Write `name: value` lines between two lines of ---, and quote values that contain a colon."
        return RowFault(line, "front matter", str(error), remedy)
    named = {ARTICLE_COLUMNS.find_field(column) for column in values}
    defaults = {"id": _UNUSABLE_IN_IDS.sub("-", "-".join(name.with_suffix("").parts)), "body": body}
    if heading := _HEADING.search(body):
        defaults["title"] = heading["title"]
    values |= {field: value for field, value in defaults.items() if field not in named}
    row = SourceRow(line, values)
    return find_fault(row) or row


def _split_front_matter(text: str) -> tuple[str, str]:
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].rstrip() != FENCE:
        return "", text
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == FENCE:
            return "".join(lines[1:number]), "".join(lines[number + 1 :])
    raise InvalidStructure("starts with --- but has no second line of ---")


def _parse_front_matter(text: str) -> dict[str, object]:
    values = parse_structure(text) if text.strip() else {}
    if not isinstance(values, dict):
        raise InvalidStructure("is not a list of `name: value` lines")
    return {str(name): value for name, value in values.items() if value is not None}
