"""The two collections, and what Chinese customer service adds to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
# Beside the list: what breaks segmentation, search syntax, masking, times, ids and storage.
OWN_STRINGS = (
    "\x00",
    "a\x00b",
    "\ufeff退货",
    "\u202e退货\u202c",
    "退\u200b货",
    "x" + "\u0301" * 2_000,
    "𠮷野家" * 50,
    "\uff41\uff42\uff43\uff11\uff12\uff13",
    "\uff19" * 5_000,
    "-" * 33,
    "?*~^+-&|!(){}[]:\"\\/",
    "title:(a OR b) AND NOT c^9",
    "'; DROP TABLE articles; --",
    "{{ ''.__class__.__mro__ }}{% for x in y %}",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%00%ff%fe",
    "0000-00-00T00:00:00+99:99",
    "9999-12-31T23:59:59.999999999-23:59",
    "1e999",
    "NaN",
    "-0",
    "null",
    "=HYPERLINK(\"https://example.com\")",
    "13800138000" * 20,
    "\ud7ff\ue000\ufffe\uffff\U0010ffff",
    "a" * 100_000,
    " " * 10_000,
    "\n" * 1_000,
    "退货" * 20_000,
)  # fmt: skip


def load_json_cases() -> Mapping[str, bytes]:
    """Return every case of JSONTestSuite by its name: `y_` is JSON, `n_` is not, `i_` is as one likes."""
    kept: dict[str, str] = json.loads((HERE / "json_test_suite.json").read_text("utf-8"))
    made = {"n_structure_100000_opening_arrays": "[" * 100_000, "n_structure_open_array_object": '[{"":' * 50_000}
    return {name: text.encode("latin-1") for name, text in (kept | made).items()}


def load_strings() -> Sequence[str]:
    """Return the naughty strings, ours last."""
    kept: list[str] = json.loads((HERE / "naughty_strings.json").read_text("utf-8"))
    return [*kept, *OWN_STRINGS]
