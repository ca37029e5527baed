"""A run in a folder: figures as JSON, every question as a line of JSON, rankings as a TREC file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from eval.metrics import is_ranking_measure
from eval.records import Record, Run
from eval.resampling import Interval
from eval.summary import Summary
from kb.errors import InvalidInput

FIGURES, QUESTIONS, RANKINGS = "figures.json", "questions.jsonl", "rankings.trec"
_RECORD = TypeAdapter(Record)
_TIMING = TypeAdapter(dict[str, float])


class RunUnusable(InvalidInput):
    """A folder holds no run, or one that cannot be read."""

    code = "run_unusable"


def write_run(folder: Path, summary: Summary) -> None:
    """Write a run into a folder of its own, made where it is missing; what stood there is replaced.

    The figures come last and know what the questions are: a run that is half another one is not read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = summary.run
    questions = b"".join(
        orjson.dumps({**asdict(record), "measures": _read_measures(row)}, option=orjson.OPT_APPEND_NEWLINE)
        for record, row in zip(run.records, summary.table.rows(), strict=True)
    )
    (folder / QUESTIONS).write_bytes(questions)
    write_trec(folder / RANKINGS, [run])
    figures = {**to_data(summary), "judges": run.judges, "questions_sha256": sha256(questions).hexdigest()}
    (folder / FIGURES).write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def write_trec(path: Path, runs: Sequence[Run]) -> None:
    """Write the rankings of runs as one TREC run file; scores fall with the rank, as evaluators break ties by id."""
    with path.open("w", encoding="utf-8") as file:
        for run in runs:
            for record in run.records:
                for rank, item in enumerate(record.ranking, 1):
                    file.write(f"{record.id} Q0 {item.id} {rank} {len(record.ranking) - rank + 1} {run.system}\n")


def read_run(folder: Path) -> Run:
    """Read a run; raises `RunUnusable`."""
    try:
        figures = orjson.loads((folder / FIGURES).read_bytes())
        questions = (folder / QUESTIONS).read_bytes()
        if sha256(questions).hexdigest() != figures["questions_sha256"]:
            raise ValueError("the questions are not those that the figures are of")
        return Run(
            system=str(figures["system"]),
            dataset=str(figures["dataset"]),
            corpus=int(figures["corpus"]),
            judges=bool(figures["judges"]),
            records=tuple(_RECORD.validate_json(line) for line in questions.splitlines()),
            timing=_TIMING.validate_python(figures["timing"]),
        )
    except OSError as error:
        raise RunUnusable(
            f"{folder} holds no run ({error.strerror}). Write one with `xianzhi eval run DATASET --out FOLDER`."
        ) from error
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise RunUnusable(f"The run in {folder} cannot be read; write it again with `xianzhi eval run`.") from error


def find_runs(folder: Path) -> list[Path]:
    """Return the folders at or under this one that hold a run, in order; raises `RunUnusable` where there is none."""
    found = sorted(path.parent for path in folder.glob(f"**/{FIGURES}"))
    if not found:
        raise RunUnusable(f"{folder} holds no run. Write one with `xianzhi eval run DATASET --out FOLDER`.")
    return found


def to_data(summary: Summary) -> dict[str, Any]:
    """Return the figures as plain data."""
    run = summary.run
    data: dict[str, Any] = {
        "system": run.system,
        "dataset": run.dataset,
        "questions": len(run.records),
        "labelled": summary.labelled,
        "groups": summary.groups,
        "corpus": run.corpus,
        "metrics": {name: figure.value for name, figure in summary.figures.items()},
        "intervals": _intervals(summary.figures),
        "timing": dict(run.timing),
        "slices": {
            name: {value: _intervals(figures) for value, figures in values.items()}
            for name, values in summary.slices.items()
        },
    }
    if summary.answering is not None:
        data["answering"] = asdict(summary.answering)
    return data


def _read_measures(row: Mapping[str, float]) -> dict[str, float]:
    """Return a question's measures of its ranking; a question without an answer has none."""
    return {name: value for name, value in row.items() if is_ranking_measure(name) and not math.isnan(value)}


def _intervals(figures: Mapping[str, Interval]) -> dict[str, dict[str, float]]:
    return {name: asdict(figure) for name, figure in figures.items()}
