"""Our matcher beside other libraries, in one run: every question goes to all of them in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from eval.bench.contender_process import Rival, start_rival
from eval.bench.contenders import ContenderName
from eval.bench.percentiles import find_percentile
from eval.datasets import Dataset, EvalQuestion, load_dataset
from eval.metrics import measure_records
from eval.records import RankedItem, Record

MEASURES = ("hit@1", "mrr@10", "ndcg@10")
TIMED_QUESTIONS = 200  # At least so many answers are timed; a small dataset is asked several times.
WARM_UP = 10
LOAD_SECONDS, LOAD_CLIENTS, LOAD_ROUNDS = 4.0, 8, 3

Report = Callable[[str], None]


@dataclass(slots=True)
class RivalFigures:
    """What was measured of one contender on one dataset."""

    build_seconds: float = 0.0
    build_core_seconds: float = 0.0  # What the processor spent on it, whatever else ran.
    megabytes: float | None = None
    milliseconds: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    failed: int = 0
    records: list[Record] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Return the milliseconds within which this share of the questions was answered."""
        return find_percentile(self.milliseconds, share)

    def quality(self) -> dict[str, float]:
        """Return the mean of each measure over the questions that have an answer."""
        rows = list(measure_records(self.records, MEASURES).values())
        return {name: sum(row[name] for row in rows) / max(len(rows), 1) for name in MEASURES}

    @property
    def throughput(self) -> float:
        """The median of what the rounds of load gave, in questions a second."""
        return find_percentile(self.per_second, 0.5)


def compare_contenders(
    folder: Path, names: Sequence[ContenderName], *, report: Report
) -> dict[ContenderName, RivalFigures]:
    """Build and ask each on one dataset; raises `PeerNotInstalled` and `ContenderFailed`."""
    dataset = load_dataset(folder)
    with ExitStack() as stack:
        rivals = [stack.enter_context(start_rival(name, folder)) for name in names]
        figures = {rival.name: RivalFigures() for rival in rivals}
        for rival in rivals:
            report(f"{dataset.name}: {rival.name} loads its model")
            rival.tell(do="weigh")  # Once all have answered, nobody loads while another builds.
        for rival in rivals:
            report(f"{dataset.name}: {rival.name} builds")
            built = rival.tell(do="build")
            figures[rival.name].build_seconds = built["seconds"]
            figures[rival.name].build_core_seconds = built["core_seconds"]
        report(f"{dataset.name}: questions in turn")
        _ask_in_turn(dataset, rivals, figures)
        for _ in range(LOAD_ROUNDS):
            for rival in rivals:
                report(f"{dataset.name}: {rival.name} under load")
                load = rival.tell(do="ask together", clients=LOAD_CLIENTS, seconds=LOAD_SECONDS)
                figures[rival.name].per_second.append(load["per_second"])
                figures[rival.name].failed += load["failed"]
        for rival in rivals:
            figures[rival.name].megabytes = rival.tell(do="weigh")["megabytes"]
    return figures


def _ask_in_turn(dataset: Dataset, rivals: Sequence[Rival], figures: dict[ContenderName, RivalFigures]) -> None:
    size = len(dataset.questions)
    for number in range(min(WARM_UP, size)):
        for rival in rivals:
            rival.tell(do="ask", question=number)
    for number in range(max(size, TIMED_QUESTIONS)):
        first = number % len(rivals)  # Nobody is always the one that finds the caches cold.
        for rival in (*rivals[first:], *rivals[:first]):
            answer = rival.tell(do="ask", question=number % size)
            figures[rival.name].milliseconds.append(answer["milliseconds"])
            if number < size:
                figures[rival.name].records.append(_record(dataset, dataset.questions[number], answer["ids"]))


def _record(dataset: Dataset, question: EvalQuestion, found: Sequence[str]) -> Record:
    ranking = tuple(RankedItem(id=item, score=1.0 / rank) for rank, item in enumerate(found, 1))
    return Record(
        id=question.id,
        text=question.text,
        labels=dict(dataset.qrels.get(question.id, {})),
        right_from=dataset.right_from,
        ranking=ranking,
    )
