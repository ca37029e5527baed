"""Rankings, records and runs made in a line, for the tests of what is computed from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.records import RankedItem, Record, Run


def make_ranking(*ids: str, **fields: Any) -> tuple[RankedItem, ...]:
    """Return a ranking of these items, best first, with some fields changed in all of them."""
    return tuple(
        RankedItem(**{"id": item, "score": float(len(ids) - place), **fields}) for place, item in enumerate(ids)
    )


def make_record(question: str, ranked: str = "", labels: Mapping[str, int] | None = None, **fields: Any) -> Record:
    """Return a question of its own words; `ranked` names its items in order, parted by spaces."""
    values: dict[str, Any] = {"text": f"问题 {question}", "ranking": make_ranking(*ranked.split())}
    return Record(id=question, labels=labels or {}, **{**values, **fields})


def make_run(*records: Record, **fields: Any) -> Run:
    """Return a run of ours over these questions, with some fields changed."""
    values: dict[str, Any] = {"system": "xianzhi", "dataset": "tiny", "corpus": 9, "judges": True}
    return Run(records=records, **{**values, **fields})
