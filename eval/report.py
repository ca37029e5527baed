"""The figures of an evaluation run: as values, as JSON, as a table, as a TREC run file."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from eval.datasets import Dataset
from eval.metrics import MEASURES, average, measure_questions
from eval.runner import Outcome, System
from eval.workbench import BuildTiming


@dataclass(frozen=True, slots=True)
class OrderEffect:
    """What the order is worth: the questions that carry one, asked with it and without it."""

    questions: int
    with_order: dict[str, float]
    without_order: dict[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one system on one dataset."""

    system: System
    dataset: str
    questions: int
    labelled: int
    corpus: int
    metrics: dict[str, float]
    timing: dict[str, float]
    unanswerable: int = 0
    unanswerable_refused: int = 0
    order_effect: OrderEffect | None = None

    def to_data(self) -> dict[str, Any]:
        """Return what `--json` writes."""
        data: dict[str, Any] = {
            "system": self.system.value,
            "dataset": self.dataset,
            "questions": self.questions,
            "labelled": self.labelled,
            "corpus": self.corpus,
            "metrics": self.metrics,
            "timing": self.timing,
            "no_answer": {"questions": self.unanswerable, "refused": self.unanswerable_refused},
        }
        if self.order_effect is not None:
            data["order"] = {
                "questions": self.order_effect.questions,
                "with_order": self.order_effect.with_order,
                "without_order": self.order_effect.without_order,
            }
        return data


def make_report(
    system: System, dataset: Dataset, outcomes: Sequence[Outcome], *, build: BuildTiming, effect: OrderEffect | None
) -> Report:
    """Return the figures of a run."""
    unlabelled = [outcome for outcome in outcomes if outcome.question.id not in dataset.qrels]
    return Report(
        system=system,
        dataset=dataset.name,
        questions=len(outcomes),
        labelled=len(dataset.qrels),
        corpus=dataset.corpus_size,
        metrics=measure(dataset, outcomes),
        timing=_time_build(build) | _time_matches(outcomes),
        unanswerable=len(unlabelled),
        unanswerable_refused=sum(not outcome.answered for outcome in unlabelled),
        order_effect=effect,
    )


def measure(dataset: Dataset, outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the mean of each measure over the labelled questions among the outcomes."""
    asked = {outcome.question.id for outcome in outcomes}
    qrels = {question: labels for question, labels in dataset.qrels.items() if question in asked}
    run = {outcome.question.id: outcome.ranking for outcome in outcomes}
    return average(measure_questions(qrels, run))


def write_trec(path: Path, system: System, outcomes: Sequence[Outcome]) -> None:
    """Write the rankings as a TREC run file."""
    with path.open("w", encoding="utf-8") as file:
        for outcome in outcomes:
            for rank, (item, score) in enumerate(outcome.ranking, 1):
                file.write(f"{outcome.question.id} Q0 {item} {rank} {score:.6f} {system.value}\n")


def make_table(reports: Sequence[Report]) -> Table:
    """Return the reports side by side, a column a system."""
    first = reports[0]
    title = f"{first.dataset}: {first.questions} questions ({first.labelled} labelled), corpus of {first.corpus}"
    table = Table(title=title, title_justify="left")
    table.add_column("measure")
    for report in reports:
        table.add_column(report.system.value, justify="right")
    for name in MEASURES:
        table.add_row(name, *(f"{report.metrics[name]:.4f}" for report in reports))
    table.add_section()
    if first.unanswerable:
        table.add_row(f"refused, of {first.unanswerable} questions without an answer", str(first.unanswerable_refused))
    if effect := first.order_effect:
        table.add_row(f"hit@1 of {effect.questions} questions with their order", f"{effect.with_order['hit@1']:.4f}")
        table.add_row("hit@1 of the same without it", f"{effect.without_order['hit@1']:.4f}")
        table.add_section()
    for name, value in first.timing.items():
        table.add_row(name.replace("_", " "), f"{value:.2f}")
    return table


def _time_build(build: BuildTiming) -> dict[str, float]:
    return {
        "build_seconds": round(build.build_seconds, 2),
        "build_texts_per_second": round(build.texts / max(build.build_seconds, 1e-9), 1),
        "encoder_texts_per_second": round(build.texts / max(build.encode_seconds, 1e-9), 1),
        "build_over_encoder": round(build.build_seconds / max(build.encode_seconds, 1e-9), 3),
    }


def _time_matches(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return medians by stage, and of the ratio of a match to its own question encoded alone just before it."""
    timed = [outcome for outcome in outcomes if outcome.timing]
    if not timed:
        return {}
    totals = [sum(outcome.timing.values()) for outcome in timed]
    alone = [outcome.encoder_alone_ms for outcome in timed]
    stages = timed[0].timing
    figures = {f"{stage}_p50_ms": statistics.median(o.timing[stage] for o in timed) for stage in stages}
    figures |= {
        "match_p50_ms": statistics.median(totals),
        "match_p95_ms": statistics.quantiles(totals, n=20)[-1] if len(totals) > 1 else totals[0],
        "encoder_alone_p50_ms": statistics.median(alone),
        "match_over_encoder": statistics.median(
            total / max(encoded, 1e-9) for total, encoded in zip(totals, alone, strict=True)
        ),
    }
    return {name: round(value, 3) for name, value in figures.items()}
