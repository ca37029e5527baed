"""Write articles as a folder of Markdown files, one for each version."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from kb.errors import InvalidInput
from kb.transfer.kinds import RecordKind
from kb.transfer.records import PlainRecord

MAX_NAME_CHARACTERS = 60
_UNUSABLE_IN_NAMES = re.compile(r"[^\w.\-]|^\.")


def write_markdown(folder: Path, records: Iterator[PlainRecord], _kind: RecordKind) -> int:
    """Write the articles; return how many versions. Raises `InvalidInput` where the folder holds others."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.rglob("*.md")):
        raise InvalidInput(f"{folder} holds Markdown files already. Name an empty folder.")
    count = 0
    for record in records:
        count += 1
        front = {name: value for name, value in record.items() if name != "body" and value not in (None, [])}
        text = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=110)
        with (folder / _make_name(record)).open("x", encoding="utf-8", newline="") as file:
            file.write(f"---\n{text}---\n{record['body']}")
    return count


def _make_name(record: PlainRecord) -> str:
    """Return a file name every system takes; the id itself stands in the front matter."""
    article_id = str(record["id"])
    name = _UNUSABLE_IN_NAMES.sub("_", article_id)[:MAX_NAME_CHARACTERS]
    if name != article_id:
        name += "-" + hashlib.sha256(article_id.encode()).hexdigest()[:8]
    return f"{name}.v{record['version']}.md"
