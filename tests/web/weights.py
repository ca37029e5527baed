"""What the pages weigh: requests and bytes, plain and as they travel. `python -m tests.web.weights` prints it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

from fastapi.testclient import TestClient

from api.app import create_app
from kb.settings import Settings

# Where each page begins: the widget by its script, as on a shop's page.
ENTRIES = {"widget": "/widget.js", "sidebar": "/sidebar", "try": "/"}
NAMED = re.compile(r'(?:src|href)="(/web/[^"]+)"')
IMPORTED = re.compile(r'(?:from|import)\s*"(\.[^"]+)"')
MODULES = re.compile(r'const MODULES = "([^"]+)"')
WIDGET_ENTRY = "widget/elements.js"


@dataclass(frozen=True, slots=True)
class Weight:
    """What loading a page takes."""

    requests: int
    plain: int
    compressed: int


def weigh(client: TestClient, entry: str) -> Weight:
    """Return the weight of everything that a page loads before anybody does anything."""
    waiting, seen, plain, compressed = [entry], {entry}, 0, 0
    while waiting:
        address = waiting.pop()
        response = client.get(address, headers={"Accept-Encoding": "gzip"})
        response.raise_for_status()
        plain += len(response.content)
        compressed += int(response.headers["content-length"])
        for name in list_loaded(address, response.text):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return Weight(len(seen), plain, compressed)


def list_loaded(address: str, text: str) -> list[str]:
    """Return the addresses that a file makes the browser load."""
    named = NAMED.findall(text)
    imported = [resolve(address, name) for name in IMPORTED.findall(text)] if address.endswith(".js") else []
    modules = [f"/{folder}{WIDGET_ENTRY}" for folder in MODULES.findall(text)]
    return named + imported + modules


def resolve(address: str, name: str) -> str:
    """Return the address of a module that another names beside itself."""
    parts = address.split("/")[:-1]
    for step in name.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def main() -> None:
    """Print the table."""
    client = TestClient(create_app(Settings(_env_file=None)))
    rows = [("page", "requests", "bytes", "compressed")]
    for name, entry in ENTRIES.items():
        weight = weigh(client, entry)
        rows.append((name, str(weight.requests), f"{weight.plain:,}", f"{weight.compressed:,}"))
    for name, *figures in rows:
        sys.stdout.write(f"{name:<10}" + "".join(f"{figure:>12}" for figure in figures) + "\n")


if __name__ == "__main__":
    main()
