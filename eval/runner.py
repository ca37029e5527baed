"""Run a dataset's questions through a system; time matches as a server that has been up for a while answers them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.datasets import EvalQuestion
from eval.records import SHOWN, Run
from eval.systems import System, make_request, match_question, rank_question
from eval.workbench import BuildTiming, Workbench
from index.build import Progress, report_nothing
from index.question import QuestionEmpty, QuestionTooLong, read_question
from index.recipe import Recipe


@dataclass(frozen=True, slots=True)
class _MatchTime:
    """Milliseconds by stage of one match, and of encoding its question alone just before it."""

    stages: Mapping[str, float]
    encoder_alone: float

    @property
    def total(self) -> float:
        return sum(self.stages.values())


def run_system(system: System, bench: Workbench, *, on_progress: Progress = report_nothing) -> Run:
    """Ask every question of a bench's dataset; our own matches are timed in a second round."""
    questions = bench.dataset.questions
    records = [rank_question(system, bench, q) for q in _count(questions, system.value, on_progress)]
    timing = dict(_time_build(bench.timing))
    if system is System.XIANZHI:
        timed = [_time_match(bench, q) for q in _count(questions, "time", on_progress)]
        records = [replace(r, stages=t.stages) if t else r for r, t in zip(records, timed, strict=True)]
        timing |= _summarise([match for match in timed if match is not None])
    return Run(
        system.value, bench.dataset.name, bench.dataset.corpus_size, system is System.XIANZHI, tuple(records), timing
    )


def run_recipe(
    name: str, bench: Workbench, recipe: Recipe, *, with_order: bool = True, on_progress: Progress = report_nothing
) -> Run:
    """Ask every question of our matcher with another recipe, or without the orders."""
    matcher = bench.open_matcher(recipe)
    records = [
        match_question(matcher, bench.dataset, question, with_order=with_order)
        for question in _count(bench.dataset.questions, name, on_progress)
    ]
    return Run(name, bench.dataset.name, bench.dataset.corpus_size, True, tuple(records))


def _count(questions: Sequence[EvalQuestion], step: str, on_progress: Progress) -> Iterator[EvalQuestion]:
    for done, question in enumerate(questions, 1):
        yield question
        on_progress(step, done, len(questions))


def _time_match(bench: Workbench, question: EvalQuestion) -> _MatchTime | None:
    """Time a match of what an agent is shown; None for a question that cannot be searched."""
    try:
        text = read_question(question.text, question.turns).in_context
        started = time.perf_counter()
        bench.live.encoder.encode_questions([text])
        alone = (time.perf_counter() - started) * 1000
        return _MatchTime(bench.matcher.match(make_request(question, limit=SHOWN)).timing, alone)
    except (QuestionEmpty, QuestionTooLong):
        return None


def _time_build(build: BuildTiming) -> Mapping[str, float]:
    return {
        "build_seconds": round(build.build_seconds, 2),
        "build_texts_per_second": round(build.texts / max(build.build_seconds, 1e-9), 1),
        "encoder_texts_per_second": round(build.texts / max(build.encode_seconds, 1e-9), 1),
        "build_over_encoder": round(build.build_seconds / max(build.encode_seconds, 1e-9), 3),
    }


def _summarise(timed: Sequence[_MatchTime]) -> Mapping[str, float]:
    """Return percentiles by stage, questions a second, and the median of a match over its question encoded alone."""
    if not timed:
        return {}
    figures: dict[str, float] = {}
    for stage in (*timed[0].stages, "match"):
        values = [match.total if stage == "match" else match.stages[stage] for match in timed]
        figures |= {f"{stage}_p{percent}_ms": _percentile(values, percent) for percent in (50, 95, 99)}
    figures["questions_per_second"] = 1000 / statistics.mean(match.total for match in timed)
    figures["encoder_alone_p50_ms"] = statistics.median(match.encoder_alone for match in timed)
    figures["match_over_encoder"] = statistics.median(m.total / max(m.encoder_alone, 1e-9) for m in timed)
    return {name: round(value, 3) for name, value in figures.items()}


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]
