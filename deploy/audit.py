"""Judge the report of pip-audit, which calls itself content where it found nobody to ask.

Usage: audit.py REPORT.json. Ends with 0: none is known; 1: some are; 2: not all could be asked about.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

SHOWN_SKIPPED = 5


def main(path: Path) -> int:
    packages = json.loads(path.read_text("utf-8"))["dependencies"]
    skipped = [each for each in packages if "skip_reason" in each]
    found = [(each, weakness) for each in packages for weakness in each.get("vulns", ())]
    out = sys.stdout.write
    for each, weakness in found:
        mended = ", ".join(weakness.get("fix_versions", ())) or "none yet"
        out(f"{each['name']} {each['version']}: {weakness['id']}; mended in {mended}\n")
    for each in skipped[:SHOWN_SKIPPED]:
        out(f"not asked about: {each['name']}: {each['skip_reason']}\n")
    asked = len(packages) - len(skipped)
    out(f"{asked} of {len(packages)} packages asked about, {len(found)} known weaknesses\n")
    if found:
        return 1
    if skipped or not packages:
        out("NOT AUDITED: not every package could be asked about. Run it where the public list can be reached.\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
