"""The audit of dependencies: what counts as audited, without a network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parent.parent / "deploy" / "audit.py"
CLEAN = {"name": "h11", "version": "0.16.0", "vulns": []}
SKIPPED = {"name": "h11", "skip_reason": "Dependency not found"}
WEAK = {"name": "h11", "version": "0.14.0", "vulns": [{"id": "CVE-2025-43859", "fix_versions": ["0.16.0"]}]}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([CLEAN], 0, "1 of 1 packages asked about, 0 known weaknesses"),
        ([CLEAN, WEAK], 1, "h11 0.14.0: CVE-2025-43859; mended in 0.16.0"),
        ([SKIPPED, WEAK], 1, "1 of 2 packages asked about, 1 known weaknesses"),
        ([CLEAN, SKIPPED], 2, "NOT AUDITED"),
        ([SKIPPED], 2, "0 of 1 packages asked about"),
        ([], 2, "NOT AUDITED"),
    ],
)
def test_only_who_was_asked_about_counts_as_audited(
    tmp_path: Path, packages: list[dict[str, Any]], code: int, said: str
) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"dependencies": packages, "fixes": []}))
    ended = subprocess.run([sys.executable, str(SCRIPT), str(report)], capture_output=True, text=True, check=False)
    assert ended.returncode == code
    assert said in ended.stdout
