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
_RARE_LINE_END = re.compile(r"[\x85\u2028\u2029]")
_UNUSABLE_IN_NAMES = re.compile(r"[^\w.\-]|^\.")


class _Dumper(yaml.SafeDumper):
    """Writes texts with rare line ends in double quotes: elsewhere YAML folds them to blanks."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Choose the quotes of one text."""
        style = '"' if _RARE_LINE_END.search(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_str)


def write_markdown(folder: Path, records: Iterator[PlainRecord], _kind: RecordKind) -> int:
    """Write the articles; return how many versions."""
    count = 0
    for record in records:
        count += 1
        front = {name: value for name, value in record.items() if name != "body" and value not in (None, [])}
        text = yaml.dump(front, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
        with (folder / _make_name(record)).open("x", encoding="utf-8", newline="") as file:
            file.write(f"---\n{text}---\n{record['body']}")
    return count


def refuse_others(folder: Path) -> None:
    """Raise `InvalidInput` where a folder holds Markdown files that would mix with an export."""
    if any(folder.rglob("*.md")):
        raise InvalidInput(f"{folder} holds Markdown files already. Name an empty folder.")


def _make_name(record: PlainRecord) -> str:
    """Return a file name every system takes; the id itself stands in the front matter."""
    article_id = str(record["id"])
    name = _UNUSABLE_IN_NAMES.sub("_", article_id)[:MAX_NAME_CHARACTERS]
    if name != article_id:
        name += "-" + hashlib.sha256(article_id.encode()).hexdigest()[:8]
    return f"{name}.v{record['version']}.md"
