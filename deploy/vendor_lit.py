"""Writes api/web/vendor/lit from the tarballs that `npm pack` fetches, with relative imports: pages load no bundler.

npm pack lit@3.3.3 lit-html@3.3.3 lit-element@4.2.2 @lit/reactive-element@2.1.2
python deploy/vendor_lit.py *.tgz
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

TARGET = Path(__file__).parent.parent / "api" / "web" / "vendor" / "lit"
# Of each package only what the sidebar imports.
TAKEN = {
    "lit": ["LICENSE"],
    "@lit/reactive-element": ["reactive-element.js", "css-tag.js"],
    "lit-html": ["lit-html.js", "directive.js", "directive-helpers.js", "directives/live.js", "directives/repeat.js"],
    "lit-element": ["lit-element.js"],
}
BARE = {"@lit/reactive-element": "reactive-element.js", "lit-html": "lit-html.js"}
ENTRY = 'export * from "./lit-element.js";\nexport { live } from "./live.js";\nexport { repeat } from "./repeat.js";\n'


def localise(script: str) -> str:
    """Return a module whose imports lie beside it, without the address of a map that is not carried."""

    def point(found: re.Match[str]) -> str:
        name = found[2]
        return f'{found[1]}"./{BARE.get(name) or name.rsplit("/", 1)[-1]}"'

    script = re.sub(r'(from|import)"([^"]+)"', point, script)
    return re.sub(r"\n//# sourceMappingURL=.*", "", script)


def read_package(path: Path) -> tuple[str, str, dict[str, str]]:
    """Return a package's name, version and the files that are taken from it."""
    with tarfile.open(path) as archive:

        def read(name: str) -> str:
            member = archive.extractfile(f"package/{name}")
            if member is None:
                raise FileNotFoundError(f"{path} holds no {name}")
            return member.read().decode("utf-8")

        about = json.loads(read("package.json"))
        return about["name"], about["version"], {name: read(name) for name in TAKEN.get(about["name"], [])}


def write_all(packages: Iterable[Path]) -> None:
    """Write the modules, their entry and the list of checksums."""
    TARGET.mkdir(parents=True, exist_ok=True)
    versions: dict[str, str] = {}
    files = {"lit.js": ENTRY}
    for path in packages:
        name, versions[name], found = read_package(path)
        for member, text in found.items():
            files[member.rsplit("/", 1)[-1]] = localise(text) if member.endswith(".js") else text
    if set(versions) != set(TAKEN):
        raise SystemExit(f"Give one tarball of each of: {', '.join(TAKEN)}")
    for name, text in files.items():
        (TARGET / name).write_text(text, encoding="utf-8")
    (TARGET / "README.md").write_text(describe(versions, files), encoding="utf-8")


def describe(versions: dict[str, str], files: dict[str, str]) -> str:
    """Return the page that says what is carried here, where it comes from, and its checksums."""
    packages = [f"| {name} | {version} |" for name, version in sorted(versions.items())]
    sums = [
        f"| `{name}` | `{hashlib.sha256(text.encode()).hexdigest()}` |"
        for name, text in sorted(files.items())
        if name != "LICENSE"
    ]
    return "\n".join(
        [
            "# Lit",
            "",
            "Web components for the pages: BSD-3-Clause (LICENSE), by Google LLC. `deploy/vendor_lit.py` wrote these",
            "files from the packages on npm; it changed only where they import each other; what is unused is not here.",
            "",
            "| package | version |",
            "|---|---|",
            *packages,
            "",
            "| file | SHA-256 |",
            "|---|---|",
            *sums,
            "",
        ]
    )


if __name__ == "__main__":
    write_all(Path(argument) for argument in sys.argv[1:])
