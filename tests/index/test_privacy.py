"""Nothing that serves reports to anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.prepared import ModelNotPrepared, find_prepared
from kb.settings import Settings

ROOT = Path(__file__).parent.parent.parent
ENCODE = """
import sys
from pathlib import Path
from index.encoder import load_encoder
encoder = load_encoder(model="bundled", model_dir=Path(sys.argv[1]), precision="int8", threads=1)
encoder.encode_questions(["怎么还没到"])
"""


def test_encoding_leaves_no_identifier_and_no_event_queue_behind(tmp_path: Path) -> None:
    settings = Settings(_env_file=None)
    try:
        find_prepared("bundled", settings.model_dir)
    except ModelNotPrepared:
        pytest.skip("the bundled encoder is not prepared: run `xianzhi index prepare`")
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", ENCODE, str(settings.model_dir)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "telemetry" not in done.stderr.lower()
    assert not list(tmp_path.rglob("*"))
