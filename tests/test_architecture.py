"""What may import what, beyond the layers that import-linter checks."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("kb", "index", "api", "eval")
# Heavy or replaceable libraries, each behind the one place that wraps it.
WRAPPED = {
    "faiss": {"index/codes.py"},
    "tantivy": {"index/lexical.py"},
    "torch": {"index/export.py", "index/adaptation/training.py", "index/adaptation/low_rank.py"},
    "sentence_transformers": {"index/export.py", "index/adaptation/training.py", "index/adaptation/low_rank.py"},
    "jieba": {"kb/text/segment.py"},
    "opencc": {"kb/text/normalise.py"},
    "ir_measures": {"eval/metrics.py"},
    "scipy": {"index/logit.py"},
    "matplotlib": {"eval/report/plots.py", "eval/report/curves.py", "eval/bench/plot.py"},
    "haystack": {"eval/bench/contenders.py"},
    "txtai": {"eval/bench/contenders.py"},
}


def list_sources() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def find_imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("library", WRAPPED)
def test_a_wrapped_library_is_imported_in_one_place(library: str) -> None:
    users = {path.relative_to(ROOT).as_posix() for path in list_sources() if library in find_imports(path)}
    assert users <= WRAPPED[library]


def test_importing_what_serves_brings_nothing_heavy() -> None:
    code = (
        "import sys, api.app, api.cli, index.cli, index.opening, xianzhi\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'onnx', 'matplotlib', 'scipy'} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_nothing_unpickles_or_loads_unsafe_yaml() -> None:
    forbidden = {"pickle", "cPickle", "dill", "shelve", "marshal"}
    for path in list_sources():
        assert not forbidden & find_imports(path), path
        assert "yaml.load(" not in path.read_text("utf-8"), path
