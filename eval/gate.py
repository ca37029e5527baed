"""The gate: the sample's questions against a stored run, so that no change makes matching worse unseen.

The stored run is one line a question, made to be read in a review: what changed is a changed line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from eval.compare import GATED, Comparison, RunsDiffer, compare_runs
from eval.records import RankedItem, Record, Run
from eval.scoring import score_run

KEPT = 10  # As deep as nDCG@10 looks.
RULED_OUT = "!"  # Before an id: the order ruled it out.
VERDICTS = {(True, True): "right", (True, False): "withheld", (False, True): "wrong", (False, False): "refused"}


def write_baseline(path: Path, run: Run) -> None:
    """Write a run as a baseline: question, verdict, confidence, the first ten items."""
    means = score_run(run).means()
    lines = [f"# {name} {value:.4f}" for name, value in means.items()]
    lines += [_write_line(record) for record in run.records]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def read_baseline(path: Path, run: Run) -> Run:
    """Return the stored run, with questions and labels taken from a run of today; raises `RunsDiffer`."""
    try:
        lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    except OSError as error:
        raise RunsDiffer(f"{path} cannot be read ({error.strerror}). Renew the baseline: make baseline.") from error
    stored = dict(_read_line(line, path) for line in lines)
    if stored.keys() != {record.id for record in run.records}:
        raise RunsDiffer(f"{path} is of other questions than the dataset has now. Renew it: make baseline.")
    return replace(run, system="baseline", records=tuple(_restore(record, stored[record.id]) for record in run.records))


def check_gate(path: Path, run: Run) -> Comparison:
    """Compare a run with the baseline, both as deep as it is stored; raises `RunsDiffer`."""
    today = replace(run, records=tuple(replace(record, ranking=record.ranking[:KEPT]) for record in run.records))
    return compare_runs(read_baseline(path, run), today)


def describe_failures(comparison: Comparison, gated: Sequence[str] = GATED) -> str:
    """Return in words by what the run is significantly worse; empty where it is not."""
    return "; ".join(
        f"{failure.measure} went from {failure.before:.4f} to {failure.after:.4f} (p {failure.p_value:.4f})"
        for failure in comparison.find_failures(gated)
    )


def _write_line(record: Record) -> str:
    ranked = " ".join((RULED_OUT if i.applies == "unmet" else "") + i.id for i in record.ranking[:KEPT])
    verdict = VERDICTS[record.top_is_right, record.answered]
    return f"{record.id}\t{verdict}\t{record.confidence:.2f}\t{ranked}"


def _read_line(line: str, path: Path) -> tuple[str, tuple[str, float, list[str]]]:
    try:
        question, verdict, confidence, ranked = line.split("\t")
        return question, (verdict, float(confidence), ranked.split())
    except ValueError as error:
        raise RunsDiffer(f"{path} holds a line that is no baseline: {line[:60]!r}. Renew it: make baseline.") from error


def _restore(record: Record, stored: tuple[str, float, list[str]]) -> Record:
    verdict, confidence, ranked = stored
    return replace(
        record,
        confidence=confidence,
        answered=verdict in ("right", "wrong"),
        ranking=tuple(
            RankedItem(
                id=name.removeprefix(RULED_OUT), score=0.0, applies="unmet" if name.startswith(RULED_OUT) else "met"
            )
            for name in ranked
        ),
        stages={},
    )
